"""The box a person draws on a page, and the boxes of evidence."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.viewer.crop import Crop
from app.viewer.document_view import DocumentView
from tests.app.viewer.hand import action, area_of, crop_box, drag, edges, only, point
from vlm.types import Box, PageRef

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_drag_draws_a_box_in_page_fractions(view: DocumentView, qtbot: QtBot) -> None:
    surface = area_of(view).viewport()
    with qtbot.waitSignal(view.crop_changed) as changed:
        drag(qtbot, surface, point(view, 0, 0.2, 0.1), point(view, 0, 0.6, 0.3))
    crop = only(changed)
    assert isinstance(crop, Crop)
    assert view.crop() == (crop.page, crop.box)
    assert crop.page == PageRef(view.path, 0)
    assert edges(crop.box) == pytest.approx((0.2, 0.1, 0.6, 0.3), abs=0.003)


def test_an_accidental_drag_draws_nothing(view: DocumentView, qtbot: QtBot) -> None:
    start = point(view, 0, 0.2, 0.1)
    drag(qtbot, area_of(view).viewport(), start, start + QPoint(5, 4))
    assert view.crop() is None


def test_keys_nudge_resize_and_clear_the_box(view: DocumentView, qtbot: QtBot) -> None:
    area = area_of(view)
    view.set_crop(0, Box(0.2, 0.1, 0.4, 0.2))
    width, height = area.place(0).width(), area.place(0).height()
    qtbot.keyClick(area, Qt.Key.Key_Right)
    qtbot.keyClick(area, Qt.Key.Key_Down, SHIFT)
    expected = (0.2 + 1 / width, 0.1 + 10 / height, 0.4 + 1 / width, 0.2 + 10 / height)
    assert edges(crop_box(view)) == pytest.approx(expected)
    qtbot.keyClick(area, Qt.Key.Key_Right, CONTROL)
    assert edges(crop_box(view))[2] == pytest.approx(0.4 + 2 / width)
    with qtbot.waitSignal(view.crop_changed) as changed:
        qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert changed.args == [None]
    assert view.crop() is None


def test_a_box_can_be_drawn_without_a_mouse(view: DocumentView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.crop_changed):
        action(view, "Put a box on the page")
    left, _, right, _ = edges(crop_box(view))
    assert (left, right) == pytest.approx((0.25, 0.75), abs=0.01)
    with qtbot.waitSignal(view.crop_changed):
        qtbot.keyClick(area_of(view), Qt.Key.Key_Left, SHIFT)
    assert edges(crop_box(view))[0] < left


def test_the_box_survives_zoom_and_rotation(view: DocumentView, qtbot: QtBot) -> None:
    box = Box(0.2, 0.1, 0.4, 0.2)
    view.set_crop(1, box)
    action(view, "Zoom in")
    with qtbot.waitSignal(view.crop_changed):
        action(view, "Rotate clockwise")
    assert view.crop() == (PageRef(view.path, 1, 90), box)


def test_escape_while_dragging_restores_the_box(view: DocumentView, qtbot: QtBot) -> None:
    area = area_of(view)
    box = Box(0.2, 0.1, 0.4, 0.2)
    view.set_crop(0, box)
    qtbot.mousePress(area.viewport(), Qt.MouseButton.LeftButton, pos=point(view, 0, 0.3, 0.15))
    qtbot.mouseMove(area.viewport(), point(view, 0, 0.5, 0.3))
    assert crop_box(view) != box
    qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert crop_box(view) == box


def test_the_pointer_tells_what_a_drag_would_do(view: DocumentView, qtbot: QtBot) -> None:
    surface = area_of(view).viewport()
    view.set_crop(0, Box(0.2, 0.1, 0.6, 0.3))
    for x, y, shape in (
        (0.8, 0.4, Qt.CursorShape.CrossCursor),
        (0.3, 0.15, Qt.CursorShape.SizeAllCursor),
        (0.2, 0.1, Qt.CursorShape.SizeFDiagCursor),
        (0.6, 0.2, Qt.CursorShape.SizeHorCursor),
    ):
        qtbot.mouseMove(surface, point(view, 0, x, y))
        assert surface.cursor().shape() == shape
    qtbot.mouseMove(surface, QPoint(3, 300))
    assert surface.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_double_click_takes_the_line(view: DocumentView, qtbot: QtBot) -> None:
    surface = area_of(view).viewport()
    at = point(view, 0, 80 / 595, 66 / 842)  # "Northwind Office Supplies"
    with qtbot.waitSignal(view.crop_changed):
        qtbot.mouseDClick(surface, Qt.MouseButton.LeftButton, pos=at)
    x0, y0, x1, y1 = edges(crop_box(view))
    assert x0 == pytest.approx(56 / 595, abs=0.01)
    assert 0.4 < x1 < 0.52
    assert y0 < 66 / 842 < y1
    assert y1 - y0 < 0.05


# Evidence


def test_evidence_is_brought_into_view(view: DocumentView) -> None:
    view.show_evidence(3, (Box(0.1, 0.8, 0.3, 0.82),), scroll=True, proven=True)
    assert view.page().page == 3
    area = area_of(view)
    assert area.viewport().rect().contains(point(view, 3, 0.2, 0.81))
    colour = area.viewport().grab().toImage().pixelColor(point(view, 3, 0.2, 0.812))
    assert colour.green() > colour.red()
    view.clear_evidence()
    colour = area.viewport().grab().toImage().pixelColor(point(view, 3, 0.2, 0.812))
    assert colour.green() <= colour.red() + 2


def test_evidence_already_in_view_does_not_move_the_page(view: DocumentView) -> None:
    before = area_of(view).verticalScrollBar().value()
    view.show_evidence(0, (Box(0.1, 0.3, 0.3, 0.32),), scroll=True, proven=True)
    assert area_of(view).verticalScrollBar().value() == before


# Sessions
