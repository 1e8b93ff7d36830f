"""Lays a sheet out at random: its words with boxes, and where on the page its answers stand.

The same sheet comes out differently each time: letters, distances, columns, labels beside or above
what stands at them. Nothing is drawn, as in `pretrain.matching.forms`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from pretrain.matching.forms import MISREAD, MISREAD_PAGES, misread
from pretrain.matching.sheets import Block, Line, Place, Sheet
from vlm.types import Box, Word

LEFT, TOP, BOTTOM, WIDE = 0.06, 0.04, 0.97, 0.89
"""Edges of what is written on, and how wide that is."""

GAP, LEAST_CELL = 3.5, 8
"""Letters between two columns at least, and what a column holds that is made narrower."""

DROPPED = 0.15
"""How often a page lacks a block that has none of the answers."""

AS_PAIRS, MOST_BOXES = 0.4, 4
"""How often a table of two columns is written as labels with values, and boxes of these in a row at
most."""

BESIDE, NARROW, FEW_LINES = 0.3, 34, 8
"""How often two blocks that follow each other stand beside each other, where no line has more
letters and neither block more lines."""


@dataclass(frozen=True)
class Page:
    """A sheet as it stands on a page.

    Attributes:
        words: In the order they were written.
        misread: Whether letters of them are wrong.
    """

    words: tuple[Word, ...]
    misread: bool
    _cells: dict[tuple[int, int], tuple[str, list[tuple[int, int, int]]]]

    def words_of(self, place: Place) -> tuple[Word, ...]:
        """Return the words of an answer; none where its line is not on this page."""
        if (place.line, place.cell) not in self._cells:
            return ()
        text, spans = self._cells[place.line, place.cell]
        start = text.find(place.text)
        end = start + len(place.text)
        return tuple(self.words[n] for left, right, n in spans if left < end and right > start)


def laid_out(sheet: Sheet, rng: random.Random) -> Page:
    """Return a sheet on a page.

    Args:
        sheet: It.
        rng: The only source of chance.
    """
    return _Writer(rng).page(sheet)


class _Writer:
    """Writes one page from the top to the bottom; it may end below the page's, then all shrinks."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.letter = rng.uniform(0.0062, 0.0095)
        self.high = rng.uniform(0.008, 0.013)
        self.step = self.high * rng.uniform(1.25, 1.9)
        self.misread = rng.random() < MISREAD_PAGES
        self.words: list[tuple[str, float, float, float]] = []
        self.cells: dict[tuple[int, int], tuple[str, list[tuple[int, int, int]]]] = {}

    def page(self, sheet: Sheet) -> Page:
        answered = {place.line for asked in sheet.asked for place in asked.answers}
        y, line = TOP, 0
        for group in self._groups(sheet.blocks):
            wide = WIDE / len(group)
            ends = []
            for number, block in enumerate(group):
                numbers = range(line, line + len(block.lines))
                if answered.intersection(numbers) or self.rng.random() >= DROPPED:
                    left = LEFT + number * wide
                    ends.append(self._block(block, line, left, left + wide * 0.97, y))
                line += len(block.lines)
            y = max(ends, default=y) + self.step * self.rng.uniform(0.4, 1.4)
        shrunk = min(1.0, (BOTTOM - TOP) / max(y - TOP, 1e-6))
        words = tuple(
            Word(
                text, Box(x0, TOP + (y0 - TOP) * shrunk, x1, TOP + (y0 + self.high - TOP) * shrunk)
            )
            for text, x0, y0, x1 in self.words
        )
        return Page(words, self.misread, self.cells)

    def _groups(self, blocks: Sequence[Block]) -> list[list[Block]]:
        """Return blocks from the top, those together that stand beside each other."""
        groups: list[list[Block]] = []
        for block in blocks:
            single = bool(groups) and len(groups[-1]) == 1
            near = single and all(map(_is_narrow, (groups[-1][0], block)))
            if groups and (block.beside or (near and self.rng.random() < BESIDE)):
                groups[-1].append(block)
            else:
                groups.append([block])
        return groups

    def _block(self, block: Block, first: int, left: float, right: float, y: float) -> float:
        rows: list[tuple[int, Line]] = []
        for number, line in enumerate(block.lines, first):
            if line.row:
                rows.append((number, line))
                continue
            y = self._table(rows, left, right, y)
            rows = []
            y = self._wrapped(line.cells[0], (number, 0), left, right, y)
        return self._table(rows, left, right, y)

    def _table(
        self, rows: Sequence[tuple[int, Line]], left: float, right: float, y: float
    ) -> float:
        if not rows:
            return y
        pairs = all(len(line.cells) == 2 and not line.head for _, line in rows)
        if pairs and self.rng.random() < AS_PAIRS:
            return self._pairs(rows, left, right, y)
        count = max(len(line.cells) for _, line in rows)
        widths = self._widths(rows, count, right - left)
        for number, line in rows:
            x, below = left, y + self.step
            for cell, text in enumerate(line.cells):
                end = x + widths[cell] if cell < count - 1 else right
                end -= GAP * self.letter * (cell < count - 1)
                if line.right[cell]:
                    below = max(below, self._ending(text, (number, cell), x, end, y))
                else:
                    below = max(below, self._wrapped(text, (number, cell), x, end, y))
                x += widths[cell]
            y = below
        return y

    def _widths(self, rows: Sequence[tuple[int, Line]], count: int, wide: float) -> list[float]:
        """Return how wide each column is: as its longest cell, or less where there is no room."""
        most = [
            max(len(line.cells[n]) if n < len(line.cells) else 0 for _, line in rows)
            for n in range(count)
        ]
        room = wide / self.letter - GAP * count
        while sum(most) > room and max(most) > LEAST_CELL:
            most[most.index(max(most))] -= 1
        widths = [(letters + GAP) * self.letter for letters in most]
        if (free := wide - sum(widths)) > 0:
            spread = self.rng.choice((0.0, 0.5, 1.0))
            widths = [one + spread * free / count for one in widths]
        return widths

    def _pairs(
        self, rows: Sequence[tuple[int, Line]], left: float, right: float, y: float
    ) -> float:
        """Write labels with what stands at them: in a line, at the right end, below, in boxes."""
        way = self.rng.choice(("line", "right", "below", "boxes"))
        if way == "boxes":
            return self._boxes(rows, left, right, y)
        for number, line in rows:
            label, value = line.cells
            if way == "below":
                y = self._wrapped(label, (number, 0), left, right, y)
                y = self._wrapped(value, (number, 1), left, right, y) + 0.4 * self.step
            elif way == "right":
                below = self._wrapped(label, (number, 0), left, left + 0.6 * (right - left), y)
                y = max(below, self._ending(value, (number, 1), left, right, y))
            else:
                colon = label if not label or label[-1] in ":.?" else label + ":"
                x = self._put(colon, (number, 0), left, y) + self.letter
                y = self._wrapped(value, (number, 1), min(x, right - 0.05), right, y)
        return y

    def _boxes(
        self, rows: Sequence[tuple[int, Line]], left: float, right: float, y: float
    ) -> float:
        """Write labels with what stands below them, some of them beside each other."""
        count = self.rng.randint(2, MOST_BOXES)
        wide = (right - left) / count
        for start in range(0, len(rows), count):
            below = y
            for number, (row, line) in enumerate(rows[start : start + count]):
                x, end = left + number * wide, left + (number + 1) * wide - GAP * self.letter
                under = self._wrapped(line.cells[0], (row, 0), x, end, y)
                below = max(below, self._wrapped(line.cells[1], (row, 1), x, end, under))
            y = below + 0.4 * self.step
        return y

    def _ending(self, text: str, at: tuple[int, int], left: float, right: float, y: float) -> float:
        """Write a text that ends at the right, or from the left where it is too long."""
        x = right - len(text) * self.letter
        if x < left:
            return self._wrapped(text, at, left, right, y)
        self._put(text, at, x, y)
        return y + self.step

    def _wrapped(
        self, text: str, at: tuple[int, int], left: float, right: float, y: float
    ) -> float:
        """Write a text in as many lines as it needs; returns where the next one stands."""
        return self._written(text, at, left, right, y)[1] + self.step

    def _put(self, text: str, at: tuple[int, int], x: float, y: float) -> float:
        """Write a text in one line; returns where it ends."""
        return self._written(text, at, x, math.inf, y)[0]

    def _written(
        self, text: str, at: tuple[int, int], left: float, right: float, y: float
    ) -> tuple[float, float]:
        """Write a text; returns where it ends, and where its last line stands."""
        x, spans, place = left, [], 0
        for said in text.split():
            if x > left and x + len(said) * self.letter > right:
                x, y = left, y + self.step
            spans.append((place, place + len(said), self._word(said, x, y)))
            x += (len(said) + 1) * self.letter
            place += len(said) + 1
        self.cells[at] = (text, spans)
        return x, y

    def _word(self, said: str, x: float, y: float) -> int:
        if self.misread:
            said = misread(said, self.rng, MISREAD)
        self.words.append((said, min(x, 0.985), y, min(x + len(said) * self.letter, 1.0)))
        return len(self.words) - 1


def _is_narrow(block: Block) -> bool:
    """Tell whether another block could stand beside one."""
    few = len(block.lines) <= FEW_LINES
    return few and all(len(line.text) <= NARROW for line in block.lines)
