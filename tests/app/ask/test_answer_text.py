import time

import pytest
from pytestqt.qtbot import QtBot

from app.ask.answer_text import AnswerText


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
        began = time.perf_counter()
        qtbot.waitUntil(lambda: not text.waiting)
        longest = max(longest, time.perf_counter() - began)
    assert text.text() == "".join(pieces)
    assert longest < 0.5
