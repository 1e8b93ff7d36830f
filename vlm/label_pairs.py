"""Finds the labels of a page and what may be the value of each, by where they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.page_cells import Cell
from vlm.types import Box

FARTHER, BELOW, INSIDE = 0.97, 0.93, 0.98
"""What a value counts for each cell between it and its label that no heading tells, below its
label, and behind it without a mark between."""

HEADINGS, MOST_WORDS = 3, 9
"""Cells of a row without any digit that are the headings of columns; words of a label."""

ROWS_BELOW, ROWS_ABOVE = 2, 12
"""Rows in which a value stands below its label, and in which a column's heading is looked for."""

_LEADERS = re.compile(r"\s*(?:\.{3,}|…{1,}|_{3,}|(?:\. ){3,})\s*")
_COLON = re.compile(r":\s+|:$")


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and what stands at it.

    Attributes:
        label: Its text.
        over: The heading of the column, or "".
        section: The heading of the section, or "".
        cell: Where the value stands.
        start: Where in that cell's text it begins.
        counts: What its place is worth.
    """

    label: str
    over: str
    section: str
    cell: Cell
    start: int
    counts: float

    @property
    def value(self) -> str:
        """What stands at the label, without blanks around it."""
        return self.cell.text[self.start :].strip()


def pairs(rows: Sequence[Sequence[Cell]]) -> Iterator[Pair]:
    """Yield every label of a page with each value that may be its."""
    sections = _sections(rows)
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            section = sections.get((number, index), "")
            over = _over(rows, cell) if index else ""
            yield from _inside(cell, over, section)
            if not _may_label(cell.text) or ": " in cell.text:
                continue
            for farther, value in enumerate(() if _heads(row) else row[index + 1 :]):
                above = _over(rows, value)
                counts = FARTHER**farther if not above else 1.0
                yield Pair(cell.text, above, section, value, 0, counts)
                if _may_label(value.text) and not any(map(str.isdigit, value.text)):
                    break  # a label of its own
            for value in _below(rows, cell):
                yield Pair(cell.text, "", section, value, 0, BELOW)


def _inside(cell: Cell, over: str, section: str) -> Iterator[Pair]:
    """Yield what stands behind labels in one cell: after a colon, after dots, after a name."""
    text = cell.text
    for mark in (_COLON, _LEADERS):
        for one in mark.finditer(text):
            if one.start() and one.end() < len(text) and _may_label(text[: one.start()]):
                yield Pair(text[: one.start()], over, section, cell, one.end(), 1.0)
    words = list(re.finditer(r"\S+", text))
    if len(words) > MOST_WORDS or text.endswith("."):
        return  # a sentence: that is for `vlm.prose_answers`
    for word in words[1 : MOST_WORDS + 1]:
        before = text[: word.start()]
        if any(map(str.isdigit, word[0])) and _may_label(before) and ":" not in before:
            yield Pair(before, over, section, cell, word.start(), INSIDE)
            break


def _heads(row: Sequence[Cell]) -> bool:
    """Tell whether a row is the headings of a table's columns: of these none is another's value."""
    return len(row) >= HEADINGS and not any(map(str.isdigit, "".join(one.text for one in row)))


def _may_label(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return (
        letters >= 1 and len(text.split()) <= MOST_WORDS and letters > sum(map(str.isdigit, text))
    )


def _below(rows: Sequence[Sequence[Cell]], label: Cell) -> Iterator[Cell]:
    """Yield the cells right below a label."""
    for row in rows[label.row + 1 : label.row + 1 + ROWS_BELOW]:
        over = [one for one in row if _overlap(one.box, label.box)]
        if over:
            yield over[0]
            return


def _over(rows: Sequence[Sequence[Cell]], value: Cell) -> str:
    """Return the heading of the column in which a cell stands, "" for none."""
    for row in reversed(rows[max(0, value.row - ROWS_ABOVE) : value.row]):
        above = [one for one in row if _overlap(one.box, value.box)]
        if len(row) > 1 and above and not any(map(str.isdigit, above[0].text)):
            return above[0].text
        if len(row) == 1 and not above:
            return ""
    return ""


def _sections(rows: Sequence[Sequence[Cell]]) -> dict[tuple[int, int], str]:
    """Return the heading of each cell's section: words alone above it, at its left edge."""
    found: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            for above in reversed(rows[max(0, number - ROWS_ABOVE) : number]):
                head = next((one for one in above if _is_heading(one, above, cell)), None)
                if head is not None:
                    found[number, index] = head.text
                    break
    return found


def _is_heading(cell: Cell, row: Sequence[Cell], below: Cell) -> bool:
    """Tell whether a cell may be the heading of what stands below it."""
    others = [one for one in row if one is not cell and abs(one.box.x0 - cell.box.x1) < 0.2]
    starts = cell.box.x0 - 0.02 <= below.box.x0
    return (
        starts
        and below.box.x0 < cell.box.x0 + 0.45
        and not others
        and not any(map(str.isdigit, cell.text))
        and len(cell.text.split()) <= MOST_WORDS
        and not cell.text.endswith(".")
    )


def _overlap(one: Box, other: Box) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0
