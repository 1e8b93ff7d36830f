from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF

from app.viewer.geometry import PageLayout, box_rect
from app.viewer.tiles import TILE, WHOLE_PIXELS, draws
from vlm.types import WHOLE_PAGE, PageSize, Quarter

A4 = PageSize(595.0, 842.0)


def test_a_small_page_is_one_image_of_its_device_pixels() -> None:
    layout = PageLayout([A4], 1.0, 0, ratio=2.0)
    (draw,) = draws("a.pdf", layout, 0, QRectF(0, 0, 10, 10))
    assert draw.box == WHOLE_PAGE
    assert (draw.width, draw.height) == layout.device_size(0)


def test_a_large_page_beyond_view_needs_no_image() -> None:
    layout = PageLayout([A4], 8.0, 0)
    assert draws("a.pdf", layout, 0, None) == []
    assert draws("a.pdf", layout, 0, QRectF(-500, -500, 10, 10)) == []


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_tiles_cover_what_is_seen_and_little_more(rotation: Quarter) -> None:
    layout = PageLayout([A4], 8.0, rotation)
    place = layout.rect(0)
    seen = QRectF(place.x() + 2000, place.y() + 1700, 1200, 900)
    found = draws("a.pdf", layout, 0, seen)
    covered = QRectF()
    for draw in found:
        rect = box_rect(draw.box, place, rotation)
        assert rect.intersects(seen)
        assert draw.width <= TILE
        assert draw.height <= TILE
        covered |= rect
    assert covered.adjusted(-0.5, -0.5, 0.5, 0.5).contains(seen)
    assert len(found) <= 9


def test_tiles_nearest_to_the_middle_come_first() -> None:
    layout = PageLayout([A4], 8.0, 0)
    place = layout.rect(0)
    seen = QRectF(place.x(), place.y(), 3 * TILE, 3 * TILE)
    first = draws("a.pdf", layout, 0, seen)[0]
    assert box_rect(first.box, place, 0).contains(seen.center())


def test_tiles_have_whole_pixels_and_fit_together() -> None:
    layout = PageLayout([A4], 8.0, 0)
    width, height = layout.device_size(0)
    assert width * height > WHOLE_PIXELS
    found = draws("a.pdf", layout, 0, layout.rect(0))
    assert sum(draw.width * draw.height for draw in found) == width * height
