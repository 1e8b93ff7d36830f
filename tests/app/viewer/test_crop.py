from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from app.viewer.crop import HANDLES, INSIDE, CropTool, Grip, handle_point, shown_handles
from app.viewer.geometry import PageLayout
from vlm.types import Box, PageSize, Quarter

A4 = PageSize(600.0, 800.0)
LAYOUT = PageLayout([A4, A4], 0.75, 0)  # a point is a pixel: pages of 600 x 800
PAGE = LAYOUT.rect(0)


def at(x: float, y: float, page: int = 0) -> QPointF:
    return LAYOUT.rect(page).topLeft() + QPointF(x, y)


def drawn(tool: CropTool, start: QPointF, end: QPointF) -> bool:
    assert tool.press(LAYOUT, start)
    tool.move(LAYOUT, end)
    return tool.release()


@pytest.fixture
def tool() -> CropTool:
    made = CropTool()
    assert drawn(made, at(60, 80), at(300, 400))
    return made


def approx(box: Box | None, *edges: float) -> None:
    assert box is not None
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(edges)


def test_a_drag_draws_a_box_in_page_fractions(tool: CropTool) -> None:
    approx(tool.box, 0.1, 0.1, 0.5, 0.5)
    assert tool.selected


def test_a_drag_may_go_up_and_left_and_beyond_the_page() -> None:
    tool = CropTool()
    assert drawn(tool, at(300, 400), at(-500, -500))
    approx(tool.box, 0, 0, 0.5, 0.5)


def test_a_drag_stays_on_the_page_where_it_began() -> None:
    tool = CropTool()
    assert drawn(tool, at(60, 700), at(300, 300, page=1))
    assert tool.page == 0
    approx(tool.box, 0.1, 0.875, 0.5, 1)


def test_a_tiny_drag_changes_nothing(tool: CropTool) -> None:
    before = tool.box
    assert not drawn(tool, at(500, 700), at(505, 780))
    assert tool.box == before


def test_a_press_beside_all_pages_begins_nothing() -> None:
    wide = PageLayout([PageSize(1200, 800), A4], 0.75, 0)
    beside = wide.rect(1).topLeft() + QPointF(-100, 50)
    assert not CropTool().press(wide, beside)


def test_a_press_just_beside_a_page_begins_at_its_edge() -> None:
    tool = CropTool()
    assert drawn(tool, at(-12, 100), at(60, 200))
    approx(tool.box, 0, 0.125, 0.1, 0.25)


def test_the_box_moves_by_its_inside_and_stays_on_the_page(tool: CropTool) -> None:
    assert drawn(tool, at(100, 100), at(160, 180))
    approx(tool.box, 0.2, 0.2, 0.6, 0.6)
    assert drawn(tool, at(200, 200), at(2000, 2000))
    approx(tool.box, 0.6, 0.6, 1, 1)


@pytest.mark.parametrize("grip", HANDLES)
def test_each_handle_moves_its_own_edges(tool: CropTool, grip: Grip) -> None:
    rect = tool.rect(LAYOUT)
    assert rect is not None
    start = handle_point(rect, grip)
    assert tool.grip(LAYOUT, start) == grip
    assert drawn(tool, start, start + QPointF(30, 40))
    x0, y0, x1, y1 = 0.1, 0.1, 0.5, 0.5
    x0, x1 = x0 + 0.05 * (grip.dx < 0), x1 + 0.05 * (grip.dx > 0)
    y0, y1 = y0 + 0.05 * (grip.dy < 0), y1 + 0.05 * (grip.dy > 0)
    approx(tool.box, x0, y0, x1, y1)


def test_a_box_around_one_line_is_read_and_held_between_its_corners() -> None:
    tool = CropTool()
    assert drawn(tool, at(60, 80), at(300, 98))
    rect = tool.rect(LAYOUT)
    assert rect is not None
    assert {(one.dx, one.dy) for one in shown_handles(rect)} == {(-1, -1), (-1, 1), (1, -1), (1, 1)}
    assert tool.grip(LAYOUT, rect.center()) == INSIDE
    assert drawn(tool, at(180, 89), at(240, 89))
    approx(tool.box, 0.2, 0.1, 0.6, 0.1225)


def test_a_handle_dragged_over_the_other_edge_turns_the_box_inside_out(tool: CropTool) -> None:
    assert drawn(tool, at(300, 240), at(30, 240))
    approx(tool.box, 0.05, 0.1, 0.1, 0.5)


def test_a_plain_click_elsewhere_keeps_the_box_but_lets_it_go(tool: CropTool) -> None:
    before = tool.box
    assert tool.press(LAYOUT, at(500, 700))
    assert not tool.release()
    assert tool.box == before
    assert not tool.selected


def test_a_cancelled_drag_restores_the_box(tool: CropTool) -> None:
    before = tool.box
    tool.press(LAYOUT, at(100, 100))
    tool.move(LAYOUT, at(300, 300))
    assert tool.box != before
    tool.cancel()
    assert tool.box == before
    assert not tool.dragging


def test_nudging_moves_by_screen_pixels_and_stops_at_the_edge(tool: CropTool) -> None:
    assert tool.nudge(LAYOUT, 6, -8)
    approx(tool.box, 0.11, 0.09, 0.51, 0.49)
    tool.nudge(LAYOUT, -10_000, 0)
    approx(tool.box, 0, 0.09, 0.4, 0.49)
    assert not tool.nudge(LAYOUT, -1, 0)


def test_stretching_keeps_a_smallest_box(tool: CropTool) -> None:
    assert tool.stretch(LAYOUT, 60, 0)
    approx(tool.box, 0.1, 0.1, 0.6, 0.5)
    tool.stretch(LAYOUT, -10_000, -10_000)
    rect = tool.rect(LAYOUT)
    assert rect is not None
    assert rect.width() == pytest.approx(3)
    assert rect.height() == pytest.approx(3)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_on_a_turned_page_the_box_follows_the_screen(rotation: Quarter) -> None:
    layout = PageLayout([A4], 0.75, rotation)
    place = layout.rect(0)
    tool = CropTool()
    rect = QRectF(place.topLeft() + QPointF(50, 60), place.topLeft() + QPointF(250, 160))
    assert tool.press(layout, rect.topLeft())
    tool.move(layout, rect.bottomRight())
    assert tool.release()
    shown = tool.rect(layout)
    assert shown is not None
    edges = (shown.left(), shown.top(), shown.right(), shown.bottom())
    assert edges == pytest.approx((rect.left(), rect.top(), rect.right(), rect.bottom()))
    assert tool.nudge(layout, 10, 0)
    moved = tool.rect(layout)
    assert moved is not None
    assert moved.left() == pytest.approx(rect.left() + 10)


def test_cursors_tell_what_a_drag_would_do() -> None:
    assert INSIDE.cursor == Qt.CursorShape.SizeAllCursor
    assert Grip(-1, 0).cursor == Qt.CursorShape.SizeHorCursor
    assert Grip(0, 1).cursor == Qt.CursorShape.SizeVerCursor
    assert Grip(-1, -1).cursor == Qt.CursorShape.SizeFDiagCursor
    assert Grip(1, -1).cursor == Qt.CursorShape.SizeBDiagCursor
