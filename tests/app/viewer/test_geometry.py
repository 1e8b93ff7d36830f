from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize

from app.viewer.geometry import (
    GAP,
    MARGIN,
    Limit,
    PageLayout,
    box_rect,
    fraction,
    rect_box,
    to_page,
    to_screen,
)
from vlm.types import Box, PageSize, Quarter

A4 = PageSize(595.0, 842.0)
WIDE = PageSize(842.0, 595.0)
QUARTERS: tuple[Quarter, ...] = (0, 90, 180, 270)
unit = st.floats(0, 1, width=32)


def test_a_clockwise_quarter_takes_the_top_left_to_the_top_right() -> None:
    assert to_screen(0.0, 0.0, 90) == (1.0, 0.0)
    assert to_screen(1.0, 0.0, 90) == (1.0, 1.0)


@given(x=unit, y=unit, rotation=st.sampled_from(QUARTERS))
def test_turning_back_gives_the_same_point(x: float, y: float, rotation: Quarter) -> None:
    assert to_page(*to_screen(x, y, rotation), rotation) == pytest.approx((x, y))


@given(rotation=st.sampled_from(QUARTERS), x=unit, y=unit)
def test_a_box_survives_the_way_to_the_screen_and_back(
    rotation: Quarter, x: float, y: float
) -> None:
    box = Box(x * 0.5, y * 0.5, x * 0.5 + 0.3, y * 0.5 + 0.4)
    page = QRectF(37.0, 512.0, 600.0, 900.0)
    back = rect_box(box_rect(box, page, rotation), page, rotation)
    assert back is not None
    assert (back.x0, back.y0, back.x1, back.y1) == pytest.approx((box.x0, box.y0, box.x1, box.y1))


def test_a_rectangle_is_cut_to_its_page() -> None:
    page = QRectF(0, 0, 100, 100)
    assert rect_box(QRectF(-50, 50, 100, 100), page, 0) == Box(0.0, 0.5, 0.5, 1.0)
    assert rect_box(QRectF(200, 200, 10, 10), page, 0) is None


def test_a_point_beside_the_page_has_a_fraction_beyond_one() -> None:
    assert fraction(QPointF(150, 50), QRectF(0, 0, 100, 100), 0) == (1.5, 0.5)


def test_pages_lie_below_each_other_in_the_middle() -> None:
    layout = PageLayout([A4, WIDE, A4], 1.0, 0)
    first, second, third = (layout.rect(page) for page in range(3))
    assert first.top() == MARGIN
    assert second.top() == first.bottom() + GAP
    assert third.top() == second.bottom() + GAP
    assert first.center().x() == pytest.approx(second.center().x(), abs=1)
    assert layout.height == third.bottom() + MARGIN


def test_turned_pages_swap_their_edges_but_not_their_drawing() -> None:
    upright, turned = PageLayout([A4], 1.0, 0), PageLayout([A4], 1.0, 90)
    assert turned.rect(0).width() == upright.rect(0).height()
    assert turned.device_size(0) == upright.device_size(0)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("zoom", [0.33, 1.0, 1.37])
def test_page_edges_fall_on_device_pixels(ratio: float, zoom: float) -> None:
    layout = PageLayout([A4, WIDE], zoom, 0, ratio)
    for page in range(2):
        rect = layout.rect(page)
        for edge in (rect.left(), rect.top(), rect.width(), rect.height()):
            assert edge * ratio == pytest.approx(round(edge * ratio), abs=1e-6)
    assert layout.device_size(0)[0] == round(layout.rect(0).width() * ratio)


def test_a_small_document_lies_in_the_middle_of_its_room() -> None:
    layout = PageLayout([A4], 0.1, 0, room=QSize(1000, 800))
    assert layout.rect(0).center().x() == pytest.approx(500, abs=1)
    assert layout.rect(0).center().y() == pytest.approx(400, abs=1)


def test_the_page_at_a_height_and_the_pages_between_two() -> None:
    layout = PageLayout([A4] * 1000, 1.0, 0)
    seventh = layout.rect(7)
    assert layout.at(seventh.top() + 1) == 7
    assert layout.at(seventh.bottom() + GAP / 2) == 7
    assert layout.between(seventh.top() - GAP / 2, seventh.bottom() + GAP / 2) == range(7, 8)
    assert layout.between(seventh.top() - GAP - 1, seventh.bottom() + GAP + 1) == range(6, 9)
    assert layout.at(-5) == 0
    assert layout.at(layout.height + 5) == 999


def test_a_limit_keeps_every_page_inside_and_fits_the_common_one_exactly() -> None:
    limit = Limit(500)
    zoom = limit.zoom([A4, A4, WIDE], 0)
    layout = PageLayout([A4, A4, WIDE], zoom, 0, limit=limit)
    assert [layout.rect(page).width() for page in range(3)] == [500, 500, 500]
    assert PageLayout([WIDE], 4.0, 0, limit=Limit(500, 200)).rect(0).height() <= 200


def test_pages_never_vanish() -> None:
    layout = PageLayout([PageSize(1, 20000)], 0.05, 0)
    assert layout.device_size(0)[0] >= 8
