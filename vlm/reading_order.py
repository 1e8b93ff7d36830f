"""Puts what stands on a page into lines in the order in which people read them. Pure.

Running text is read down each column; whatever else stands beside each other is one line: a label
and its value, the cells of a table's row.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from vlm.page_cells import Cell, cells_of
from vlm.text_blocks import TextBlock, blocks_of, ordered
from vlm.types import Word

FEW_LINES, FEW_WORDS = 3, 4.5
"""A block of running text has so many lines at least, and so many words in each of them."""


def lines_in_order(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Return the words of each line, from left to right, in the order in which lines are read.

    Args:
        words: As the page is shown, in any order; one may be all that was read in a line.
    """
    running = [block for block in blocks_of(words) if _is_running(block)]
    taken = {word for block in running for line in block.lines for word in line.words}
    rest = [word for word in words if word not in taken]
    rows = [TextBlock(some) for row in cells_of(rest) for some in _of_columns(row, running)]
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
    """Divide a row's cells where they stand over, or under, different columns of running text."""
    found: list[list[Cell]] = []
    last: frozenset[int] | None = None
    for cell in row:
        column = frozenset(
            number
            for number, block in enumerate(running)
            if min(block.box.x1, cell.box.x1) > max(block.box.x0, cell.box.x0)
        )
        if column != last:
            found.append([])
        found[-1].append(cell)
        last = column
    return found
