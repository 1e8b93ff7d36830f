"""Which images a view needs: whole pages while they are small, tiles when they are not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRectF

from app.page_lane import Draw
from app.viewer.geometry import PageLayout, rect_box
from vlm.types import WHOLE_PAGE, Box, PageRef

WHOLE_PIXELS = 6_000_000
"""Device pixels up to which a page is drawn as one image."""
TILE = 1024
"""Device pixels of a tile's edge."""


def draws(path: str, layout: PageLayout, page: int, seen: QRectF | None = None) -> list[Draw]:
    """Return the images that show a page sharply, those nearest to the middle of `seen` first.

    Args:
        path: The document.
        layout: Where pages lie and how large they are.
        page: From 0.
        seen: The part of the desk that counts; None for the whole page, if that is one image.
    """
    width, height = layout.device_size(page)
    ref = PageRef(path, page)
    if width * height <= WHOLE_PIXELS:
        return [Draw(ref, WHOLE_PAGE, width, height)]
    if seen is None:
        return []
    place = layout.rect(page)
    part = rect_box(seen & place, place, layout.rotation)
    if part is None:
        return []
    middle = ((part.x0 + part.x1) / 2 * width, (part.y0 + part.y1) / 2 * height)
    found = list(_tiles(ref, width, height, part))
    found.sort(
        key=lambda draw: math.hypot(
            (draw.box.x0 + draw.box.x1) / 2 * width - middle[0],
            (draw.box.y0 + draw.box.y1) / 2 * height - middle[1],
        )
    )
    return found


def _tiles(ref: PageRef, width: int, height: int, part: Box) -> Iterator[Draw]:
    rows = range(int(part.y0 * height) // TILE, math.ceil(part.y1 * height / TILE))
    columns = range(int(part.x0 * width) // TILE, math.ceil(part.x1 * width / TILE))
    for row in rows:
        for column in columns:
            left, top = column * TILE, row * TILE
            right, bottom = min(width, left + TILE), min(height, top + TILE)
            box = Box(left / width, top / height, right / width, bottom / height)
            yield Draw(ref, box, right - left, bottom - top)
