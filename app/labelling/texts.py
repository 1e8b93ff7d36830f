"""The text layer of the page in front, and what of it lies under the box."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.labelling.suggestion import text_under
from app.pages import PageFailure, PageService, WordsFound
from vlm.types import Box, PageRef, Word


class PageTexts(QObject):
    """Reads one page at a time.

    Signals:
        read(): The page's words are known now; none when it has no text layer.

    Args:
        pages: Where words come from.
    """

    read = Signal()

    def __init__(self, pages: PageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = pages
        self._page: PageRef | None = None
        self._words: tuple[Word, ...] | None = None
        pages.words_found.connect(self._on_words)
        pages.failed.connect(self._on_failed)

    @property
    def known(self) -> bool:
        """Whether the page's words are known."""
        return self._words is not None

    def look_at(self, page: PageRef | None) -> None:
        """Read another page."""
        self._page, self._words = page, None
        if page is not None:
            self._pages.read(page, soon=True)

    def under(self, box: Box | None) -> str:
        """Return the text under a box, "" when there is none or it is not known yet."""
        return text_under(self._words, box) if self._words is not None and box is not None else ""

    def _take(self, path: str, page: int, words: tuple[Word, ...]) -> None:
        here = self._page
        if here is not None and (here.path, here.page) == (path, page) and self._words is None:
            self._words = words
            self.read.emit()

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        self._take(found.page.path, found.page.page, found.words)

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.job == "words" and failure.page is not None:
            self._take(failure.path, failure.page, ())
