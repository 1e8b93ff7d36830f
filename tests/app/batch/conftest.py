"""The batch window with everything behind it: the fake engine in its own process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ask.values import EvidenceClick
from app.batch.door import BatchDoor
from app.batch.runner import BatchRunner, Phase
from app.batch.window import BatchWindow
from app.engine_client import EngineClient
from app.settings import Settings
from tests.vlm.conversation import AES_256
from vlm import children
from vlm.batch import Table

WAIT = 20_000
QUESTIONS = ("Total?", "Date?")


@dataclass
class Desk:
    """The batch window with everything behind it."""

    door: BatchDoor
    client: EngineClient
    folder: Path
    jumps: list[EvidenceClick]

    @property
    def window(self) -> BatchWindow:
        assert self.door.window is not None
        return self.door.window

    @property
    def runner(self) -> BatchRunner:
        assert self.door.runner is not None
        return self.door.runner

    @property
    def table(self) -> Table:
        assert self.runner.table is not None
        return self.runner.table


def draw(path: Path, *pages: str, password: str = "") -> None:
    with pymupdf.open() as pdf:
        for text in pages:
            pdf.new_page().insert_text((72, 72), text)
        if password:
            pdf.save(path, encryption=AES_256, user_pw=password)
        else:
            pdf.save(path)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "10")
    folder = tmp_path / "papers"
    folder.mkdir()
    draw(folder / "a.pdf", "Invoice 1 total 84.50")
    draw(folder / "b.pdf", *[f"Page {number} of a contract and its words" for number in range(6)])
    (folder / "c.pdf").write_bytes(b"%PDF no more")
    questions = tmp_path / "questions.txt"
    questions.write_text("\n".join(QUESTIONS))
    main = QWidget()
    qtbot.addWidget(main)
    client = EngineClient(children.command("fake-engine"), grace_ms=2000, restart_ms=100)
    door = BatchDoor(
        main, client, lambda: (str(folder / "a.pdf"),), Settings, tmp_path / "kept.json"
    )
    made = Desk(door, client, folder, [])
    door.jumped.connect(made.jumps.append)
    client.load("/models/one")
    qtbot.waitUntil(lambda: client.model is not None, timeout=WAIT)
    monkeypatch.setattr("app.batch.work.reader_fingerprint", lambda folder, *_: f"{folder}")
    door.open()
    door.ask_file(questions)
    yield made
    made.door.shutdown()
    client.stop()


def looked(qtbot: QtBot, desk: Desk) -> None:
    desk.door.ask_folder(desk.folder)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)


def press_run(desk: Desk) -> None:
    assert desk.window.run.isEnabled()
    QTest.mouseClick(desk.window.run, Qt.MouseButton.LeftButton)
