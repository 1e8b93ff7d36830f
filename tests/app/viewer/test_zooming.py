"""How large pages are shown, and which way up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from app.pages import PageService
from app.viewer.document_view import DocumentView
from app.viewer.geometry import MARGIN
from tests.app.viewer.hand import action, area_of, point, wheel
from vlm.types import PageRef

CONTROL = Qt.KeyboardModifier.ControlModifier


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


@pytest.mark.parametrize("where", [(0.2, 0.1), (0.5, 0.5), (0.8, 0.9)])
def test_roundings_of_many_small_zooms_do_not_add_up(
    view: DocumentView, where: tuple[float, float]
) -> None:
    """As a touchpad sends them."""
    area = area_of(view)
    action(view, "Actual size (100 %)")
    view.go_to(1)
    room = area.viewport().size()
    at = QPointF(room.width() * where[0], room.height() * where[1])

    def off(x: float, y: float) -> float:
        place = area.place(1)
        moved = QPointF(place.x() + x * place.width(), place.y() + y * place.height()) - at
        return max(abs(moved.x()), abs(moved.y()))

    place = area.place(1)
    start = (at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height()
    for factor in (1.03, 1 / 1.03):
        for _ in range(50):
            area.zoom_to(area.zoom * factor, at)
            assert off(*start) <= 1


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
