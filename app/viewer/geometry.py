"""Where pages lie on the desk and how page fractions map to it. The only place that knows both.

The desk's coordinates are logical pixels, origin at the top left of the whole scrolled area; page
fractions are of the page before the person's rotation.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, QSize

from vlm.types import Box, PageSize, Quarter

PIXELS_PER_POINT = 96 / 72
"""Logical pixels per point at 100 %."""
GAP = 16
"""Logical pixels between two pages."""
MARGIN = 20
"""Logical pixels around all pages."""
SMALLEST_EDGE = 8
"""Logical pixels; a page never gets smaller."""
MAX_DESK = 2_000_000_000
"""Logical pixels that a scroll bar can count."""


def to_screen(x: float, y: float, rotation: Quarter) -> tuple[float, float]:
    """Map a page fraction to the fraction of the page as it is turned."""
    match rotation:
        case 0:
            return x, y
        case 90:
            return 1 - y, x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return y, 1 - x


def to_page(u: float, v: float, rotation: Quarter) -> tuple[float, float]:
    """Undo `to_screen`."""
    match rotation:
        case 0:
            return u, v
        case 90:
            return v, 1 - u
        case 180:
            return 1 - u, 1 - v
        case 270:
            return 1 - v, u


def box_rect(box: Box, page: QRectF, rotation: Quarter) -> QRectF:
    """Return where a box of a page lies, given where the page lies."""
    u0, v0 = to_screen(box.x0, box.y0, rotation)
    u1, v1 = to_screen(box.x1, box.y1, rotation)
    left, right = sorted((u0, u1))
    top, bottom = sorted((v0, v1))
    return QRectF(
        page.x() + left * page.width(),
        page.y() + top * page.height(),
        (right - left) * page.width(),
        (bottom - top) * page.height(),
    )


def fraction(point: QPointF, page: QRectF, rotation: Quarter) -> tuple[float, float]:
    """Return the page fraction under a point; outside [0, 1] when beside the page."""
    u = (point.x() - page.x()) / page.width()
    v = (point.y() - page.y()) / page.height()
    return to_page(u, v, rotation)


def rect_box(rect: QRectF, page: QRectF, rotation: Quarter) -> Box | None:
    """Return the box under a rectangle, cut to the page; None when nothing of it is left."""
    xa, ya = fraction(rect.topLeft(), page, rotation)
    xb, yb = fraction(rect.bottomRight(), page, rotation)
    x0, x1 = (min(1.0, max(0.0, value)) for value in sorted((xa, xb)))
    y0, y1 = (min(1.0, max(0.0, value)) for value in sorted((ya, yb)))
    return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def turned(size: PageSize, rotation: Quarter) -> PageSize:
    """Return a page's size as it is turned."""
    return PageSize(size.height, size.width) if rotation in (90, 270) else size


@dataclass(frozen=True, slots=True)
class Limit:
    """The logical pixels that every page must fit into, in a view that fits pages."""

    width: float
    height: float = math.inf

    def scale(self, shown: PageSize) -> float:
        """Return the logical pixels per point at which a page, as turned, just fits."""
        return min(self.width / shown.width, self.height / shown.height)

    def zoom(self, sizes: Sequence[PageSize], rotation: Quarter) -> float:
        """Return the zoom at which pages of the most common size just fit."""
        common = Counter(sizes).most_common(1)[0][0]
        return self.scale(turned(common, rotation)) / PIXELS_PER_POINT


class PageLayout:
    """All pages below each other, centred, at one zoom and rotation. Never changes.

    Args:
        sizes: Of every page, in points, before rotation.
        zoom: 1.0 shows a point as `PIXELS_PER_POINT` logical pixels.
        rotation: The person's turn of the whole document.
        ratio: Device pixels per logical pixel; page edges fall on device pixels.
        room: Logical pixels that the pages are centred in, at least.
        limit: What no page may be larger than, whatever the zoom; None for no limit.
    """

    def __init__(
        self,
        sizes: Sequence[PageSize],
        zoom: float,
        rotation: Quarter,
        ratio: float = 1.0,
        room: QSize | None = None,
        limit: Limit | None = None,
    ) -> None:
        self.zoom = zoom
        self.rotation: Quarter = rotation
        self.ratio = ratio
        room = room or QSize(0, 0)
        self._limit = limit
        known = {size: self._pixels(size) for size in set(sizes)}
        self._extents = [known[size] for size in sizes]
        widest = max(width for width, _ in known.values())
        self.width = max(room.width(), widest + 2 * MARGIN)
        total = sum(height + GAP for _, height in self._extents) - GAP
        self.height = max(room.height(), total + 2 * MARGIN)
        self._tops = list(
            accumulate(
                (height + GAP for _, height in self._extents), initial=(self.height - total) / 2
            )
        )

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._extents)

    def device_size(self, page: int) -> tuple[int, int]:
        """Return a page's width and height in device pixels before rotation."""
        width, height = self._extents[page]
        across, down = round(width * self.ratio), round(height * self.ratio)
        return (down, across) if self.rotation in (90, 270) else (across, down)

    def rect(self, page: int) -> QRectF:
        """Return where a page lies."""
        width, height = self._extents[page]
        left = self._snap((self.width - width) / 2)
        return QRectF(left, self._snap(self._tops[page]), width, height)

    def at(self, y: float) -> int:
        """Return the page at a height; in a gap, the page above it."""
        return min(self.count - 1, max(0, bisect_right(self._tops, y) - 1))

    def between(self, top: float, bottom: float) -> range:
        """Return the pages that show between two heights."""
        first, last = self.at(top), self.at(bottom)
        if first < last and self._tops[first] + self._extents[first][1] < top:
            first += 1
        return range(first, last + 1)

    def _pixels(self, size: PageSize) -> tuple[float, float]:
        shown = turned(size, self.rotation)
        scale = self.zoom * PIXELS_PER_POINT
        if self._limit is not None:
            scale = min(scale, self._limit.scale(shown))
        return (
            self._snap(max(SMALLEST_EDGE, shown.width * scale)),
            self._snap(max(SMALLEST_EDGE, shown.height * scale)),
        )

    def _snap(self, logical: float) -> float:
        return round(logical * self.ratio) / self.ratio
