"""Drawn images within a budget of bytes; the one not shown for longest goes first."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtGui import QImage, QPixmap

from app.page_lane import Draw

BYTES_PER_PIXEL = 4


class ImageCache:
    """Pixmaps by what was drawn. Lives on the window's thread.

    Args:
        budget_bytes: What all pixmaps together may take; at least the newest always stays.
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget = budget_bytes
        self._pixmaps: OrderedDict[Draw, QPixmap] = OrderedDict()
        self._by_page: dict[tuple[str, int], list[Draw]] = {}
        self._used = 0

    @property
    def used_bytes(self) -> int:
        """What the pixmaps take now."""
        return self._used

    def __contains__(self, draw: Draw) -> bool:
        return draw in self._pixmaps

    def put(self, draw: Draw, image: QImage) -> None:
        """Keep an image; others go when the budget is spent."""
        self._remove(draw)
        self._pixmaps[draw] = QPixmap.fromImage(image)
        self._by_page.setdefault((draw.path, draw.page.page), []).append(draw)
        self._used += _bytes(draw)
        while self._used > self._budget and len(self._pixmaps) > 1:
            self._remove(next(iter(self._pixmaps)))

    def get(self, draw: Draw) -> QPixmap | None:
        """Return an image and count it as just shown."""
        pixmap = self._pixmaps.get(draw)
        if pixmap is not None:
            self._pixmaps.move_to_end(draw)
        return pixmap

    def of_page(self, path: str, page: int) -> list[Draw]:
        """Return what there is of a page, the coarsest first."""
        found = self._by_page.get((path, page), [])
        return sorted(found, key=lambda draw: draw.width / draw.box.width)

    def forget(self, path: str) -> None:
        """Drop everything of a document."""
        for draw in [draw for draw in self._pixmaps if draw.path == path]:
            self._remove(draw)

    def _remove(self, draw: Draw) -> None:
        if self._pixmaps.pop(draw, None) is None:
            return
        self._used -= _bytes(draw)
        place = (draw.path, draw.page.page)
        self._by_page[place].remove(draw)
        if not self._by_page[place]:
            del self._by_page[place]


def _bytes(draw: Draw) -> int:
    return draw.width * draw.height * BYTES_PER_PIXEL
