"""The text layer of the page in front, and what of it lies under the box."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.labelling import table_text
from app.labelling.suggestion import text_under
from app.page_words import PageWords
from app.pages import PageService, WordsFound
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
        self._reads = PageWords(pages, self)
        self._page: PageRef | None = None
        self._words: tuple[Word, ...] | None = None
        self._reads.known.connect(self._on_words)

    @property
    def known(self) -> bool:
        """Whether the page's words are known."""
        return self._words is not None

    def look_at(self, page: PageRef | None) -> None:
        """Read another page."""
        self._page, self._words = page, None
        if page is not None:
            self._reads.ask(page)

    def under(self, box: Box | None) -> str:
        """Return the text under a box, "" when there is none or it is not known yet."""
        return text_under(self._words, box) if self._words is not None and box is not None else ""

    def copied(self, box: Box) -> str:
        """Return the text under a box as it is copied, "" when there is none or it is not known."""
        return table_text.copied(self._words, box) if self._words is not None else ""

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        here, there = self._page, found.page
        if here is not None and (here.path, here.page) == (there.path, there.page):
            self._words = found.words
            self.read.emit()
