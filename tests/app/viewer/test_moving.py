"""Moving through a document: by keys, pages, thumbnails and the hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.viewer.document_view import DocumentView
from app.viewer.geometry import MARGIN
from app.viewer.thumbnails import Thumbnails
from app.viewer.view_bar import ViewBar
from tests.app.conftest import to_the_front
from tests.app.viewer.hand import action, area_of, drag

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_keys_scroll_by_screens_and_to_the_ends(view: DocumentView, qtbot: QtBot) -> None:
    area = area_of(view)
    bar = area.verticalScrollBar()
    qtbot.keyClick(area, Qt.Key.Key_PageDown)
    down = bar.value()
    assert 0 < down < area.viewport().height()
    qtbot.keyClick(area, Qt.Key.Key_Space)
    assert bar.value() == 2 * down
    qtbot.keyClick(area, Qt.Key.Key_Space, SHIFT)
    qtbot.keyClick(area, Qt.Key.Key_PageUp)
    assert bar.value() == 0
    qtbot.keyClick(area, Qt.Key.Key_Down)
    assert 0 < bar.value() < 100
    qtbot.keyClick(area, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert view.page().page == 4
    qtbot.keyClick(area, Qt.Key.Key_Home)
    assert bar.value() == 0


def test_going_to_a_page_is_told_and_shown(view: DocumentView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.page_changed) as changed:
        view.go_to(3)
    assert changed.args == [3]
    assert view.page().page == 3
    assert area_of(view).accessibleName() == "Page 4 of 5"
    assert area_of(view).place(3).top() == pytest.approx(MARGIN, abs=1)
    assert view.findChildren(Thumbnails)[0].currentIndex().row() == 3


def test_the_page_box_takes_a_number(view: DocumentView, qtbot: QtBot) -> None:
    box = view.findChildren(ViewBar)[0].findChildren(QLineEdit)[0]
    box.selectAll()
    qtbot.keyClicks(box, "4")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert view.page().page == 3
    assert box.text() == "4"


def test_a_page_is_gone_to_by_keys_alone(view: DocumentView, qtbot: QtBot) -> None:
    to_the_front(qtbot, view.window())
    area_of(view).setFocus()
    action(view, "Go to page…")
    box = view.findChildren(ViewBar)[0].findChildren(QLineEdit)[0]
    assert box.hasFocus()
    qtbot.keyClicks(box, "4")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert view.page().page == 3
    assert area_of(view).hasFocus()


def test_the_next_page_is_a_step_away(view: DocumentView) -> None:
    action(view, "Next page")
    assert view.page().page == 1
    action(view, "Previous page")
    assert view.page().page == 0


def test_a_thumbnail_leads_to_its_page(view: DocumentView, qtbot: QtBot) -> None:
    thumbnails = view.findChildren(Thumbnails)[0]
    assert thumbnails.isVisible()
    row = thumbnails.visualRect(thumbnails.model().index(2, 0))
    qtbot.mouseClick(thumbnails.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert view.page().page == 2


@pytest.mark.parametrize("way", ["middle", "space"])
def test_dragging_the_desk_pans_it(view: DocumentView, qtbot: QtBot, way: str) -> None:
    area = area_of(view)
    surface = area.viewport()
    before = area.verticalScrollBar().value()
    start, end = QPoint(300, 400), QPoint(300, 250)
    if way == "middle":
        drag(qtbot, surface, start, end, Qt.MouseButton.MiddleButton)
    else:
        qtbot.keyPress(area, Qt.Key.Key_Space)
        drag(qtbot, surface, start, end)
        qtbot.keyRelease(area, Qt.Key.Key_Space)
    assert area.verticalScrollBar().value() == before + 150
    assert view.crop() is None


# Zoom and rotation


def test_another_width_makes_no_other_page_the_current_one(
    qtbot: QtBot, view: DocumentView
) -> None:
    viewport = area_of(view).viewport()
    view.resize(900, 2600)
    qtbot.waitUntil(lambda: viewport.height() > 2000)
    view.go_to(4)  # the last one cannot come to the top
    assert view.page().page == 4
    before = viewport.width()
    view.resize(700, 2600)
    qtbot.waitUntil(lambda: viewport.width() < before)
    assert view.page().page == 4
    view.resize(700, 500)
    qtbot.waitUntil(lambda: viewport.height() < 500)
    assert view.page().page == 4
    assert 4 in area_of(view).visible_pages()
