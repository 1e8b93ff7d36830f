"""Where things lie on a page that a person has turned. Pure."""

from __future__ import annotations

from vlm.types import WHOLE_PAGE, Box, Quarter

BACK: dict[Quarter, Quarter] = {0: 0, 90: 270, 180: 180, 270: 90}
"""The turn that undoes a turn."""


def on_page(part: Box, within: Box, turn: Quarter) -> Box:
    """Find where a part of the shown sheet lies on the page before its turn.

    Args:
        part: Fractions of the sheet as it is shown.
        within: The sheet's place on the page before the turn.
        turn: Clockwise.
    """
    x0, y0, x1, y1 = part.x0, part.y0, part.x1, part.y1
    if turn == 90:
        x0, y0, x1, y1 = y0, 1 - x1, y1, 1 - x0
    elif turn == 180:
        x0, y0, x1, y1 = 1 - x1, 1 - y1, 1 - x0, 1 - y0
    elif turn == 270:
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return Box(
        max(0.0, within.x0 + x0 * within.width),
        max(0.0, within.y0 + y0 * within.height),
        min(1.0, within.x0 + x1 * within.width),
        min(1.0, within.y0 + y1 * within.height),
    )


def as_shown(box: Box, turn: Quarter) -> Box:
    """Find where a part of a page lies on the page as it is shown.

    Args:
        box: Of the page before its turn.
        turn: Clockwise.
    """
    return on_page(box, WHOLE_PAGE, BACK[turn])
