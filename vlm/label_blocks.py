"""Values of several lines at a label, such as an address: which lines go on below it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vlm.known_labels import is_label
from vlm.page_cells import Cell
from vlm.types import Box, union

MOST_LINES = 5
"""Lines of a value, the first among them."""

CLOSE = 0.8
"""White between two of its lines, in heights of the first; an empty line leaves more."""

BESIDE = 2.0
"""How far a line may begin beside the first, in widths of a letter."""


def continued(text: str, box: Box, rows: Sequence[Sequence[Cell]]) -> tuple[str, Box]:
    """Return a value with the lines below that go on with it, and the box of all of them.

    A line goes on where it begins below the value, or below the label before it, follows close
    upon the line over it, and has no label of its own.

    Args:
        text: The first line.
        box: Where it stands.
        rows: Of the page, see `page_cells.cells_of`.
    """
    lines = list(_below(text, box, rows))
    return "\n".join([text, *(one.text for one in lines)]), union([box, *(o.box for o in lines)])


def _below(text: str, box: Box, rows: Sequence[Sequence[Cell]]) -> Iterator[Cell]:
    first = next((cell for row in rows for cell in row if cell.box.holds(box)), None)
    if first is None:
        return
    lefts = {box.x0, first.box.x0}
    letter, bottom = box.width / max(1, len(text)), box.y1
    before = [cell.box.x0 for cell in rows[first.row] if cell.box.x0 < first.box.x0][-1:]
    for row in rows[first.row + 1 : first.row + MOST_LINES]:
        under = (cell for cell in row if any(abs(cell.box.x0 - x) < BESIDE * letter for x in lefts))
        cell = next(under, None)
        if cell is None or cell.box.y0 - bottom > CLOSE * box.height or _has_label(cell):
            return
        if any(abs(o.box.x0 - x) < BESIDE * letter for o in row if o is not cell for x in before):
            return  # the next label below the value's own
        yield cell
        bottom = cell.box.y1


def _has_label(cell: Cell) -> bool:
    return ":" in cell.text or is_label(cell.text)
