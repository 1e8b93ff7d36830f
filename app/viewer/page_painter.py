"""Paints one page with everything on it: paper, images, matches, evidence, the person's box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPalette

from app.page_lane import Draw
from app.pages import PageService, thumbnail
from app.viewer import heat, painting
from app.viewer.crop import CropTool
from app.viewer.geometry import PageLayout, box_rect
from app.viewer.heat import Heats
from app.viewer.tiles import draws
from vlm.types import Box, PageSize

Marks = Mapping[int, Sequence[Box]]
"""Boxes by page."""


class PagePainter:
    """What lies on the pages of one document, and how it is painted.

    Args:
        path: The document.
        pages: Where images come from.
        crop: The person's box.
    """

    def __init__(self, path: str, pages: PageService, crop: CropTool) -> None:
        self._path = path
        self._pages = pages
        self._crop = crop
        self.failed: set[int] = set()
        """Pages that could not be drawn; they stay white."""
        self.matches: Marks = {}
        self.match: tuple[int, Sequence[Box]] = (0, ())
        """The current match: its page and boxes."""
        self.heats: Heats = {}
        self.evidence: tuple[int, Sequence[Box]] = (0, ())
        self.proven = True

    def paint(
        self,
        painter: QPainter,
        layout: PageLayout,
        page: int,
        place: QRectF,
        seen: QRectF,
        size: PageSize,
        palette: QPalette,
    ) -> None:
        """Paint a page.

        Args:
            painter: In the viewport's coordinates.
            layout: Where pages lie on the desk.
            page: From 0.
            place: Where the page lies in the viewport.
            seen: The part of the desk in view.
            size: The page's size in points before rotation.
            palette: Of the desk.
        """
        painting.draw_paper(painter, place, palette)
        if page not in self.failed:
            images = self._images(layout, page, seen, size)
            painting.draw_page(painter, self._pages, layout, place, images)
        if page in self.heats:
            painter.save()
            extent = painting.turn(painter, place, layout.rotation)
            for one in self.heats[page]:
                heat.draw(painter, extent, one)
            painter.restore()
        self._paint_marks(painter, layout, page, place)

    def _paint_marks(self, painter: QPainter, layout: PageLayout, page: int, place: QRectF) -> None:
        def rects(boxes: Sequence[Box]) -> list[QRectF]:
            return [box_rect(box, place, layout.rotation) for box in boxes]

        painter.save()
        match = self.match[1] if self.match[0] == page else ()
        painting.draw_matches(painter, rects(self.matches.get(page, ())), rects(match))
        if self.evidence[0] == page:
            painting.draw_evidence(painter, rects(self.evidence[1]), self.proven)
        if self._crop.box is not None and self._crop.page == page:
            rect = box_rect(self._crop.box, place, layout.rotation)
            painting.draw_crop(painter, rect, place, self._crop.selected)
        painter.restore()

    def _images(
        self, layout: PageLayout, page: int, seen: QRectF, size: PageSize
    ) -> Sequence[Draw]:
        """Return what there is to paint a page from, the coarsest first."""
        sharp = draws(self._path, layout, page, seen)
        if all(self._pages.has_image(draw) for draw in sharp):
            return sharp
        small = thumbnail(self._path, page, size)
        older = [
            draw
            for draw in self._pages.images.of_page(self._path, page)
            if draw not in sharp and draw.page.rotation == 0
        ]
        return [small, *older, *sharp]
