"""The line a right answer is typed into."""

from pytestqt.qtbot import QtBot

from app.labelling.answer_line import AnswerLine


def test_a_long_answer_that_is_offered_shows_how_it_begins(qtbot: QtBot) -> None:
    line = AnswerLine()
    qtbot.addWidget(line)
    line.resize(120, 30)
    for put in (line.offer, line.put):
        put("It begins here " + "and goes on " * 20)
        assert line.hasSelectedText()
        assert line.selectedText() == line.text()
        assert line.cursorPosition() == 0
        qtbot.keyClicks(line, "x")
        assert line.text() == "x"
