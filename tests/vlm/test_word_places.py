"""Words that were read stand where the line has ink."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vlm.blocks import Line
from vlm.page_cells import cells_of
from vlm.part_labels import words_in
from vlm.text_lines import find_lines
from vlm.types import Box
from vlm.word_places import Span, ink_in, places, print_in

WIDTH, HEIGHT = 800, 100
TEXT = "Im Winter will Wilma mit Tilli im immer WILDEN Wald 1.240,50 EUR"


def drawn(text: str, space: float | None = None) -> tuple[list[Span], Line]:
    """Return where each word of a line is drawn, in pixels, and the line as it is found."""
    image, font = Image.new("L", (WIDTH, HEIGHT), 250), ImageFont.load_default(20)
    pen, x, spans = ImageDraw.Draw(image), 30.0, list[Span]()
    for word in text.split():
        left, _, right, _ = pen.textbbox((x, 60), word, font=font, anchor="ls")
        pen.text((x, 60), word, font=font, fill=30, anchor="ls")
        spans.append((left, right))
        x += pen.textlength(word, font=font) + (pen.textlength(" ") if space is None else space)
    (line,) = find_lines(np.asarray(image))
    return spans, line


def amiss(found: list[Span] | None, spans: list[Span]) -> float:
    assert found is not None
    assert len(found) == len(spans)
    return max(
        abs(end - other)
        for one, two in zip(found, spans, strict=True)
        for end, other in zip(one, two, strict=True)
    )


def test_words_of_narrow_and_wide_letters_stand_where_they_are_drawn() -> None:
    spans, line = drawn(TEXT, 7)
    assert amiss(places(TEXT.split(), line.words), spans) <= 3
    box = Box(20 / WIDTH, 0.3, 780 / WIDTH, 0.8)
    ink = [(left / WIDTH, right / WIDTH) for left, right in line.words]
    found = [(one.box.x0 * WIDTH, one.box.x1 * WIDTH) for one in words_in(box, TEXT, ink)]
    assert amiss(found, spans) <= 3
    even = [(one.box.x0 * WIDTH, one.box.x1 * WIDTH) for one in words_in(box, TEXT)]
    assert amiss(even, spans) > 20, "if all letters were as wide"


@pytest.mark.parametrize(
    ("read", "number"),
    [("Im Winter will Wilma mit Tilli imimmer WILDEN Wald 1.240,50 EUR", 6),
     ("Im Winter will Wilma mit Tilli im im mer WILDEN Wald 1.240,50 EUR", 7)],
)  # fmt: skip
def test_words_stand_where_they_are_although_some_were_read_as_one_or_as_two(
    read: str, number: int
) -> None:
    spans, line = drawn(TEXT, 7)
    found = places(read.split(), line.words)
    assert found is not None
    assert amiss(found[:number], spans[:number]) <= 3
    assert amiss(found[-4:], spans[-4:]) <= 3


def test_words_that_are_seen_as_one_share_its_place() -> None:
    seen = [(0.0, 100.0), (120.0, 340.0), (360.0, 400.0)]
    found = places(["total", "amount", "paid", "ok"], seen)
    assert found is not None
    assert found[0] == (0.0, 100.0)
    assert found[1][0] == pytest.approx(120.0, abs=6)
    assert found[1][1] < found[2][0]
    assert found[2][1] == pytest.approx(340.0, abs=6)
    assert found[3] == pytest.approx((360.0, 400.0), abs=6)


def test_narrow_letters_stand_as_close_to_the_next_word_as_on_a_page_of_words() -> None:
    text = "Block 1 l I, Haus 11 und 1 Keller"
    _, line = drawn(text, 7)
    box = Box(20 / WIDTH, 0.3, 780 / WIDTH, 0.8)
    ink = [(left / WIDTH, right / WIDTH) for left, right in line.words]
    words = list(words_in(box, text, ink))
    assert [cell.text for row in cells_of(words) for cell in row] == [text]


def test_what_does_not_suit_the_ink_is_not_placed_by_it() -> None:
    assert (
        places(["a", "Donaudampfschifffahrt", "b"], [(0.0, 90.0), (95.0, 99.0), (110.0, 200.0)])
        is None
    )
    assert places([], [(0.0, 1.0)]) is None
    assert places(["word"], ()) is None
    even = list(words_in(Box(0.0, 0.0, 1.0, 0.1), "ab cd", ()))
    assert even[0].box.x1 == pytest.approx(0.4)


def test_the_ink_of_a_part_is_that_of_its_only_line() -> None:
    line, below = Line(10, 20, ((0, 90),), ((0, 40), (50, 90))), Line(60, 70, ((0, 90),), ())
    beside = Line(10, 20, ((200, 260),), ((200, 260),))
    part = Box(0.0, 0.0, 0.5, 0.3)
    assert ink_in(part, [line, below, beside], 200, 100) == ((0.0, 0.2), (0.25, 0.45))
    assert (
        ink_in(Box(0.0, 0.0, 0.5, 1.0), [line, Line(60, 70, ((0, 90),), ((0, 90),))], 200, 100)
        == ()
    )


def test_the_print_of_a_line_is_without_its_air() -> None:
    line = Box(0.1, 0.2, 0.6, 0.3)
    inner = print_in(line, ((0.15, 0.3), (0.4, 0.5)))
    assert (inner.x0, inner.x1) == (0.15, 0.5)
    assert (inner.y0, inner.y1) == pytest.approx((0.211, 0.289))
    assert print_in(line, ()).x1 == 0.6


def test_a_word_at_the_edge_of_a_page_stays_on_it() -> None:
    line = Box(0.0, 0.1, 1.0, 0.2)
    found = list(words_in(line, "mm aaaaaaa", ((0.0, 0.2), (0.23, 1.0))))
    assert [word.text for word in found] == ["mm", "aaaaaaa"]
    assert (found[0].box.x0, found[-1].box.x1) == (0.0, 1.0)
    assert found[0].box.x1 > 0.2
