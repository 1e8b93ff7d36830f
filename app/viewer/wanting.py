"""Asks for the images that a document view misses, not more often than it can show them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.coalesce import Coalescer
from app.pages import PageService
from app.viewer.page_area import PageArea
from app.viewer.thumbnails import Thumbnails

ZOOM_REST_MS = 90
"""How long the zoom has to rest before pages are drawn sharply at it."""


class Wanting(QObject):
    """Watches what shows and replaces the view's wishes; a hidden view has none.

    Args:
        path: The document.
        pages: Who draws.
        view: The view whose visibility counts.
        area: Its pages.
        thumbnails: Its small pictures.
    """

    def __init__(
        self, path: str, pages: PageService, view: QWidget, area: PageArea, thumbnails: Thumbnails
    ) -> None:
        super().__init__(view)
        self._path = path
        self._pages = pages
        self._view = view
        self._area = area
        self._thumbnails = thumbnails
        self._owner = pages.owner()
        self._soon = Coalescer(self)
        self._soon.due.connect(self._want)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(ZOOM_REST_MS)
        self._rest.timeout.connect(self._soon.touch)
        area.seen_changed.connect(self._on_seen)
        area.zoom_changed.connect(self._on_zoom)
        thumbnails.seen_changed.connect(self._on_seen)
        view.installEventFilter(self)

    def begin(self) -> None:
        """Ask at once: a document has just been laid out, its zoom will stay."""
        self._rest.stop()
        self._soon.touch()

    def end(self) -> None:
        """Want nothing any more."""
        self._soon.drop()
        self._rest.stop()
        self._pages.unwant(self._owner)

    @Slot()
    def _on_seen(self) -> None:
        if not self._rest.isActive():
            self._soon.touch()

    @Slot()
    def _on_zoom(self) -> None:
        self._rest.start()

    @Slot()
    def _want(self) -> None:
        if self._view.isVisible():
            wishes = [*self._area.wishes(), *self._thumbnails.wishes()]
            missing = [
                (urgency, draw)
                for urgency, draw in wishes
                if draw.page.page not in self._area.failed and not self._pages.has_image(draw)
            ]
            self._pages.want(self._owner, self._path, missing)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin when the view is shown, end when it is hidden."""
        if event.type() == QEvent.Type.Show:
            self._soon.touch()
        elif event.type() == QEvent.Type.Hide:
            self.end()
        return False
