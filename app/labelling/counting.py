"""Finds out of every document to label what it is and how many pages it has, one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.history.keeper import fingerprint
from app.pages import PageFailure, PageService
from app.task import CancelToken, Tasks
from vlm.types import Document

ONE_PAGE = (".png", ".jpg", ".jpeg", ".bmp")
"""Pictures that need not be opened to be counted; the others may have several pages."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found out about a document; see `work.Paper`."""

    path: str
    document: str = ""
    pages: int = 0
    failure: str | None = None


class PaperCounter(QObject):
    """Names documents by their hashes off the window's thread, and opens them to count pages.

    Signals:
        counted(object): `Counted`, as often as something is found out.

    Args:
        pages: Opens documents.
        has_view: Whether a view has this document open, and so closes it.
    """

    counted = Signal(object)

    def __init__(
        self, pages: PageService, has_view: Callable[[str], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pages = pages
        self._has_view = has_view
        self._lane = Tasks(threads=1, parent=self)
        self._waiting: deque[str] = deque()
        self._under = ""
        pages.opened.connect(self._on_opened)
        pages.failed.connect(self._on_failed)
        pages.closed.connect(self._on_closed)

    def count(self, paths: Iterable[str]) -> None:
        """Find out about these after those before."""
        new = [path for path in paths if path not in self._waiting and path != self._under]
        self._waiting.extend(new)
        for path in new:
            self.name(path)
        self._next()

    def name(self, path: str) -> None:
        """Find out what a document is: its hash."""

        def steps(token: CancelToken) -> Generator[Counted, None, None]:
            yield Counted(path, document=fingerprint(Path(path), token))

        self._lane.start(steps).value.connect(self.counted)

    def forget(self) -> None:
        """Count no more of those that wait."""
        self._waiting.clear()

    def stop(self) -> None:
        """End for good."""
        self.forget()
        self._under = ""
        self._lane.stop()

    def _next(self) -> None:
        while not self._under and self._waiting:
            path = self._waiting.popleft()
            if Path(path).suffix.lower() in ONE_PAGE:
                self.counted.emit(Counted(path, pages=1))
            elif not self._has_view(path):
                self._under = path
                self._pages.open(path)

    def _end(self) -> None:
        path, self._under = self._under, ""
        if not self._has_view(path):
            self._pages.close(path)
        self._next()

    @Slot(str)
    def _on_closed(self, path: str) -> None:
        if path == self._under:  # a tab that had it meanwhile was closed: try again
            self._under = ""
            self._waiting.appendleft(path)
            self._next()

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        self.counted.emit(Counted(document.path, pages=document.page_count, failure=""))
        if document.path == self._under:
            self._end()

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.job != "open":
            return
        self.counted.emit(Counted(failure.path, failure=failure.message))
        if failure.path == self._under:
            self._end()
