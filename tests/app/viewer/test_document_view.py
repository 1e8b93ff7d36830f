"""A document in its view: how it opens, what it says when it cannot, and what it leaves."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.pages import PageFailure, PageService
from app.viewer.document_view import DocumentView
from app.viewer.geometry import MARGIN
from app.viewer.notice import Notice, PasswordCard
from app.viewer.state import ViewState
from app.viewer.view_bar import ViewBar
from tests.app.viewer.hand import action, area_of, only, point
from tests.app.viewer.sample import LocalSource, draw_blank, draw_sample
from vlm.types import Box, PageRef


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

    def settled(width: int) -> bool:
        return bar.width() == width and not overlapping()

    rotate = next(b for b in bar.findChildren(QAbstractButton) if "Rotate" in b.toolTip())
    for width, room in ((900, True), (420, False), (340, False), (230, False), (900, True)):
        view.resize(width, 600)
        qtbot.waitUntil(partial(settled, width))
        assert rotate.isVisible() is room
        buttons = {b.text(): b.isVisible() for b in bar.findChildren(QAbstractButton)}
        assert buttons["Previous page"] is buttons["Next page"] is (width > 230)
