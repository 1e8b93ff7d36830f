"""Lines of print of pages with columns: each stands by itself, and rows of forms stay whole."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vlm import page_parts
from vlm.blocks import Line
from vlm.text_lines import find_lines

WIDTH, HEIGHT, EM, STEP = 1100, 900, 18, 24
WORDS = (
    "rent",
    "deposit",
    "tenant",
    "house",
    "pay",
    "month",
    "until",
    "agreed",
    "window",
    "letter",
)
LEFT, WIDE = 60, 450
Place = tuple[float, float, float]
"""Left and right ends of a line of print, and its baseline."""


class Drawn:
    """A page on which lines are printed, and where they are."""

    def __init__(self) -> None:
        self.image = Image.new("L", (WIDTH, HEIGHT), 250)
        self._pen, self._font = ImageDraw.Draw(self.image), ImageFont.load_default(EM)
        self.lines: list[Place] = []
        self._chance = random.Random(7)

    def print(self, text: str, left: float, y: float, size: int = EM) -> None:
        """Print a line that stands on `y`."""
        font = self._font if size == EM else ImageFont.load_default(size)
        self._pen.text((left, y), text, font=font, fill=30, anchor="ls")
        self.lines.append((left, left + self._pen.textlength(text, font=font), y))

    def column(self, left: int, top: int, count: int, step: int = STEP) -> None:
        """Print justified lines below each other, as wide as `WIDE`."""
        for number in range(count):
            words, wide = list[str](), 0.0
            while True:
                word = self._chance.choice(WORDS)
                long = self._pen.textlength(word, font=self._font)
                if wide + long + 5 * len(words) > WIDE:
                    break
                words, wide = [*words, word], wide + long
            space, x = (WIDE - wide) / (len(words) - 1), float(left)
            for word in words:
                self._pen.text(
                    (x, top + number * step), word, font=self._font, fill=30, anchor="ls"
                )
                x += self._pen.textlength(word, font=self._font) + space
            self.lines.append((left, left + WIDE, top + number * step))

    @property
    def found(self) -> tuple[Line, ...]:
        """The lines that are found."""
        return find_lines(np.asarray(self.image))


def inside(line: Line, places: Sequence[Place]) -> list[Place]:
    """Return what is printed between the upper and lower edges of a line, and its ends."""
    return [
        (left, right, y)
        for left, right, y in places
        if line.top < y - EM / 4 < line.end and left < line.right and right > line.left
    ]


@pytest.mark.parametrize("gutter", [14, 24, 60])
@pytest.mark.parametrize("lower", [0, 4, 8, 12, 16])
def test_each_line_of_two_columns_is_a_line(gutter: int, lower: int) -> None:
    page = Drawn()
    page.column(LEFT, 60, 20)
    page.column(LEFT + WIDE + gutter, 60 + lower, 20)
    lines = [Line(line.top, line.end, (piece,)) for line in page.found for piece in line.pieces]
    assert len(lines) == 40
    for line in lines:
        assert len(inside(line, page.lines)) == 1


def test_columns_whose_lines_are_not_as_far_apart_are_told_too() -> None:
    page = Drawn()
    page.column(LEFT, 60, 22)
    page.column(LEFT + WIDE + 22, 60, 19, STEP + 3)
    assert len([piece for line in page.found for piece in line.pieces]) == 41


def test_a_heading_over_both_columns_stays_whole() -> None:
    page = Drawn()
    page.print("Conditions of sale and of delivery in all our stores", 250, 40, 26)
    page.column(LEFT, 90, 20)
    page.column(LEFT + WIDE + 20, 98, 20)
    first = page.found[0]
    assert len(first.pieces) == 1
    assert first.left <= page.lines[0][0] + 3
    assert first.right >= page.lines[0][1] - 3


def test_white_that_goes_through_a_few_lines_by_chance_divides_none() -> None:
    page = Drawn()
    page.column(LEFT, 60, 4)
    page.column(LEFT + WIDE + 14, 60, 4)
    assert [len(line.pieces) for line in page.found] == [1, 1, 1, 1]


def test_a_label_and_its_amount_stay_one_line() -> None:
    page = Drawn()
    rows = [("Basic charge", "12.00"), ("Units used", "240.10"), ("Total to pay", "252.10")] * 4
    for number, (label, amount) in enumerate(rows):
        page.print(label, LEFT, 60 + 30 * number)
        page.print(amount, 300, 60 + 30 * number + number % 2)
    found = page.found
    assert [len(line.pieces) for line in found] == [2] * len(rows)


def test_a_description_and_its_price_beside_it_are_one_piece() -> None:
    page = Drawn()
    for number in range(14):
        page.print("Repair of the old garden window", LEFT, 60 + STEP * number)
        page.print("48.50", LEFT + page.lines[-1][1] - LEFT + 16, 60 + STEP * number)
    assert [len(line.pieces) for line in page.found] == [1] * 14, "a price is no running text"


def test_no_line_of_columns_is_read_twice_and_each_alone() -> None:
    page = Drawn()
    page.column(LEFT, 60, 20)
    page.column(LEFT + WIDE + 24, 72, 20)
    boxes = page_parts.divide(page.found, WIDTH, HEIGHT, 320, rows=1, apart=True)
    assert len(boxes) == 40
    places = [(box.x0 + box.x1, round(box.y0 * HEIGHT)) for box in boxes]
    assert all(one[1] <= other[1] for one, other in itertools.pairwise(places)), "from the top"
    for box in boxes:
        middle = (box.y0 + box.y1) / 2 * HEIGHT
        near = [one for one in page.lines if abs(one[2] - EM / 4 - middle) < STEP / 3]
        assert sum(one[0] < box.x1 * WIDTH and one[1] > box.x0 * WIDTH for one in near) == 1
