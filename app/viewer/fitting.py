"""How large pages are shown: the usual steps, and what fits the view's room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize

from app.viewer.geometry import MARGIN, Limit, turned
from app.viewer.state import Fit
from vlm.types import PageSize, Quarter

ZOOMS = (0.1, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16)
SMALLEST, LARGEST = 0.05, ZOOMS[-1]


def next_zoom(zoom: float, up: bool) -> float:
    """Return the next larger or smaller of the usual steps; the same at the last one."""
    if up:
        return min((step for step in ZOOMS if step > zoom * 1.01), default=zoom)
    return max((step for step in ZOOMS if step < zoom * 0.99), default=zoom)


def fit_limit(
    fit: Fit, room: QSize, bar: int, sizes: Sequence[PageSize], rotation: Quarter
) -> Limit | None:
    """Return what every page has to fit into; None when nothing is fitted.

    Depends on the room without scroll bars only, so that a bar that comes or goes cannot make
    the zoom swing.

    Args:
        fit: What is fitted.
        room: Logical pixels of the view without scroll bars.
        bar: Logical pixels that an upright scroll bar takes.
        sizes: Of all pages, in points before rotation.
        rotation: The person's turn.
    """
    if fit == "none":
        return None
    width, height = room.width() - 2 * MARGIN, room.height() - 2 * MARGIN
    alone = Limit(max(1, width)) if fit == "width" else Limit(max(1, width), max(1, height))
    if len(sizes) == 1:
        shown = turned(sizes[0], rotation)
        if alone.scale(shown) * shown.height <= height:
            return alone
    return Limit(max(1, width - bar), alone.height)


def room_above(height: float, room: float) -> float:
    """Return how far below the view's top a box is well seen: a bit above the middle, or whole.

    Args:
        height: The box's, in logical pixels.
        room: The view's.
    """
    return min(room * 0.4 - min(height / 2, room * 0.3), max(0.0, room - height) / 2)
