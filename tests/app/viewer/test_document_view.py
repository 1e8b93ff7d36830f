from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.pages import PageFailure, PageService
from app.viewer.crop import Crop
from app.viewer.document_view import DocumentView
from app.viewer.geometry import MARGIN
from app.viewer.notice import Notice, PasswordCard
from app.viewer.state import ViewState
from app.viewer.thumbnails import Thumbnails
from app.viewer.view_bar import ViewBar
from tests.app.viewer.hand import area_of, drag, only, point, wheel
from tests.app.viewer.sample import LocalSource, draw_blank, draw_sample
from vlm.types import Box, PageRef

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def action(view: DocumentView, text: str) -> None:
    next(found for found in view.actions() if found.text() == text).trigger()


def edges(box: Box | None) -> tuple[float, float, float, float]:
    assert box is not None
    return box.x0, box.y0, box.x1, box.y1


def crop_box(view: DocumentView) -> Box | None:
    crop = view.crop()
    return None if crop is None else crop[1]


def test_it_opens_at_the_page_width(view: DocumentView) -> None:
    document = view.document()
    assert document is not None
    assert document.page_count == 5
    assert view.page() == PageRef(view.path, 0)
    area = area_of(view)
    room = area.viewport().width()
    assert area.place(0).width() == pytest.approx(room - 2 * MARGIN, abs=1)
    assert area.horizontalScrollBar().maximum() == 0


def test_the_page_is_painted_sharply(view: DocumentView, pages: PageService) -> None:
    area = area_of(view)
    place = area.place(0)
    found = pages.images.of_page(view.path, 0)
    assert place.width() * area.devicePixelRatioF() in [draw.width for draw in found]
    picture = area.viewport().grab().toImage()
    band = picture.pixelColor(point(view, 0, 0.5, 0.003))
    assert band.blue() > band.red() + 50  # the invoice's blue band
    paper = picture.pixelColor(point(view, 0, 0.5, 0.03))
    assert paper.name() == "#ffffff"


def test_a_closed_view_says_nothing_when_others_open_the_file(
    view: DocumentView, pages: PageService, qtbot: QtBot
) -> None:
    said: list[object] = []
    view.opened.connect(said.append)
    view.close()
    with qtbot.waitSignal(pages.opened):
        pages.open(view.path)
    pages.close(view.path)
    assert said == []


# Moving about


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


def test_the_wheel_zooms_about_the_pointer(view: DocumentView, qtbot: QtBot) -> None:
    area = area_of(view)
    at = point(view, 0, 0.7, 0.3)
    zoom = area.zoom
    with qtbot.waitSignal(view.zoom_changed):
        wheel(area.viewport(), at, 2, CONTROL)
    assert area.zoom == pytest.approx(zoom * 1.25**2)
    now = point(view, 0, 0.7, 0.3)
    assert (now - at).manhattanLength() <= 4
    assert area.fit == "none"


def test_zoom_commands(view: DocumentView) -> None:
    area = area_of(view)
    action(view, "Actual size (100 %)")
    assert area.zoom == 1
    action(view, "Zoom in")
    assert area.zoom == 1.1
    action(view, "Zoom out")
    action(view, "Zoom out")
    assert area.zoom == 0.9
    action(view, "Fit page")
    place = area.place(0)
    assert place.height() <= area.viewport().height() - 2 * MARGIN + 1
    action(view, "Fit width")
    assert area.place(0).width() == pytest.approx(area.viewport().width() - 2 * MARGIN, abs=1)


def test_at_800_percent_what_shows_is_sharp_and_bounded(
    view: DocumentView, pages: PageService, qtbot: QtBot
) -> None:
    area = area_of(view)
    area.zoom_to(8.0)

    def sharp() -> bool:
        wanted = [draw for urgency, draw in area.wishes() if urgency.name == "VISIBLE"]
        return bool(wanted) and all(pages.has_image(draw) for draw in wanted)

    qtbot.waitUntil(sharp, timeout=10_000)
    widest = max(draw.width / draw.box.width for draw in pages.images.of_page(view.path, 0))
    assert widest == pytest.approx(595 * 8 * 96 / 72, rel=0.001)
    assert pages.images.used_bytes < 64 * 1024 * 1024


def test_resizing_keeps_the_fit(view: DocumentView, qtbot: QtBot) -> None:
    view.resize(1200, 700)
    area = area_of(view)
    qtbot.waitUntil(
        lambda: abs(area.place(0).width() - (area.viewport().width() - 2 * MARGIN)) <= 1
    )


def test_rotating_turns_the_pages_and_keeps_the_page(view: DocumentView) -> None:
    view.go_to(2)
    action(view, "Rotate clockwise")
    assert view.page() == PageRef(view.path, 2, 90)
    place = area_of(view).place(2)
    assert place.width() > place.height()
    action(view, "Rotate anticlockwise")
    assert view.page() == PageRef(view.path, 2, 0)


def test_a_turned_page_is_painted_turned(view: DocumentView, qtbot: QtBot) -> None:
    action(view, "Rotate clockwise")
    area = area_of(view)

    def band_is_right() -> bool:
        place = area.place(0)
        at = QPoint(round(place.right()) - 4, round(place.top()) + 100)
        colour = area.viewport().grab().toImage().pixelColor(at)
        return colour.blue() > colour.red() + 50

    qtbot.waitUntil(band_is_right)


# The box


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
    view.show_evidence(3, (Box(0.1, 0.8, 0.3, 0.82),), scroll=True)
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
    view.show_evidence(0, (Box(0.1, 0.3, 0.3, 0.32),), scroll=True)
    assert area_of(view).verticalScrollBar().value() == before


# Sessions


def test_a_view_returns_to_how_it_was_left(
    view: DocumentView, pages: PageService, qtbot: QtBot
) -> None:
    action(view, "Rotate clockwise")
    area_of(view).zoom_to(1.4)
    view.go_to(2)
    area_of(view).scroll_by(0, 130)
    view.set_crop(1, Box(0.1, 0.2, 0.3, 0.4))
    left = msgspec.json.decode(msgspec.json.encode(view.state()), type=ViewState)
    view.close()
    again = DocumentView(view.path, pages)
    qtbot.addWidget(again)
    again.resize(900, 700)
    again.restore(left)
    assert again.state() == left
    with qtbot.waitSignals([again.opened, pages.sizes_found]):
        again.show()
    back = again.state()
    assert (back.page, back.rotation, back.fit) == (left.page, left.rotation, "none")
    assert (back.zoom, back.crop_page, back.crop) == (left.zoom, left.crop_page, left.crop)
    assert back.scroll == pytest.approx(left.scroll, abs=0.01)
    again.close()


def test_another_measuring_does_not_start_the_views_own_again(
    view: DocumentView, pages: PageService, source: LocalSource, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.sizes_found):
        pages.measure(view.path, 2, 1)
    with qtbot.waitSignal(pages.words_found):
        pages.read(PageRef(view.path, 0))
    assert [first for job, first in source.asked if job == "sizes"] == [0, 2]


def test_going_to_a_page_before_the_document_is_open(
    pages: PageService, sample: str, qtbot: QtBot
) -> None:
    shown = DocumentView(sample, pages)
    qtbot.addWidget(shown)
    shown.go_to(3)
    with qtbot.waitSignal(shown.opened):
        shown.resize(900, 700)
        shown.show()
    assert shown.page().page == 3
    shown.close()


# Long documents


def test_a_thousand_pages_take_no_widget_each(
    pages: PageService, tmp_path: Path, qtbot: QtBot
) -> None:
    path = draw_blank(tmp_path / "long.pdf", 1000)
    shown = DocumentView(path, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignals([shown.opened, pages.drawn]):
        shown.resize(900, 700)
        shown.show()
    assert len(shown.findChildren(QWidget)) < 80
    shown.go_to(999)
    assert shown.page().page == 999
    qtbot.waitUntil(lambda: bool(pages.images.of_page(path, 999)))
    shown.close()


def test_only_pages_near_the_view_are_drawn(
    view: DocumentView, pages: PageService, source: LocalSource, tmp_path: Path, qtbot: QtBot
) -> None:
    path = draw_blank(tmp_path / "long.pdf", 300)
    shown = DocumentView(path, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.opened):
        shown.resize(900, 700)
        shown.show()
    source.asked.clear()
    shown.go_to(150)
    qtbot.waitUntil(lambda: bool(pages.thumbnails.of_page(path, 158)))
    drawn = {page for job, page in source.asked if job == "render"}
    assert all(page < 20 or 130 < page < 170 for page in drawn)
    assert len(drawn) < 50
    shown.close()


# When something cannot be shown


def _shown_notice(view: DocumentView) -> Notice:
    cards = area_of(view).viewport().findChildren(Notice)
    (visible,) = [card for card in cards if card.isVisible()]
    return visible


def test_a_failing_page_says_so_and_can_be_tried_again(
    pages: PageService, source: LocalSource, sample: str, qtbot: QtBot
) -> None:
    source.failing = {0}
    shown = DocumentView(sample, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.failed) as failed:
        shown.resize(900, 700)
        shown.show()
    failure = only(failed)
    assert isinstance(failure, PageFailure)
    assert failure.page == 0
    button = _shown_notice(shown).findChildren(QPushButton)[0]
    assert button.accessibleDescription() == "Page 1 took too long to draw."
    qtbot.waitUntil(lambda: bool(pages.images.of_page(sample, 1)))
    shown.go_to(1)
    shown.go_to(0)
    qtbot.waitUntil(lambda: bool(pages.thumbnails.of_page(sample, 4)))
    assert source.asked.count(("render", 0)) == 1  # not again and again, not in the list either
    button = _shown_notice(shown).findChildren(QPushButton)[0]
    source.failing = set()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(pages.images.of_page(sample, 0)))
    shown.close()


def test_a_document_that_does_not_open_says_why(
    pages: PageService, tmp_path: Path, qtbot: QtBot
) -> None:
    locked = draw_sample(tmp_path / "locked.pdf", 2, password="secret")
    shown = DocumentView(locked, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.failed):
        shown.resize(900, 700)
        shown.show()
    card = shown.findChildren(PasswordCard)[0]
    assert card.isVisible()
    field = card.findChildren(QLineEdit)[0]
    assert field.echoMode() == QLineEdit.EchoMode.Password
    qtbot.keyClicks(field, "guess")
    with qtbot.waitSignal(shown.failed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.keyClicks(field, "sec")
    assert card.isVisible()
    assert QApplication.focusWidget() is field
    qtbot.keyClicks(field, "ret")
    with qtbot.waitSignal(shown.opened):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not card.isVisible()
    assert QApplication.focusWidget() is area_of(shown), "the keyboard went astray"
    shown.close()


def test_a_slow_document_is_said_to_be_opening(
    pages: PageService, source: LocalSource, sample: str, qtbot: QtBot
) -> None:
    source.opening.clear()
    shown = DocumentView(sample, pages)
    qtbot.addWidget(shown)
    shown.resize(900, 700)
    shown.show()
    label = next(found for found in shown.findChildren(QLabel) if "Opening" in found.text())
    qtbot.waitUntil(label.isVisible)
    assert label.text() == "Opening sample.pdf\u2026"
    with qtbot.waitSignal(shown.opened):
        source.opening.set()
    assert not label.isVisible()
    shown.close()


def test_real_sizes_arrive_without_moving_what_is_seen(
    pages: PageService, tmp_path: Path, qtbot: QtBot
) -> None:
    path = draw_sample(tmp_path / "mixed.pdf", 8, landscape=1)
    shown = DocumentView(path, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.opened):
        shown.resize(900, 700)
        shown.show()
    area = area_of(shown)
    shown.go_to(5)
    guessed = area.place(1).height()
    before = area.place(5).top()
    with qtbot.waitSignal(pages.sizes_found):
        pass
    assert area.place(1).height() < guessed
    assert area.place(5).top() == pytest.approx(before, abs=1)
    shown.close()


def test_a_hidden_view_wants_nothing(
    view: DocumentView, pages: PageService, source: LocalSource, qtbot: QtBot
) -> None:
    source.gate.clear()
    area_of(view).zoom_to(2.0)
    qtbot.waitUntil(lambda: source.waiting > 0)
    view.hide()
    source.asked.clear()
    source.gate.set()
    with qtbot.waitSignal(pages.words_found):
        pages.read(PageRef(view.path, 0))
    assert [job for job, _ in source.asked].count("render") <= 1  # the one already begun


def test_a_closed_view_gives_its_images_back(
    view: DocumentView, pages: PageService, qtbot: QtBot
) -> None:
    assert pages.images.used_bytes > 0
    view.close()
    assert pages.images.used_bytes == 0
    assert pages.thumbnails.used_bytes == 0


def test_every_control_has_a_name(view: DocumentView) -> None:
    action(view, "Find in document")
    bar = view.findChildren(ViewBar)[0]
    controls = [*view.findChildren(QAbstractButton), *bar.findChildren(QLineEdit)]
    own = [control for control in controls if not control.objectName().startswith("qt_")]
    nameless = [control for control in own if control.isVisible() and not control.accessibleName()]
    assert nameless == []


def test_a_narrow_bar_leaves_out_what_the_menu_has_too(view: DocumentView, qtbot: QtBot) -> None:
    bar = view.findChildren(ViewBar)[0]

    def overlapping() -> list[str]:
        parts = [part for part in bar.findChildren(QWidget) if part.parent() is bar]
        shown = [part for part in parts if part.isVisible()]
        return [
            f"{one.accessibleName()} over {other.accessibleName()}"
            for one in shown
            for other in shown
            if one is not other and one.geometry().intersects(other.geometry())
        ]

    rotate = next(b for b in bar.findChildren(QAbstractButton) if "Rotate" in b.toolTip())
    for width, room in ((900, True), (420, False), (340, False), (900, True)):
        view.resize(width, 600)
        qtbot.waitUntil(lambda width=width: bar.width() == width and not overlapping())
        assert rotate.isVisible() is room
