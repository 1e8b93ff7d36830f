import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ask.question_line import MAX_CHARACTERS, QuestionLine


@pytest.fixture
def line(qtbot: QtBot) -> QuestionLine:
    made = QuestionLine()
    qtbot.addWidget(made)
    made.resize(300, 30)
    made.show()
    return made


@pytest.mark.parametrize(
    "modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier]
)
def test_enter_asks(qtbot: QtBot, line: QuestionLine, modifier: Qt.KeyboardModifier) -> None:
    QTest.keyClicks(line, " What is this? ")
    with qtbot.waitSignal(line.submitted) as asked:
        QTest.keyClick(line, Qt.Key.Key_Return, modifier)
    assert asked.args == ["What is this?"]


def test_nothing_is_not_asked(qtbot: QtBot, line: QuestionLine) -> None:
    QTest.keyClicks(line, "   ")
    with qtbot.assertNotEmitted(line.submitted):
        QTest.keyClick(line, Qt.Key.Key_Return)


def test_shift_enter_starts_a_line_and_the_line_grows_to_five(
    qtbot: QtBot, line: QuestionLine
) -> None:
    heights = [line.height()]
    for _ in range(7):
        QTest.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClicks(line, "x")
        heights.append(line.height())
    assert line.question() == "\n".join("x" * 7)
    assert heights[:5] == sorted(set(heights[:5]))
    assert len(set(heights[4:])) == 1


def test_up_brings_back_what_was_asked_and_down_the_draft(qtbot: QtBot, line: QuestionLine) -> None:
    for text in ("first", "second"):
        line.remember(text)
    QTest.keyClicks(line, "draft")
    shown: list[str] = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(line, key)
        shown.append(line.toPlainText())
    assert shown == ["second", "first", "first", "second", "draft"]


def test_up_reaches_what_was_asked_about_the_document_before(
    qtbot: QtBot, line: QuestionLine
) -> None:
    line.remember("now")
    line.offer(("now", "later", "long ago"))
    shown: list[str] = []
    for _ in range(3):
        QTest.keyClick(line, Qt.Key.Key_Up)
        shown.append(line.toPlainText())
    assert shown == ["now", "later", "long ago"]
    line.offer(())
    line.clear()
    QTest.keyClick(line, Qt.Key.Key_Up)
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert line.toPlainText() == "now"


def test_up_moves_inside_a_longer_question_first(qtbot: QtBot, line: QuestionLine) -> None:
    line.remember("before")
    line.set_question("one\ntwo")
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert line.toPlainText() == "one\ntwo"
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert line.toPlainText() == "before"


def test_a_pasted_book_is_cut(line: QuestionLine) -> None:
    line.insertPlainText("x" * (MAX_CHARACTERS + 5))
    assert len(line.toPlainText()) == MAX_CHARACTERS


def test_pasted_control_characters_are_not_asked(qtbot: QtBot, line: QuestionLine) -> None:
    line.insertPlainText("What is\0 the\x1b total?")
    with qtbot.waitSignal(line.submitted) as asked:
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == ["What is the total?"]
    line.setPlainText("\0")
    with qtbot.assertNotEmitted(line.submitted):
        QTest.keyClick(line, Qt.Key.Key_Return)


def test_pasted_markup_stays_text(qtbot: QtBot, line: QuestionLine) -> None:
    line.set_question("<b>bold</b>")
    assert line.question() == "<b>bold</b>"
