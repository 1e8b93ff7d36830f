"""What was chosen last is there again the next time."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import dialogs
from app.labelling.last_choice import NAME, Chosen, LastChoice
from app.labelling.questions import QuestionPicker
from app.labelling.sets import Sets
from app.labelling.values import Source
from finetune import question_sets
from finetune.question_sets import SHIPPED
from tests.app.conftest import MakeShell, furniture
from tests.app.labelling.desk import begin, panel_of
from tests.app.viewer.sample import draw_sample


def picker_of(qtbot: QtBot, folder: Path) -> QuestionPicker:
    """Open a panel's questions as another start of the program does."""
    picker = QuestionPicker()
    qtbot.addWidget(picker)
    Sets(folder, LastChoice(folder), picker, picker).load()
    return picker


def test_the_set_that_was_asked_is_asked_again(qtbot: QtBot, tmp_path: Path) -> None:
    first = picker_of(qtbot, tmp_path)
    assert first.sets.currentData() == SHIPPED[0].name
    for row in (1, first.sets.count() - 1):
        first.sets.setCurrentIndex(row)
        first.sets.activated.emit(row)
        assert picker_of(qtbot, tmp_path).sets.currentIndex() == row
    assert first.sets.itemData(first.sets.count() - 1) == "", "none at all is a choice too"


def test_a_set_that_is_gone_makes_room_for_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    LastChoice(tmp_path).keep_questions(SHIPPED[1].name)
    question_sets.save(tmp_path / question_sets.NAME, SHIPPED[:1])
    assert picker_of(qtbot, tmp_path).sets.currentData() == SHIPPED[0].name


def test_a_choice_is_private_and_a_broken_file_costs_no_more(tmp_path: Path) -> None:
    LastChoice(tmp_path).keep_folder("/papers")
    assert LastChoice(tmp_path).now == Chosen("/papers", None)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    (tmp_path / NAME).write_text("{")
    last = LastChoice(tmp_path)
    assert last.now == Chosen()
    last.keep_folder("/letters")
    assert LastChoice(tmp_path).now.folder == "/letters"


def test_the_folder_is_offered_again_at_the_next_start(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(two[0]).parent.parent / "scans & more"
    folder.mkdir()
    draw_sample(folder / "one.pdf", pages=1)
    shell = make_shell(two[0])
    begin(qtbot, shell)
    assert not panel_of(shell).choose.again.isVisible()
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(folder))
    panel_of(shell).source_chosen.emit(Source.FOLDER)
    qtbot.waitUntil(lambda: furniture(shell).tabs.current_path == str(folder / "one.pdf"))
    shell.window.close()

    again = make_shell(two[0])
    begin(qtbot, again)
    offer = panel_of(again).choose.again
    assert offer.isVisible()
    assert offer.text() == "The folder “scans && more” again"
    offer.trigger()
    qtbot.waitUntil(lambda: furniture(again).tabs.current_path == str(folder / "one.pdf"))
    asked: list[str] = []

    def refuse(parent: object, title: str, near: str) -> str:
        asked.append(near)
        return ""

    monkeypatch.setattr(dialogs, "choose_folder", refuse)
    panel_of(again).source_chosen.emit(Source.FOLDER)
    assert asked == [str(folder)]
