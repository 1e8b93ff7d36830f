"""Where what lies on a sheet is on the photograph of it: one as flat as a scan, the other as seen.

Straight lines stay straight, so four corners tell it all. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm.types import WHOLE_PAGE, Box, PageSize

Corners = tuple[tuple[float, float], ...]
"""Four points, fractions of a page's width and height, clockwise from the top left one."""

Points = NDArray[np.float64]
"""``(any, 2)``: fractions to the right and down."""

NEAREST = 0.05
"""Of the distance of a sheet's first corner: what is seen nearer than so much is beyond it."""

LEAST = 1e-3
"""Side of the smallest box, as a fraction: what lies beside a sheet is at its edge."""

CORNERS = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])


def through(places: Points, corners: Points) -> NDArray[np.float64]:
    """Return what takes four points to four others, and straight lines to straight lines.

    Args:
        places: ``(4, 2)``, no three of them on a line.
        corners: ``(4, 2)``, no three of them on a line.

    Returns:
        ``(3, 3)`` float64 whose last number is 1.

    Raises:
        ValueError: If three are on a line.
    """
    rows: list[tuple[float, ...]] = []
    for (x, y), (u, v) in zip(places.tolist(), corners.tolist(), strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
    try:
        found = np.linalg.solve(np.array(rows), corners.reshape(8))
    except np.linalg.LinAlgError as error:
        raise ValueError("three corners are on one line") from error
    return np.append(found, 1.0).reshape(3, 3)


@dataclass(frozen=True, slots=True)
class Flat:
    """A sheet that is seen on a page, and how it would lie flat.

    Attributes:
        corners: Where they are on the page.
        page: Size of the page.
        size: Of the sheet, as long as its sides are on the page on average.
    """

    corners: Corners
    page: PageSize
    size: PageSize

    def on_page(self, points: Points) -> Points:
        """Return where points of the sheet are on the page."""
        return _taken(through(CORNERS, np.array(self.corners)), points)

    def on_sheet(self, points: Points) -> Points:
        """Return where points of the page are on the sheet; beyond it outside 0 to 1."""
        back = np.linalg.inv(through(CORNERS, np.array(self.corners)))
        return _taken(back.astype(np.float64), points)

    def box_on_page(self, box: Box) -> Box:
        """Return the smallest box of the page that holds a box of the sheet."""
        points = self.on_page(corners_of(box))
        return _box(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())

    def box_on_sheet(self, box: Box) -> Box:
        """Return the box of the sheet that a box of the page means: as high and wide as that is.

        Whoever draws a box about a line that falls cannot draw it as low as the line is.
        """
        (left, top), (right, end) = np.min(self.corners, axis=0), np.max(self.corners, axis=0)
        x0, x1 = np.clip((box.x0, box.x1), left, right).tolist()
        y0, y1 = np.clip((box.y0, box.y1), top, end).tolist()
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        sides = self.on_sheet(np.array([(x0, y), (x1, y), (x, y0), (x, y1)]))
        if box == WHOLE_PAGE:
            return box
        return _box(float(sides[0, 0]), float(sides[2, 1]), float(sides[1, 0]), float(sides[3, 1]))


def flat_of(corners: Corners, page: PageSize) -> Flat:
    """Measure a sheet on a page.

    Args:
        corners: Where they are on the page.
        page: Its size.

    Raises:
        ValueError: If three of them are on a line.
    """
    through(CORNERS, np.array(corners))
    sides = lengths(np.array(corners) * (page.width, page.height))
    size = PageSize((sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2)
    return Flat(corners, page, size)


def lengths(corners: Points) -> tuple[float, ...]:
    """Return how long the sides between four corners are, the upper one first, clockwise."""
    found: list[float] = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T).tolist()
    return tuple(found)


def corners_of(box: Box) -> Points:
    """Return the corners of a box, ``(4, 2)``, clockwise from the top left one."""
    return np.array([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)])


def _taken(way: NDArray[np.float64], points: Points) -> Points:
    found = np.column_stack([points, np.ones(len(points))]) @ way.T
    taken: Points = found[:, :2] / np.maximum(found[:, 2:], NEAREST)
    return taken


def _box(x0: float, y0: float, x1: float, y1: float) -> Box:
    """Return a box inside the page, however little of it there is."""
    left, top = (min(max(side, 0.0), 1.0 - LEAST) for side in (x0, y0))
    right, end = min(max(x1, left + LEAST), 1.0), min(max(y1, top + LEAST), 1.0)
    return Box(left, top, right, end)
