"""What a view wants drawn: first what shows, then what comes next, then small pictures around."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF

from app.page_lane import Urgency, Wish
from app.pages import thumbnail
from app.viewer.geometry import PageLayout
from app.viewer.tiles import draws
from vlm.types import PageSize

AHEAD = 3
"""Pages drawn before they are scrolled to."""
THUMBNAILS_AHEAD = 8
"""Pages around the visible ones whose small picture is kept ready for a jump."""


def wishes(
    path: str,
    layout: PageLayout,
    sizes: Sequence[PageSize],
    seen: QRectF,
    forward: bool,
    hurried: bool = False,
) -> list[Wish]:
    """Return images in the order they are needed.

    Args:
        path: The document.
        layout: Where pages lie.
        sizes: Of all pages.
        seen: The part of the desk in view.
        forward: Whether the person scrolls towards the end.
        hurried: Whether pages fly by: a small picture in time is then better than a sharp one late.
    """
    visible = layout.between(seen.top(), seen.bottom())
    ahead = range(visible.stop, min(layout.count, visible.stop + AHEAD))
    behind = range(max(0, visible.start - AHEAD), visible.start)[::-1]
    around = [*ahead, *behind[:1]] if forward else [*behind, *ahead[:1]]
    near = seen.adjusted(0, -seen.height() / 2, 0, seen.height() / 2)
    far = range(
        max(0, visible.start - THUMBNAILS_AHEAD), min(layout.count, visible.stop + THUMBNAILS_AHEAD)
    )
    found: list[Wish] = []
    if hurried:
        found += [(Urgency.VISIBLE, thumbnail(path, page, sizes[page])) for page in visible]
    for page in visible:
        found += [(Urgency.VISIBLE, draw) for draw in draws(path, layout, page, seen)]
    for page in visible:
        found += [(Urgency.NEAR, draw) for draw in draws(path, layout, page, near)]
    for page in around:
        found += [(Urgency.NEAR, draw) for draw in draws(path, layout, page)]
    found += [(Urgency.THUMBNAIL, thumbnail(path, page, sizes[page])) for page in far]
    return found
