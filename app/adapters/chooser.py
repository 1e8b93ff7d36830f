"""Chooses the tuned version for the page in front by what the page looks like."""

from __future__ import annotations

import uuid
from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.adapters.values import Listing
from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.examples.pictures import look_of
from app.task import CancelToken, Tasks, Work
from finetune.choice import choose
from vlm.types import PageRef

SETTLE_MS = 250
"""How long a page must stay in front before it is looked at."""
LOOKS = 2000
"""Pages of which the look is remembered."""


class PageChoice(QObject):
    """Looks at each page once, when it has stayed in front for a moment.

    Signals:
        busy(bool): Whether the choice for the page in front is still open.
        chosen(object): `Choice` for the page in front.

    Args:
        taker: Draws pages.
    """

    busy = Signal(bool)
    chosen = Signal(object)

    def __init__(self, taker: CropTaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._taker = taker
        self._lane = Tasks(1, self)
        self._listing = Listing()
        self._page: PageRef | None = None
        self._override: str | None = None
        self._enabled = False
        self._looks: dict[PageRef, str] = {}
        self._under: dict[str, PageRef] = {}
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._look)
        taker.ended.connect(self._on_taken)

    def set_enabled(self, enabled: bool) -> None:
        """Choose from now on, or no more."""
        if enabled != self._enabled:
            self._enabled = enabled
            self._again()

    def set_listing(self, listing: Listing) -> None:
        """Choose among these."""
        if listing != self._listing:
            self._listing = listing
            self._again()

    def set_page(self, page: PageRef | None, override: str | None) -> None:
        """Choose for this page; `override` is what the person chose for its document."""
        if (page, override) != (self._page, self._override):
            self._page, self._override = page, override
            self._again()

    def shutdown(self) -> None:
        """Look at nothing more; nothing is emitted after this."""
        self._enabled = False
        self._settle.stop()
        self._taker.ended.disconnect(self._on_taken)
        self._lane.stop()

    def _again(self) -> None:
        """Choose anew: at once when nothing has to be looked at first."""
        self._settle.stop()
        if not self._enabled or self._page is None:
            self.busy.emit(False)
        elif self._override is not None or self._page in self._looks:
            self._choose(self._page)
        else:
            self.busy.emit(True)
            self._settle.start()

    def _choose(self, page: PageRef) -> None:
        look = self._looks.get(page, "")
        fitting = [version.adapter for version in self._listing.fitting]
        found = choose(look, fitting, self._listing.base, self._override)
        self.chosen.emit(found)
        self.busy.emit(False)

    @Slot()
    def _look(self) -> None:
        if self._page is not None and self._page not in self._under.values():
            key = f"version {uuid.uuid4().hex}"
            self._under[key] = self._page
            self._taker.take(Wanted(key, self._page, None, look_only=True))

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        page = self._under.pop(end.wanted.key, None)
        if page is None:
            return  # taken for somebody else
        task = self._lane.start(_hashed(page, end.image if isinstance(end, Taken) else None))
        task.value.connect(self._on_hashed)

    @Slot(object)
    def _on_hashed(self, found: tuple[PageRef, str]) -> None:
        page, look = found
        self._looks[page] = look
        while len(self._looks) > LOOKS:
            self._looks.pop(next(iter(self._looks)))
        if self._enabled and page == self._page and self._override is None:
            self._choose(page)


def _hashed(page: PageRef, image: QImage | None) -> Work:
    """Hash a drawn page; one that could not be drawn looks like none. Yields page and hash."""

    def work(token: CancelToken) -> Generator[tuple[PageRef, str], None, None]:
        yield page, look_of(image) if image is not None else ""

    return work
