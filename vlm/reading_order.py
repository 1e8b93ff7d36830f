"""Puts what stands on a page into lines in the order in which people read them. Pure.

Running text is read down each column; whatever else stands beside each other is one line: a label
and its value, the cells of a table's row.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from vlm.page_cells import Cell, cells_of
from vlm.text_blocks import TextBlock, blocks_of, ordered
from vlm.types import Box, Word

FEW_LINES, FEW_WORDS = 3, 4.5
"""A block of running text has so many lines at least, and so many words in each of them."""

NEAR, BESIDE = 3.0, 1.0
"""Heights of a line by which what belongs to a column stands above or below it, at most, or begins
more to the left or to the right."""


def lines_in_order(words: Sequence[Word], pieces: bool = False) -> list[tuple[Word, ...]]:
    """Return the words of each line, from left to right, in the order in which lines are read.

    Args:
        words: As the page is shown, in any order; one may be all that was read in a line.
        pieces: Whether each is all that stands in a line of its column.
    """
    running = [block for block in blocks_of(words, pieces) if _is_running(block)]
    taken = {word for block in running for line in block.lines for word in line.words}
    rest = [word for word in words if word not in taken]
    rows = [TextBlock(some) for row in cells_of(rest, pieces) for some in _of_columns(row, running)]
    return [
        line
        for block in ordered([*running, *rows])
        for line in (
            [cell.words for cell in block.lines]
            if block in running
            else [tuple(word for cell in block.lines for word in cell.words)]
        )
    ]


def _is_running(block: TextBlock) -> bool:
    counts = [len(line.text.split()) for line in block.lines]
    return len(counts) >= FEW_LINES and statistics.mean(counts) >= FEW_WORDS


def _of_columns(row: Sequence[Cell], running: Sequence[TextBlock]) -> list[list[Cell]]:
    """Divide a row's cells where they stand over, or under, different columns of running text.

    A row far above or below these columns is divided only if it has one cell in each, which begins
    where the column does: else it is one of a table or a form, which go over the whole page.
    """
    found: list[list[Cell]] = []
    columns: list[list[TextBlock]] = []
    for cell in row:
        over = [one for one in running if _shared(one.box, cell.box) > 0]
        if not found or over != columns[-1]:
            found.append([])
            columns.append(over)
        found[-1].append(cell)
    if len(found) > 1 and not all(map(_belongs, found, columns)):
        return [list(row)]
    return found


def _belongs(cells: Sequence[Cell], blocks: Sequence[TextBlock]) -> bool:
    """Tell whether some cells of a row belong to a column of running text, if they are over one."""
    if not blocks:
        return True
    box, high = cells[0].box, cells[0].box.height
    if any(max(one.box.y0 - box.y1, box.y0 - one.box.y1) <= NEAR * high for one in blocks):
        return True
    return len(cells) == 1 and any(abs(one.box.x0 - box.x0) <= BESIDE * high for one in blocks)


def _shared(one: Box, other: Box) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)
