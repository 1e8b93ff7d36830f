from __future__ import annotations

import pytest
from PySide6.QtCore import QSize

from app.viewer.fitting import ZOOMS, fit_limit, next_zoom, room_above
from app.viewer.geometry import MARGIN
from vlm.types import PageSize

A4 = PageSize(595.0, 842.0)
ROOM = QSize(1000, 800)


@pytest.mark.parametrize(
    ("zoom", "up", "expected"),
    [(1.0, True, 1.1), (1.0, False, 0.9), (1.04, False, 1.0), (0.98, True, 1.0)],
)
def test_steps_go_to_the_neighbours(zoom: float, up: bool, expected: float) -> None:
    assert next_zoom(zoom, up) == expected


def test_steps_end_at_the_last_one() -> None:
    assert next_zoom(ZOOMS[-1], True) == ZOOMS[-1]
    assert next_zoom(ZOOMS[0], False) == ZOOMS[0]


def test_many_pages_leave_room_for_the_bar() -> None:
    limit = fit_limit("width", ROOM, 12, [A4, A4], 0)
    assert limit is not None
    assert limit.width == 1000 - 2 * MARGIN - 12


def test_one_page_that_shows_whole_needs_no_bar() -> None:
    wide = PageSize(842.0, 400.0)
    limit = fit_limit("width", ROOM, 12, [wide], 0)
    assert limit is not None
    assert limit.width == 1000 - 2 * MARGIN
    tall = fit_limit("width", ROOM, 12, [A4], 0)
    assert tall is not None
    assert tall.width == 1000 - 2 * MARGIN - 12


def test_a_whole_page_fits_both_ways() -> None:
    limit = fit_limit("page", ROOM, 12, [A4, A4], 0)
    assert limit is not None
    assert limit.height == 800 - 2 * MARGIN
    assert limit.scale(A4) * A4.height == pytest.approx(limit.height)


def test_nothing_is_limited_unless_fitted() -> None:
    assert fit_limit("none", ROOM, 12, [A4], 0) is None


@pytest.mark.parametrize(
    ("height", "above"), [(20.0, 390.0), (400.0, 200.0), (900.0, 50.0), (1200.0, 0.0)]
)
def test_a_box_is_seen_a_bit_above_the_middle_and_whole_where_it_fits(
    height: float, above: float
) -> None:
    assert room_above(height, 1000.0) == pytest.approx(above)
