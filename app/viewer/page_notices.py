"""The cards on pages that could not be drawn; only those in view exist as widgets."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.viewer.notice import Notice
from app.viewer.page_area import PageArea


class _PageNotice(Notice):
    """The card of one page.

    Signals:
        page_retry_asked(int): Try to draw this page again; from 0.
    """

    page_retry_asked = Signal(int)

    def __init__(self, page: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = page
        self.retry_asked.connect(self._on_retry_asked)

    @Slot()
    def _on_retry_asked(self) -> None:
        self.page_retry_asked.emit(self._page)


class PageNotices(QObject):
    """Keeps each visible failed page's card in the middle of what shows of the page.

    Signals:
        retry_asked(int): Try to draw a page again; from 0.
    """

    retry_asked = Signal(int)

    def __init__(self, area: PageArea) -> None:
        super().__init__(area)
        self._area = area
        self._sentences: dict[int, str] = {}
        self._cards: dict[int, Notice] = {}

    def show_failure(self, page: int, sentence: str) -> None:
        """Say on a page why it cannot be shown."""
        self._sentences[page] = sentence
        self.place()

    def clear(self) -> None:
        """Take all cards away."""
        self._sentences.clear()
        self.place()

    @Slot()
    def place(self) -> None:
        """Follow the pages."""
        visible = [page for page in self._area.visible_pages() if page in self._sentences]
        for page in [page for page in self._cards if page not in visible]:
            card = self._cards.pop(page)
            card.hide()
            card.deleteLater()
        for page in visible:
            card = self._cards.get(page) or self._card(page)
            shown = self._area.place(page) & self._area.viewport().rect().toRectF()
            middle = shown.center() - card.rect().toRectF().center()
            card.move(middle.toPoint())

    def _card(self, page: int) -> Notice:
        card = _PageNotice(page, self._area.viewport())
        card.show_text(self._sentences[page])
        card.page_retry_asked.connect(self._on_retry)
        card.show()
        self._cards[page] = card
        return card

    @Slot(int)
    def _on_retry(self, page: int) -> None:
        self._sentences.pop(page, None)
        self.place()
        self.retry_asked.emit(page)
