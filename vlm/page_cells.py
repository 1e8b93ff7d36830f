"""Puts the words of a page into rows, and those into cells with wide white between. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from vlm.label_words import folded, words_of
from vlm.page_parts import rows_of
from vlm.types import Box, Word, union

APART = 2.0
"""White between two cells of a row, in widths of a letter."""


@dataclass(frozen=True)  # no slots: what is told of it is kept, many labels are looked for
class Cell:
    """Words of a row that stand together.

    Attributes:
        words: From left to right.
        row: Number of its row, from the top.
    """

    words: tuple[Word, ...]
    row: int

    @cached_property
    def text(self) -> str:
        """Its words with single blanks between."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        """The smallest that holds all its words."""
        return union([word.box for word in self.words])

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The words of its text in small letters, as labels are looked for."""
        return words_of(self.text)

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The same without accents, as labels that were learned are looked for."""
        return tuple(map(folded, self.said))

    def part(self, start: int, end: int) -> Box:
        """Return the box of the words that have the characters from `start` to before `end`."""
        boxes, place = [], 0
        for word in self.words:
            if place < end and place + len(word.text) > start:
                boxes.append(word.box)
            place += len(word.text) + 1
        return union(boxes or [word.box for word in self.words])


def cells_of(words: Sequence[Word], pieces: bool = False) -> list[list[Cell]]:
    """Return rows from top to bottom, each with its cells from left to right.

    Args:
        words: In any order.
        pieces: Whether each is a cell of its own.
    """
    rows = [
        sorted(row, key=lambda one: one.box.x0) for row in rows_of(words, lambda word: word.box)
    ]
    if pieces:
        return [[Cell((word,), n) for word in row] for n, row in enumerate(rows)]
    return [list(_cells(row, n)) for n, row in enumerate(rows)]


def _cells(row: Sequence[Word], number: int) -> Iterator[Cell]:
    together = [row[0]]
    for word in row[1:]:
        last = together[-1]
        letter = last.box.width / max(1, len(last.text))
        if word.box.x0 - last.box.x1 > APART * letter:
            yield Cell(tuple(together), number)
            together = []
        together.append(word)
    yield Cell(tuple(together), number)
