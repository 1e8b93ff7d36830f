import time

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from app import theme
from app.ask.answer_text import AnswerText
from vlm.types import Unsure


@pytest.fixture
def text(qtbot: QtBot) -> AnswerText:
    made = AnswerText()
    qtbot.addWidget(made)
    made.resize(380, 30)
    made.show()
    return made


def test_pieces_are_shown_together(qtbot: QtBot, text: AnswerText) -> None:
    changes: list[int] = []
    text.textChanged.connect(lambda: changes.append(1))
    for word in ("one", " two", " three"):
        text.append_piece(word)
    assert text.text() == "one two three"
    qtbot.waitUntil(lambda: text.toPlainText() == "one two three")
    assert len(changes) <= 2


def test_it_is_as_high_as_its_words(qtbot: QtBot, text: AnswerText) -> None:
    low = text.height()
    text.set_text("many words " * 40)
    assert text.height() > 5 * low
    bar = text.verticalScrollBar()
    assert bar.maximum() == 0
    text.set_text("few")
    assert text.height() == low


def test_a_late_piece_never_follows_a_whole_answer(qtbot: QtBot, text: AnswerText) -> None:
    text.append_piece("partial")
    text.set_text("whole")
    assert text.text() == "whole"


def test_four_thousand_words_stream_smoothly(qtbot: QtBot, text: AnswerText) -> None:
    pieces = [f"word{number} " for number in range(4000)]
    longest = 0.0
    for start in range(0, len(pieces), 40):
        for piece in pieces[start : start + 40]:
            text.append_piece(piece)
        began = time.process_time()
        qtbot.waitUntil(lambda: not text.waiting)
        longest = max(longest, time.process_time() - began)
    assert text.text() == "".join(pieces)
    assert longest < 0.5


def dots(text: AnswerText) -> list[tuple[int, int]]:
    """Return the places of coloured dots below the text, as shown."""
    shown = text.viewport().grab().toImage()
    colour = theme.caution(text.palette())
    return [
        (x, y)
        for y in range(shown.height())
        for x in range(shown.width())
        if abs(shown.pixelColor(x, y).red() - colour.red()) < 40
        and shown.pixelColor(x, y).blue() < 90
        and shown.pixelColor(x, y).red() > shown.pixelColor(x, y).blue() + 40
    ]


def test_doubted_words_have_dots_below(qtbot: QtBot, text: AnswerText) -> None:
    text.set_text("Total 84.50 EUR")
    assert dots(text) == []
    text.mark([Unsure(6, 11, 0.3)])
    (place,) = text.marks()
    found = dots(text)
    assert len(found) > 5
    assert all(place.left() <= x <= place.right() + 1 for x, _ in found)
    assert all(y > place.center().y() for _, y in found)
    assert text.marked
    assert "84.50" in text.accessibleDescription()


def test_marks_go_with_the_text_and_never_lie_outside(qtbot: QtBot, text: AnswerText) -> None:
    text.set_text("84.50")
    text.mark([Unsure(0, 5, 0.3), Unsure(3, 9, 0.1)])
    assert len(text.marks()) == 1
    text.set_text("other")
    assert text.marks() == []
    assert not text.marked


def test_a_long_doubted_word_is_marked_on_every_line(qtbot: QtBot, text: AnswerText) -> None:
    word = "\N{PAGE FACING UP}" * 80
    text.set_text(f"a {word}")
    text.mark([Unsure(2, 82, 0.2)])
    tops = [place.top() for place in text.marks()]
    assert len(tops) == len(set(tops)) > 1
    assert all(place.width() > 0 for place in text.marks())


def test_the_tooltip_says_what_the_dots_mean(qtbot: QtBot, text: AnswerText) -> None:
    text.set_text("Total 84.50")
    text.mark([Unsure(6, 11, 0.3)])
    (place,) = text.marks()
    assert text.tip_at(place.center().toPoint()) == "The model was unsure here"
    assert text.tip_at(QPoint(2, 4)) == ""
