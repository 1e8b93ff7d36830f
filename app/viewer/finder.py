"""Searching in a document view: the bar, the search, and the marks on the pages."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.coalesce import Coalescer
from app.pages import PageService
from app.viewer.page_area import PageArea
from app.viewer.page_text import PageText
from app.viewer.search import Search
from app.viewer.search_bar import SearchBar


class Finder(QObject):
    """Connects a search bar, a search and the pages.

    Args:
        path: The document.
        pages: Where words come from.
        area: Where matches are marked.
        bar: What the person types into.
    """

    def __init__(self, path: str, pages: PageService, area: PageArea, bar: SearchBar) -> None:
        super().__init__(area)
        self._area = area
        self._bar = bar
        self._search = Search(path, pages, self)
        self._marking = Coalescer(self)
        self._marking.due.connect(self._mark)
        self._search.changed.connect(self._marking.touch)
        self._search.stepped.connect(self._show_match)
        bar.text_changed.connect(self._on_text)
        bar.next_asked.connect(lambda: self._search.step(True))
        bar.previous_asked.connect(lambda: self._search.step(False))
        bar.closed.connect(self._on_closed)

    def set_count(self, count: int) -> None:
        """Start anew with a document of so many pages."""
        self._search.set_count(count)

    def text(self, page: int) -> PageText | None:
        """Return a page's text if it was read lately."""
        return self._search.text(page)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self._search.find(text, self._area.page)

    @Slot()
    def _on_closed(self) -> None:
        self._bar.hide()
        self._search.end()
        self._area.setFocus()

    @Slot()
    def _show_match(self) -> None:
        match = self._search.current
        if match is not None and match[1]:
            self._area.show_box(match[0], match[1][0])

    @Slot()
    def _mark(self) -> None:
        page, boxes = self._search.current or (0, ())
        self._area.set_matches(self._search.marks(), page, boxes)
        self._bar.show_found(self._search.found)
