"""What pages look like: hashes them, and hashes those of examples that were kept without."""

from __future__ import annotations

import uuid
from collections import deque

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage

from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.examples.shelf import Shelf
from app.examples.values import Listed, Unhashed
from vlm.types import PageRef


class LookFiller(QObject):
    """Whenever examples are listed, hashes the pages of those without a hash, one at a time.

    Only while the very document is where it was; else the example counts by its document alone.
    Each page is tried once.

    Args:
        shelf: The examples.
        taker: Draws their pages.
    """

    def __init__(self, shelf: Shelf, taker: CropTaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._taker = taker
        self._tried: set[tuple[str, PageRef]] = set()
        self._waiting: deque[Unhashed] = deque()
        self._under: tuple[str, Unhashed] | None = None
        shelf.listed.connect(self._on_listed)
        shelf.unhashed.connect(self._on_unhashed)
        taker.ended.connect(self._on_taken)

    @Slot(object)
    def _on_listed(self, listed: Listed) -> None:
        missing = {
            (one.document, one.page)
            for one in listed.examples
            if not one.page_hash and (one.document, one.page) not in self._tried
        }
        if missing:
            self._tried |= missing
            self._shelf.find_unhashed([Unhashed(*one) for one in missing])

    @Slot(object)
    def _on_unhashed(self, found: tuple[Unhashed, ...]) -> None:
        self._waiting.extend(found)
        self._next()

    def _next(self) -> None:
        if self._under is None and self._waiting:
            page = self._waiting.popleft()
            self._under = (uuid.uuid4().hex, page)
            self._taker.take(Wanted(self._under[0], page.page, None, look_only=True))

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        if self._under is None or end.wanted.key != self._under[0]:
            return
        page = self._under[1]
        self._under = None
        if isinstance(end, Taken):
            self._shelf.put_look(page, QImage(end.image))
        self._next()
