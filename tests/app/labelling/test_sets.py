"""Question sets are made, changed and removed in a dialog, and kept in their file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Reply
from app.labelling import words
from app.labelling.last_choice import LastChoice
from app.labelling.questions import QuestionPicker
from app.labelling.sets import Sets
from app.labelling.sets_dialog import SetsDialog
from finetune import question_sets
from finetune.question_sets import SHIPPED, QuestionSet


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / question_sets.NAME


@pytest.fixture
def sets(qtbot: QtBot, file: Path) -> Sets:
    picker = QuestionPicker()
    qtbot.addWidget(picker)
    made = Sets(file.parent, LastChoice(file.parent), picker, picker)
    made.load()
    return made


def opened(sets: Sets) -> SetsDialog:
    sets.edit()
    assert sets.dialog is not None
    return sets.dialog


def test_a_set_of_ones_own_is_made_and_asked(qtbot: QtBot, sets: Sets, file: Path) -> None:
    dialog = opened(sets)
    dialog.add.click()
    qtbot.keyClicks(dialog.name, "Delivery note")
    dialog.questions.setFocus()
    qtbot.keyClicks(dialog.questions, "Which  order?")
    qtbot.keyClick(dialog.questions, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.questions, "How many boxes?")
    with qtbot.waitSignal(sets.changed):
        dialog.save.click()
    own = QuestionSet("Delivery note", ("Which order?", "How many boxes?"))
    assert question_sets.load(file) == (*SHIPPED, own)
    assert sets.questions == own.questions
    assert not dialog.isVisible()


def test_esc_does_not_lose_what_was_typed(
    qtbot: QtBot, sets: Sets, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies: list[Reply | None] = []
    monkeypatch.setattr(dialogs, "ask", lambda *_: replies.pop(0))
    dialog = opened(sets)
    qtbot.keyClick(dialog.questions, Qt.Key.Key_Escape)
    assert not dialog.isVisible()

    dialog = opened(sets)
    dialog.questions.setPlainText("Who signed?")
    replies.append(None)
    qtbot.keyClick(dialog.questions, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.questions.toPlainText() == "Who signed?"
    replies.append(Reply(words.DROP_SETS))
    dialog.close()
    assert not dialog.isVisible()
    assert not file.exists()

    dialog = opened(sets)
    dialog.questions.setPlainText("Who signed?")
    replies.append(Reply(words.SAVE_SETS))
    qtbot.keyClick(dialog.questions, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert question_sets.load(file)[0].questions == ("Who signed?",)

    dialog = opened(sets)
    dialog.questions.setPlainText("Who paid?")
    dialog.cancel.click()
    assert not dialog.isVisible()
    assert question_sets.load(file)[0].questions == ("Who signed?",)
    assert replies == []


def test_shipped_sets_may_be_changed_removed_and_brought_back(
    qtbot: QtBot, sets: Sets, file: Path
) -> None:
    dialog = opened(sets)
    dialog.remove.click()
    dialog.save.click()
    assert question_sets.load(file) == SHIPPED[1:]
    dialog = opened(sets)
    dialog.restore.click()
    dialog.save.click()
    assert question_sets.load(file) == (*SHIPPED[1:], SHIPPED[0])


def test_what_is_no_set_is_said_and_nothing_is_written(
    qtbot: QtBot, sets: Sets, file: Path
) -> None:
    dialog = opened(sets)
    for name, questions, says in (
        (" ", "Who?", "name"),
        ("Receipt", "Who?", "Another set"),
        ("Mine", "\n \n", "at least one question"),
        ("Mine", "Who?\nWhen?\nwho?", "twice: who?"),
    ):
        dialog.show_set(dialog.list.item(0).text())
        dialog.name.selectAll()
        qtbot.keyClicks(dialog.name, name)
        dialog.questions.setPlainText(questions)
        dialog.save.click()
        assert says in dialog.problem.text()
    assert not file.exists()
    dialog.cancel.click()
    assert sets.questions == SHIPPED[0].questions


def test_a_file_of_a_newer_program_is_left_alone(qtbot: QtBot, sets: Sets, file: Path) -> None:
    file.write_text('{"version": 9}')
    told: list[str] = []
    sets.complained.connect(told.append)
    sets.load()
    sets.edit()
    assert sets.dialog is None
    assert all("newer version" in one for one in told)
    assert len(told) == 2
    assert sets.questions == SHIPPED[0].questions
    assert file.read_text() == '{"version": 9}'


def test_a_broken_file_is_set_aside(qtbot: QtBot, sets: Sets, file: Path) -> None:
    file.write_text("{")
    with qtbot.waitSignal(sets.complained) as told:
        sets.load()
    assert told.args is not None
    assert "was set aside as" in told.args[0]
    assert not file.exists()
    assert sets.questions == SHIPPED[0].questions


def test_a_question_being_typed_stays_while_ticks_come(qtbot: QtBot, sets: Sets) -> None:
    picker = sets._picker  # pyright: ignore[reportPrivateUsage] # what the sets are offered in
    questions = SHIPPED[0].questions
    picker.show_questions(questions, ())
    line = picker.box.lineEdit()
    assert line is not None
    line.clear()
    qtbot.keyClicks(line, "Who sgned?")
    line.setCursorPosition(5)
    picker.show_questions(questions[1:], questions[:1])
    qtbot.keyClicks(line, "i")
    assert line.text() == "Who signed?"
    line.setSelection(4, 6)
    picker.show_questions(questions[1:], questions[1:])
    qtbot.keyClicks(line, "paid")
    assert line.text() == "Who paid?"
