"""What the batch window asked last is there the next time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app import dialogs
from app.batch.choice import Choice
from app.batch.door import BatchDoor
from app.kept import Kept
from app.settings import Settings
from tests.app.batch.conftest import WAIT, Desk, looked


def again(qtbot: QtBot, desk: Desk, file: Path, settings: Settings) -> BatchDoor:
    """Open the batch window of the next start."""
    desk.door.shutdown()
    main = QWidget()
    qtbot.addWidget(main)
    door = BatchDoor(main, desk.client, tuple, lambda: settings, file)
    desk.door = door
    door.open()
    return door


def test_folder_questions_and_output_come_back(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(qtbot, desk)
    desk.door.write(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "was written" in desk.window.status.text(), timeout=WAIT)
    file = tmp_path / "kept.json"
    questions, out = str(tmp_path / "questions.txt"), str(tmp_path / "out.csv")
    wanted = Choice(str(desk.folder), "", questions, out)
    qtbot.waitUntil(lambda: Kept(file, Choice).load() == wanted, timeout=WAIT)
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0

    door = again(qtbot, desk, file, Settings())
    qtbot.waitUntil(lambda: door.runner is not None and door.runner.table is not None, timeout=WAIT)
    assert desk.window.source.text() == desk.folder.name
    assert desk.window.sets.currentText() == "questions"
    assert [question.text for question in desk.table.questions] == ["Total?", "Date?"]
    offered: list[str] = []
    monkeypatch.setattr(dialogs, "choose_target", lambda *given: offered.append(given[2]))
    desk.window.export_wanted.emit()
    assert offered == [out]

    desk.window.set_chosen.emit(1)
    chosen = desk.window.sets.itemText(1)
    elsewhere = Choice(str(desk.folder), chosen, "", out)
    qtbot.waitUntil(lambda: Kept(file, Choice).load() == elsewhere, timeout=WAIT)


def test_what_is_gone_is_not_asked_and_nothing_is_kept_for_who_wants_nothing_kept(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "other.json"
    Kept(file, Choice).save(Choice("/nowhere", "Nobody's", "/nowhere.txt", ""))
    door = again(qtbot, desk, file, Settings())
    assert desk.window.source.text() == "Choose documents"
    assert desk.window.sets.currentIndex() == 0
    assert door.runner is not None
    assert door.runner.table is None

    door = again(qtbot, desk, file, Settings(restore_session=False))
    door.ask_folder(desk.folder)
    qtbot.waitUntil(lambda: not file.exists(), timeout=WAIT)
