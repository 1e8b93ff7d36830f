from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.pages import PageService
from app.viewer.document_view import DocumentView
from app.viewer.search import Search
from app.viewer.search_bar import SearchBar
from tests.app.viewer.hand import area_of
from tests.app.viewer.sample import LocalSource


@pytest.fixture
def bar(view: DocumentView, qtbot: QtBot) -> SearchBar:
    find = next(action for action in view.actions() if action.text() == "Find in document")
    find.trigger()
    shown = view.findChildren(SearchBar)[0]
    assert shown.isVisible()
    return shown


def count(bar: SearchBar) -> str:
    return bar.findChildren(QLabel)[0].text()


def field(bar: SearchBar) -> QLineEdit:
    return bar.findChildren(QLineEdit)[0]


def test_matches_are_counted_and_stepped_through(
    view: DocumentView, bar: SearchBar, qtbot: QtBot
) -> None:
    qtbot.keyClicks(field(bar), "whiteboard PENS")
    qtbot.waitUntil(lambda: count(bar) == "1 of 5")
    assert view.page().page == 0
    qtbot.keyClick(field(bar), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: count(bar) == "2 of 5")
    assert view.page().page == 1
    qtbot.keyClick(field(bar), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(field(bar), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: count(bar) == "5 of 5")
    assert view.page().page == 4


def test_the_search_begins_at_the_current_page(
    view: DocumentView, bar: SearchBar, qtbot: QtBot
) -> None:
    view.go_to(3)
    qtbot.keyClicks(field(bar), "IBAN")
    qtbot.waitUntil(lambda: count(bar) == "4 of 5")
    assert view.page().page == 3


def test_the_current_match_stands_out_on_the_page(
    view: DocumentView, bar: SearchBar, qtbot: QtBot
) -> None:
    qtbot.keyClicks(field(bar), "INVOICE")
    qtbot.waitUntil(lambda: count(bar) == "1 of 5")
    area = area_of(view)
    place = area.place(0)
    x = round(place.x() + 409.0 / 595 * place.width())
    y = round(place.y() + 62 / 842 * place.height())
    colour = area.viewport().grab().toImage().pixelColor(x, y)
    assert colour.red() > colour.blue() + 60


def test_no_match_and_no_text_are_told_apart(
    view: DocumentView, bar: SearchBar, qtbot: QtBot
) -> None:
    qtbot.keyClicks(field(bar), "zebra")
    qtbot.waitUntil(lambda: count(bar) == "No matches")
    field(bar).clear()
    assert count(bar) in ("", "No matches")
    qtbot.waitUntil(lambda: count(bar) == "")


def test_escape_ends_the_search_and_returns_to_the_pages(
    view: DocumentView, bar: SearchBar, qtbot: QtBot
) -> None:
    view.activateWindow()
    qtbot.waitUntil(field(bar).hasFocus)
    qtbot.keyClicks(field(bar), "IBAN")
    qtbot.waitUntil(lambda: count(bar) == "1 of 5")
    qtbot.keyClick(field(bar), Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert area_of(view).hasFocus()


def test_a_document_without_text_says_so(pages: PageService, tmp_path: Path, qtbot: QtBot) -> None:
    path = str(tmp_path / "scan.pdf")
    document = pymupdf.open()
    document.new_page()
    document.new_page()
    document.save(path)
    document.close()
    shown = DocumentView(path, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.opened):
        shown.resize(900, 700)
        shown.show()
    shown.findChildren(SearchBar)[0].begin()
    bar = shown.findChildren(SearchBar)[0]
    qtbot.keyClicks(field(bar), "total")
    qtbot.waitUntil(lambda: count(bar) == "No text layer: nothing to search")
    shown.close()


def test_few_pages_are_asked_for_at_once(
    pages: PageService, source: LocalSource, sample: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    search = Search(sample, pages)
    search.set_count(5)
    source.gate.clear()
    search.find("iban", 2)
    qtbot.waitUntil(lambda: source.waiting > 0)
    assert search.found.running
    source.gate.set()
    qtbot.waitUntil(lambda: not search.found.running)
    assert [page for job, page in source.asked if job == "words"] == [2, 3, 4, 0, 1]
    assert search.found.total == 5
    assert search.found.current == 3


def test_a_new_search_forgets_the_old_one_and_reads_no_page_twice(
    pages: PageService, source: LocalSource, sample: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    search = Search(sample, pages)
    search.set_count(5)
    search.find("iban", 0)
    qtbot.waitUntil(lambda: not search.found.running)
    search.find("folders", 0)
    qtbot.waitUntil(lambda: not search.found.running)
    assert search.found.total == 5
    assert len([job for job, _ in source.asked if job == "words"]) == 5
    search.end()
    assert search.found.total == 0
