"""Searches a document page by page from where the person is, without making the window wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.pages import PageFailure, PageService, WordsFound
from app.viewer.page_text import PageText, TextShelf, plain
from vlm.types import Box, PageRef

AT_ONCE = 4
"""Pages asked for at the same time."""
KEPT_A_TURN = 40
"""Kept pages searched before the window gets its turn."""
MOST = 5000
"""Matches after which a search ends."""

Match = tuple[int, tuple[Box, ...]]
"""A page and the boxes of one match on it."""


@dataclass(frozen=True, slots=True)
class Found:
    """How far a search is; `current` counts from 1 in the order of the document, 0 for none."""

    total: int
    current: int
    running: bool
    any_text: bool


class Search(QObject):
    """One document's search.

    Signals:
        changed(): There are more matches, another current one, or the search has ended.
        stepped(): Another match is the current one and should be shown.
    """

    changed = Signal()
    stepped = Signal()

    def __init__(self, path: str, pages: PageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._pages = pages
        self._shelf = TextShelf()
        self._count = 0
        self._phrase = ""
        self._todo: Iterator[int] = iter(())
        self._asked: set[int] = set()
        self._matches: dict[int, list[tuple[Box, ...]]] = {}
        self._total = 0
        self._current: tuple[int, int] | None = None
        self._any_text = False
        self._running = False
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._go_on)
        pages.words_found.connect(self._on_words)
        pages.failed.connect(self._on_failed)

    def set_count(self, count: int) -> None:
        """Start anew with a document of so many pages."""
        self.end()
        self._shelf.clear()
        self._count = count

    def find(self, text: str, page: int) -> None:
        """Search for text, whatever was searched before; matches come from `page` on first."""
        self.end()
        self._phrase = plain(text)
        if not self._phrase:
            return
        self._todo = iter([*range(page, self._count), *range(page)])
        self._running = True
        self._turn.start(0)
        self.changed.emit()

    def end(self) -> None:
        """Forget the search and its matches."""
        self._turn.stop()
        self._todo = iter(())
        self._asked.clear()
        self._matches = {}
        self._total = 0
        self._current = None
        self._any_text = False
        self._running = False
        self._phrase = ""
        self.changed.emit()

    def step(self, forward: bool) -> None:
        """Make the next or previous match the current one, round the end of the document."""
        if self._current is None:
            return
        page, index = self._current
        index += 1 if forward else -1
        if not 0 <= index < len(self._matches[page]):
            pages = sorted(self._matches)
            page = pages[(pages.index(page) + (1 if forward else -1)) % len(pages)]
            index = 0 if forward else len(self._matches[page]) - 1
        self._current = (page, index)
        self.changed.emit()
        self.stepped.emit()

    @property
    def found(self) -> Found:
        """How far the search is."""
        current = 0
        if self._current is not None:
            page, index = self._current
            before = sum(len(hits) for other, hits in self._matches.items() if other < page)
            current = before + index + 1
        return Found(self._total, current, self._running, self._any_text)

    @property
    def current(self) -> Match | None:
        """The match that is shown."""
        if self._current is None:
            return None
        page, index = self._current
        return page, self._matches[page][index]

    def marks(self) -> dict[int, list[Box]]:
        """Return all matches' boxes by page."""
        return {
            page: [box for boxes in hits for box in boxes] for page, hits in self._matches.items()
        }

    def text(self, page: int) -> PageText | None:
        """Return a page's text if it was read lately."""
        return self._shelf.get(page)

    def _go_on(self) -> None:
        """Search kept pages, and ask for as many others as may be asked for at once."""
        for _ in range(KEPT_A_TURN):
            if len(self._asked) >= AT_ONCE:
                return
            page = next(self._todo, None)
            if page is None or self._total >= MOST:
                self._end_if_done()
                return
            text = self._shelf.get(page)
            if text is not None:
                self._look(page, text)
            else:
                self._asked.add(page)
                self._pages.read(PageRef(self._path, page))
        self._turn.start(0)

    def _end_if_done(self) -> None:
        if not self._asked and self._running:
            self._running = False
            self.changed.emit()

    def _look(self, page: int, text: PageText) -> None:
        self._any_text = self._any_text or len(text) > 0
        hits = text.find(self._phrase)
        if hits:
            self._matches[page] = hits
            self._total += len(hits)
            if self._current is None:
                self._current = (page, 0)
                self.stepped.emit()
            self.changed.emit()

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        if found.page.path != self._path:
            return
        text = PageText(found.words)
        self._shelf.put(found.page.page, text)
        if found.page.page in self._asked:
            self._asked.discard(found.page.page)
            self._look(found.page.page, text)
            self._go_on()

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.path == self._path and failure.job == "words" and failure.page in self._asked:
            self._asked.discard(failure.page)
            self._go_on()
