"""The words of single pages for one who waits for them. Knows nothing of what they are for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.pages import PageFailure, PageService, WordsFound
from vlm.types import Document, PageRef


class PageWords(QObject):
    """Reads pages before others; a page whose words cannot be read has none.

    Signals:
        known(object): `WordsFound`, once for every page each time it was asked for.

    Args:
        pages: Where words come from. What is asked of a closed document is read once it is open.
    """

    known = Signal(object)

    def __init__(self, pages: PageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = pages
        self._asked: set[tuple[str, int]] = set()
        pages.words_found.connect(self._on_words)
        pages.failed.connect(self._on_failed)
        pages.opened.connect(self._on_opened)

    def ask(self, page: PageRef) -> None:
        """Read this page soon."""
        self._asked.add((page.path, page.page))
        self._pages.read(page, soon=True)

    def _tell(self, found: WordsFound) -> None:
        key = (found.page.path, found.page.page)
        if key in self._asked:
            self._asked.discard(key)
            self.known.emit(found)

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        self._tell(found)

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.job == "words" and failure.page is not None:
            self._tell(WordsFound(PageRef(failure.path, failure.page), ()))

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        """Ask again: opening drops what was asked of the document before."""
        for path, page in sorted(self._asked):
            if path == document.path:
                self._pages.read(PageRef(path, page), soon=True)
