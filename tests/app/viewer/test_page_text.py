from __future__ import annotations

import pytest

from app.viewer.page_text import PageText, TextShelf, plain
from vlm.types import Box, Word

LINE = [
    Word("Total", Box(0.1, 0.5, 0.2, 0.52)),
    Word("amount", Box(0.21, 0.5, 0.33, 0.52)),
    Word("due:", Box(0.34, 0.5, 0.4, 0.52)),
    Word("€1,234.56", Box(0.8, 0.5, 0.95, 0.52)),
    Word("amount", Box(0.1, 0.6, 0.22, 0.62)),
]


@pytest.fixture
def text() -> PageText:
    return PageText(LINE)


def edges(box: Box | None) -> tuple[float, ...]:
    assert box is not None
    return box.x0, box.y0, box.x1, box.y1


def test_a_phrase_over_several_words_is_one_box(text: PageText) -> None:
    ((box,),) = text.find(plain("TOTAL  Amount"))
    assert edges(box) == pytest.approx((0.1, 0.5, 0.33, 0.52))


def test_every_place_is_found_in_reading_order(text: PageText) -> None:
    assert [match[0].y0 for match in text.find("amount")] == pytest.approx([0.5, 0.6])


def test_part_of_a_word_is_boxed_in_part(text: PageText) -> None:
    ((box,),) = text.find("tal")
    assert edges(box) == pytest.approx((0.14, 0.5, 0.2, 0.52))


def test_a_phrase_that_wraps_has_a_box_a_line() -> None:
    words = [Word("net", Box(0.8, 0.1, 0.9, 0.12)), Word("total", Box(0.1, 0.14, 0.2, 0.16))]
    ((first, second),) = PageText(words).find("net total")
    assert (first.y0, second.y0) == pytest.approx((0.1, 0.14))


def test_ligatures_and_case_make_no_difference() -> None:
    text = PageText([Word("O\ufb03ce", Box(0.1, 0.1, 0.2, 0.12))])
    assert len(text.find(plain("OFFICE"))) == 1


def test_nothing_is_found_for_nothing(text: PageText) -> None:
    assert text.find("") == []
    assert text.find("invoice") == []
    assert PageText([]).find("a") == []


def test_the_line_under_a_point_ends_at_a_wide_gap(text: PageText) -> None:
    left, _, right, _ = edges(text.line_at(0.25, 0.51, 1.4))
    assert left == pytest.approx(0.1, abs=0.01)
    assert right == pytest.approx(0.4, abs=0.01)
    left, _, right, _ = edges(text.line_at(0.9, 0.51, 1.4))
    assert (left, right) == pytest.approx((0.8, 0.95), abs=0.01)


def test_there_is_no_line_between_words(text: PageText) -> None:
    assert text.line_at(0.6, 0.51, 1.4) is None


def test_the_shelf_stays_within_its_budget() -> None:
    size = PageText(LINE).size_bytes
    shelf = TextShelf(3 * size)
    for page in range(3):
        shelf.put(page, PageText(LINE))
    assert shelf.get(0) is not None
    shelf.put(3, PageText(LINE))
    assert shelf.get(1) is None
    assert shelf.get(0) is not None
    shelf.clear()
    assert shelf.get(0) is None
