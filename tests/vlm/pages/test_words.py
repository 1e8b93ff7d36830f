from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlm import wire
from vlm.pages import limits
from vlm.pages.protocol import REPLIES, Text
from vlm.pages.words import clean, on_page, visible
from vlm.types import Box, Word

BOX = (0.1, 0.1, 0.2, 0.2)


def test_what_cannot_be_seen_is_dropped() -> None:
    assert visible("to\u202etal\x00\n\ud800\ufeff\u200b") == "total"
    assert visible(" \t ") == ""
    assert visible("Größe ½ 東京 👍") == "Größe ½ 東京 👍"


def test_words_without_visible_characters_are_dropped() -> None:
    assert clean([("\x01\x02", *BOX), ("x", *BOX)]) == (Word("x", Box(*BOX)),)


@pytest.mark.parametrize(
    "corners",
    [(math.nan, 0, 1, 1), (0, -math.inf, 1, 1), (1.0, 0, 2, 1), (-1, 0, 0, 1), (0, 1.5, 1, 2)],
)
def test_boxes_that_are_not_on_the_page_are_dropped(
    corners: tuple[float, float, float, float],
) -> None:
    assert on_page(*corners) is None


def test_boxes_are_clipped_and_given_an_area() -> None:
    assert on_page(-5, 0.5, 7, 0.75) == Box(0.0, 0.5, 1.0, 0.75)
    assert on_page(0.75, 0.5, 0.25, 0.25) == Box(0.25, 0.25, 0.75, 0.5)
    thin = on_page(0.5, 0.5, 0.5, 0.6)
    assert thin is not None
    assert 0 < thin.width < 0.001


def test_long_words_and_long_pages_end() -> None:
    [word] = clean([("x" * 10_000, *BOX)])
    assert len(word.text) == limits.WORD
    assert len(clean([("x", *BOX)] * (limits.WORDS + 5))) == limits.WORDS
    assert sum(len(word.text) for word in clean([("y" * 200, *BOX)] * 20_000)) <= limits.TEXT


def test_the_longest_page_fits_a_message() -> None:
    widest = "\U0001f4a9" * (limits.TEXT // limits.WORDS)
    found = ((widest, 0.12345, 0.12345, 0.54321, 0.54321) for _ in range(limits.WORDS))
    line = wire.write(Text(2**53, clean(found)))
    assert len(line) < wire.MAX_LINE
    assert isinstance(REPLIES.read(line), Text)


@given(st.lists(st.tuples(st.text(), *[st.floats()] * 4), max_size=20))
def test_whatever_a_document_claims_can_be_sent(
    found: list[tuple[str, float, float, float, float]],
) -> None:
    words = clean(found)
    assert REPLIES.read(wire.write(Text(1, words))) == Text(1, words)
    assert all(word.text for word in words)
