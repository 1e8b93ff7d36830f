"""Puts the words of a table into rows and columns. Pure.

Columns are parted by white that goes through nearly all lines; no drawn lines are needed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vlm.field_names import ALL
from vlm.page_cells import Cell, cells_of
from vlm.table_text import Grid
from vlm.types import Box, Word, union

GUTTER = 1.0
"""White between two columns, in widths of a letter, at least."""

CROSSED = 0.12
"""Share of lines that may cross the white between two columns: headings over several of them."""

SHORT = 0.5
"""Share of the usual number of cells up to which a line tells nothing of columns: sums below a
table stand between them."""

FEW = 3
"""Lines of a table of which each may have a column of its own."""

CLOSE = 0.75
"""White between two lines of one cell, in heights of a line, at most."""

PROSE = 7
"""Words of a line that is one sentence and no cell of a table."""

APART = 3.0
"""White between two tables, in heights of a line."""

LABELLED = 0.5
"""Share of the lines of a form that have a label; a table has them in its heading, and for sums."""

_LABELS = frozenset(
    phrase
    for field in ALL
    if field.form not in ("amount", "percent")
    for phrase, _ in field.names
    if sum(map(len, phrase)) > 2  # "to" and "no" stand in any cell
)
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Row:
    """The texts of one line by column, and where the line lies."""

    texts: list[str]
    top: float
    end: float

    @property
    def figures(self) -> bool:
        """Whether a column but the first has a digit."""
        return any(_FIGURE.search(text) for text in self.texts[1:])


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and where it stands."""

    grid: Grid
    box: Box


def tables_of(words: Sequence[Word]) -> list[Table]:
    """Return the tables that some words make, from top to bottom, without the text around them.

    What stands at labels, as at the head of a letter, is a table only where a page has no other.

    Args:
        words: In any order, on the page as it is shown.
    """
    blocks = _blocks(cells_of(words) if words else [])
    tables = [lines for block in blocks for lines in _in_columns(block)]
    return [
        Table(_grid(lines), union([cell.box for line in lines for cell in line]))
        for lines in [one for one in tables if not _is_form(one)] or tables
    ]


def _blocks(lines: Sequence[Sequence[Cell]]) -> list[list[Sequence[Cell]]]:
    """Return runs of lines, two or more of them with several cells and those at both ends."""
    blocks: list[list[Sequence[Cell]]] = [[]]
    end = 0.0
    for line in lines:
        top, low = _span(line)
        alone = len(line) == 1
        prose = alone and len(line[0].words) >= PROSE
        if prose or (blocks[-1] and top - end > APART * (low - top)):
            blocks.append([])
        if not prose and (blocks[-1] or not alone):
            blocks[-1].append(line)
        end = low
    for block in blocks:
        while block and len(block[-1]) == 1:
            block.pop()
    return [block for block in blocks if sum(len(line) > 1 for line in block) > 1]


def _in_columns(block: list[Sequence[Cell]]) -> list[list[Sequence[Cell]]]:
    """Return a block that has columns; of one that has none, the parts between headings that do."""
    if _cuts(block):
        return [block]
    parts: list[list[Sequence[Cell]]] = [[]]
    for line in block:
        if len(line) == 1:
            parts.append([])
        else:
            parts[-1].append(line)
    return [part for part in parts if len(part) > 1 and _cuts(part)]


def _is_form(lines: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether lines are labels with what stands at them, as at the head of a letter."""
    several = [line for line in lines if len(line) > 1]
    labelled = sum(any(cell.said in _LABELS for cell in line) for line in several)
    return labelled > 1 and labelled >= LABELLED * len(several)


def _span(line: Sequence[Cell]) -> tuple[float, float]:
    return min(cell.box.y0 for cell in line), max(cell.box.y1 for cell in line)


def _grid(lines: Sequence[Sequence[Cell]]) -> Grid:
    cuts = _cuts(lines)
    return [
        row.texts for row in _joined([_Row(_texts(line, cuts), *_span(line)) for line in lines])
    ]


def _cuts(lines: Sequence[Sequence[Cell]]) -> list[float]:
    """Return where columns are parted, from left to right."""
    several = [line for line in lines if len(line) > 1]
    if not several:
        return []
    letter = median(
        word.box.width / len(word.text) for line in several for cell in line for word in cell.words
    )
    usual = median(map(len, several))
    full = [line for line in several if len(line) > SHORT * usual]
    full = full if len(full) >= FEW else several
    spans = [(cell.box.x0, cell.box.x1) for line in full for cell in line]
    edges = sorted({edge for span in spans for edge in span})
    most = CROSSED * len(full)
    cuts: list[float] = []
    begun: float | None = None
    for left, right in itertools.pairwise(edges):
        free = sum(x0 < right and x1 > left for x0, x1 in spans) <= most
        if free and begun is None:
            begun = left
        if begun is not None and not free:
            if left - begun >= GUTTER * letter:
                cuts.append((begun + left) / 2)
            begun = None
    return _filled(cuts, several)


def _filled(cuts: list[float], lines: Sequence[Sequence[Cell]]) -> list[float]:
    """Leave out what parts off a column that only one of many lines has: a heading over others."""
    place = 0
    while place < len(cuts) and len(lines) > FEW:
        left = cuts[place - 1] if place else 0.0
        used = sum(any(left <= cell.box.x0 < cuts[place] for cell in line) for line in lines)
        if used > 1:
            place += 1
            continue
        place = max(0, place - 1)
        del cuts[place]
    return cuts


def _texts(line: Sequence[Cell], cuts: Sequence[float]) -> list[str]:
    """Return a line's text in each column; what goes over several stands in the first of them."""
    texts: list[list[str]] = [[] for _ in range(len(cuts) + 1)]
    for cell in line:
        across = any(word.box.x0 < cut < word.box.x1 for word in cell.words for cut in cuts)
        for word in cell.words:
            box = cell.box if across else word.box
            at = box.x0 if across else (box.x0 + box.x1) / 2
            texts[sum(cut <= at for cut in cuts)].append(word.text)
    return [" ".join(words) for words in texts]


def _joined(rows: Sequence[_Row]) -> list[_Row]:
    """Put the lines of one row together: those of the heading, and cells of several lines."""
    joined: list[_Row] = []
    for row in rows:
        above = joined[-1] if joined else None
        if above is not None and _goes_on(row, above, first=len(joined) == 1):
            texts = [f"{a} {b}".strip() for a, b in zip(above.texts, row.texts, strict=True)]
            joined[-1] = _Row(texts, above.top, row.end)
        else:
            joined.append(row)
    return joined


def _goes_on(row: _Row, above: _Row, first: bool) -> bool:
    """Tell whether a line belongs to the row above.

    Its name goes on in small letters, or it has none and no row of figures; a heading goes on until
    a row has a name.
    """
    if row.top - above.end > CLOSE * (row.end - row.top):
        return False
    others = sum(bool(text) for text in row.texts[1:])
    if row.texts[0][:1].islower() and not (others and any(above.texts[1:])):
        return True
    if not others:
        return False
    if row.texts[0]:
        return first and not row.figures and not above.texts[0]
    return not row.figures or others == 1 or (first and not above.texts[0])
