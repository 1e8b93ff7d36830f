"""Puts the words of a page into blocks of lines that stand close below each other. Pure.

Whatever stands beside a block in another column is a block of its own. Blocks come in the order in
which they are read.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vlm.page_cells import Cell, cells_of
from vlm.types import Box, Word, union

FAR = 0.95
"""White between two lines of a block, at most, in heights of a line."""

TALLER = 1.45
"""Times as high that the next line of a block may be, or as low."""

WITHIN = 6.0
"""White in a justified line of a block, at most, in widths of a letter."""

EVEN, FEW_GAPS = 1.4, 2
"""White between two words of a justified line, at most, as a share of that between others of it;
and how many others tell."""

SLIGHT = 0.1
"""Of the width of the narrower of two blocks, what one may reach over the other in its column."""

MOST_ORDERED = 120
"""Blocks of a page that are put into columns; one with more is a table or a form."""


@dataclass(slots=True)
class TextBlock:
    """Lines that stand below each other, from the top."""

    lines: list[Cell] = field(default_factory=list)

    @property
    def box(self) -> Box:
        """The smallest that holds all its lines."""
        return union([line.box for line in self.lines])

    def goes_on(self, cell: Cell) -> bool:
        """Tell whether a line stands close below the last one."""
        last = self.lines[-1].box
        high = min(last.height, cell.box.height)
        alike = max(last.height, cell.box.height) <= TALLER * high
        over = min(self.box.x1, cell.box.x1) - max(self.box.x0, cell.box.x0)
        close = -0.5 * high <= cell.box.y0 - last.y1 <= FAR * high
        return alike and close and over > 0 and cell.row != self.lines[-1].row


def blocks_of(words: Sequence[Word], pieces: bool = False) -> list[TextBlock]:
    """Return the blocks of a page in the order in which they are read.

    Args:
        words: As the page is shown, in any order.
        pieces: Whether each is all that stands in a line of its column.
    """
    return ordered(_blocks(cells_of(words, pieces), pieces))


def _blocks(rows: list[list[Cell]], pieces: bool) -> list[TextBlock]:
    """Put the cells of rows into blocks."""
    blocks: list[TextBlock] = []
    open_blocks: list[TextBlock] = []
    for row in rows:
        taken: list[TextBlock] = []
        for cell in row if pieces else _justified(row, open_blocks):
            above = [one for one in open_blocks if one not in taken and one.goes_on(cell)]
            block = max(above, key=lambda one: _shared(one.box, cell.box), default=None)
            if block is None:
                block = TextBlock()
                blocks.append(block)
            block.lines.append(cell)
            taken.append(block)
        lowest = min(cell.box.y0 for cell in row)
        still = [one for one in open_blocks if one not in taken]
        near = [one for one in still if one.lines[-1].box.y1 + one.lines[-1].box.height > lowest]
        open_blocks = [*taken, *near]
    return blocks


def _justified(row: Sequence[Cell], blocks: Sequence[TextBlock]) -> Iterator[Cell]:
    """Yield a row's cells, those as one that are a justified line of the block above."""
    together = row[0]
    even = EVEN * _between_words(row)
    for cell in row[1:]:
        letter = together.box.width / max(1, len(together.text))
        white = cell.box.x0 - together.box.x1
        if white <= even:
            together = Cell((*together.words, *cell.words), cell.row)
            continue
        spans = any(
            one.box.x0 <= together.box.x1 and one.box.x1 >= cell.box.x0 and one.goes_on(together)
            and _spans(one.lines[-1], together.box.x1, cell.box.x0)
            for one in blocks
        )  # fmt: skip
        if white <= WITHIN * letter and spans:
            together = Cell((*together.words, *cell.words), cell.row)
        else:
            yield together
            together = cell
    yield together


def _between_words(row: Sequence[Cell]) -> float:
    """Return the usual white between two words of a row's cells; 0 where hardly any tell."""
    white = [
        right.box.x0 - left.box.x1 for cell in row for left, right in itertools.pairwise(cell.words)
    ]
    return statistics.median(white) if len(white) >= FEW_GAPS else 0.0


def _spans(line: Cell, left: float, right: float) -> bool:
    """Tell whether a line has words over the white from `left` to `right`."""
    return any(word.box.x0 < right and word.box.x1 > left for word in line.words)


def _shared(one: Box, other: Box) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def ordered(blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """Return blocks in the order in which they are read: down each column, then the next."""
    boxes = [block.box for block in blocks]
    if len(blocks) > MOST_ORDERED:
        return sorted(blocks, key=lambda one: (one.box.y0, one.box.x0))
    after = {
        number: {other for other in range(len(boxes)) if _comes_before(boxes, other, number)}
        for number in range(len(boxes))
    }
    found: list[TextBlock] = []
    left = sorted(after, key=lambda one: (boxes[one].y0, boxes[one].x0))
    while left:
        free = (one for one in left if not after[one].intersection(left))
        number = next(free, left[0])
        left.remove(number)
        found.append(blocks[number])
    return found


def _comes_before(boxes: Sequence[Box], one: int, other: int) -> bool:
    """Tell whether a block is read before another: above it, or in a column to its left."""
    first, second = boxes[one], boxes[other]
    if one == other:
        return False
    if _are_over(first, second):
        return first.y0 < second.y0
    if first.x0 > second.x0:
        return False
    high, low = min(first.y0, second.y0), max(first.y1, second.y1)
    return not any(  # what spans both columns between them divides the page
        _are_over(box, first) and _are_over(box, second) and high < box.y0 and box.y1 < low
        for box in boxes
    )


def _are_over(one: Box, other: Box) -> bool:
    """Tell whether boxes stand in one column."""
    return _shared(one, other) > SLIGHT * min(one.width, other.width)
