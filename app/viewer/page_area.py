"""The desk with the pages on it: scrolls, zooms, turns and paints. Knows no documents' insides."""

from __future__ import annotations

from collections.abc import Sequence, Set

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from app import theme
from app.page_lane import Wish
from app.pages import PageService
from app.viewer.anchor import Anchor
from app.viewer.crop import CropTool
from app.viewer.fitting import LARGEST, SMALLEST, fit_limit, next_zoom, room_above
from app.viewer.geometry import MARGIN, MAX_DESK, PIXELS_PER_POINT, PageLayout, box_rect
from app.viewer.page_painter import Marks, PagePainter
from app.viewer.state import Fit
from app.viewer.wishes import wishes
from vlm.types import Box, PageSize, Quarter

STEP = 60
"""Logical pixels that an arrow key scrolls."""


class PageArea(QAbstractScrollArea):
    """Continuous pages, painted without a widget per page.

    Signals:
        page_changed(int): Another page is the current one.
        zoom_changed(float): 1.0 is 100 %.
        seen_changed(): Other parts of pages show; images may be missing.
        moved(): Pages lie elsewhere in the viewport.

    Args:
        path: The document.
        pages: Where images come from.
        crop: The person's box, painted here.
    """

    page_changed = Signal(int)
    zoom_changed = Signal(float)
    seen_changed = Signal()
    moved = Signal()

    def __init__(
        self, path: str, pages: PageService, crop: CropTool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._pages = pages
        self.painter = PagePainter(path, pages, crop)
        self._sizes: list[PageSize] = []
        self._layout: PageLayout | None = None
        self._anchor = Anchor()
        self._zoom = 1.0
        self._fit: Fit = "width"
        self._rotation: Quarter = 0
        self._page = 0
        self._forward = True
        self._wished = range(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Pages")
        self.setAccessibleDescription(
            "Drag to draw a box around the part to ask about. Arrow keys move the box, Escape "
            "removes it, Ctrl+Z brings it back, Ctrl+C copies its text. What is typed goes into "
            "the question. Page Up and Page Down scroll, Ctrl and the wheel zoom."
        )
        self.setCornerWidget(QWidget())  # the style's own draws a frame
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().setAccessibleName("Scroll pages")
        self.horizontalScrollBar().setAccessibleName("Scroll sideways")

    # What is shown

    @property
    def layout_of_pages(self) -> PageLayout | None:
        """Where pages lie; None before a document is there."""
        return self._layout

    @property
    def page(self) -> int:
        """The current page, from 0."""
        return self._page

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self._zoom

    @property
    def fit(self) -> Fit:
        """What a resize keeps."""
        return self._fit

    @property
    def rotation(self) -> Quarter:
        """The person's turn, clockwise."""
        return self._rotation

    @property
    def sizes(self) -> Sequence[PageSize]:
        """Of all pages, as far as they are known; guesses before."""
        return self._sizes

    @property
    def failed(self) -> Set[int]:
        """Pages that cannot be drawn."""
        return self.painter.failed

    def show_pages(self, count: int, size: PageSize) -> None:
        """Lay out a document of which one page's size is known."""
        self._sizes = [size] * count
        self._layout = None
        self.painter.failed.clear()
        self._arrange(QPointF())

    def set_sizes(self, first: int, sizes: Sequence[PageSize]) -> bool:
        """Correct the sizes of some pages; what is in view stays. False when all were right."""
        if list(sizes) == self._sizes[first : first + len(sizes)]:
            return False
        self._sizes[first : first + len(sizes)] = sizes
        # One pixel into the current page: a gap between pages does not grow with them.
        self._arrange(self.place(self._page).topLeft() + QPointF(0, 1))
        return True

    def set_failed(self, page: int, failed: bool) -> None:
        """Tell that a page cannot be drawn, so that it is not tried again and again."""
        failures = self.painter.failed
        (failures.add if failed else failures.discard)(page)
        self.viewport().update()
        self.seen_changed.emit()

    def set_matches(self, matches: Marks, page: int, current: Sequence[Box]) -> None:
        """Show what a search found; `current` stands out."""
        self.painter.matches = matches
        self.painter.match = (page, current)
        self.viewport().update()

    def set_evidence(self, page: int, boxes: Sequence[Box], *, proven: bool = True) -> None:
        """Show where an answer's words stand, or were only read; none with no boxes."""
        self.painter.evidence, self.painter.proven = (page, boxes), proven
        self.viewport().update()

    # Moving about

    def go_to(self, page: int) -> None:
        """Bring a page's top to the top."""
        if self._layout is None:
            return
        page = max(0, min(page, self._layout.count - 1))
        self.verticalScrollBar().setValue(round(self._layout.rect(page).top() - MARGIN))
        self._set_page(page)

    def scroll_by(self, dx: float, dy: float) -> None:
        """Scroll by logical pixels."""
        self._scroll_to(self.seen().x() + round(dx), self.seen().y() + round(dy))

    def show_box(self, page: int, box: Box) -> None:
        """Scroll as little as needed for a box to be well in view."""
        if self._layout is None:
            return
        rect = box_rect(box, self._layout.rect(page), self._layout.rotation)
        seen = self.seen()
        inset_x, inset_y = seen.width() * 0.08, seen.height() * 0.12
        if seen.adjusted(inset_x, inset_y, -inset_x, -inset_y).contains(rect):
            return
        if not seen.left() + inset_x < rect.left() < rect.right() < seen.right() - inset_x:
            self.horizontalScrollBar().setValue(round(rect.center().x() - seen.width() / 2))
        above = room_above(rect.height(), seen.height())
        self.verticalScrollBar().setValue(round(rect.top() - above))
        self._set_page(page)

    def zoom_to(self, zoom: float, about: QPointF | None = None) -> None:
        """Zoom so that the point `about` of the viewport stays (its middle when None)."""
        self._fit = "none"
        self._set_zoom(zoom)
        middle = QRectF(self.viewport().rect()).center()
        self._arrange(middle if about is None else about, zooms=True)

    def zoom_step(self, up: bool) -> None:
        """Zoom to the next of the usual steps."""
        self.zoom_to(next_zoom(self._zoom, up))

    def fit_to(self, fit: Fit) -> None:
        """Keep the page's width, or all of it, in view from now on."""
        page = self._page
        self._fit = fit
        self._arrange(QPointF())
        if fit == "page":
            self.go_to(page)

    def rotate(self, rotation: Quarter) -> None:
        """Turn all pages; the current page stays in view."""
        page = self._page
        self._rotation = rotation
        self._arrange(QPointF())
        self.go_to(page)

    def position(self) -> tuple[int, float, float]:
        """Return the current page and the point of it at the viewport's top left, as turned."""
        if self._layout is None:
            return 0, 0.0, 0.0
        place = self.place(self._page)
        return self._page, -place.x() / place.width(), -place.y() / place.height()

    def set_position(self, page: int, x: float, y: float) -> None:
        """Undo `position`."""
        if self._layout is None:
            return
        page = max(0, min(page, self._layout.count - 1))
        place = self._layout.rect(page)
        self._scroll_to(place.x() + x * place.width(), place.y() + y * place.height())
        self._set_page(page)

    # Geometry of the moment

    def seen(self) -> QRectF:
        """Return the part of the desk in view."""
        corner = QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        return QRectF(corner, QSizeF(self.viewport().size()))

    def on_desk(self, point: QPointF) -> QPointF:
        """Return the point of the desk under a point of the viewport."""
        return point + self.seen().topLeft()

    def place(self, page: int) -> QRectF:
        """Return where a page lies in the viewport."""
        assert self._layout is not None
        return self._layout.rect(page).translated(-self.seen().topLeft())

    def visible_pages(self) -> range:
        """Return the pages of which something shows."""
        if self._layout is None:
            return range(0)
        seen = self.seen()
        return self._layout.between(seen.top(), seen.bottom())

    def wishes(self) -> list[Wish]:
        """Return the images to paint from, what shows first, then what comes next."""
        if self._layout is None:
            return []
        visible = self.visible_pages()
        hurried = not set(visible) & set(self._wished)
        self._wished = visible
        return wishes(self._path, self._layout, self._sizes, self.seen(), self._forward, hurried)

    def _scroll_to(self, x: float, y: float) -> None:
        self.horizontalScrollBar().setValue(round(x))
        self.verticalScrollBar().setValue(round(y))

    def _set_zoom(self, zoom: float) -> None:
        tallest = sum(max(size.width, size.height) for size in self._sizes) * PIXELS_PER_POINT
        most = min(LARGEST, MAX_DESK / max(1.0, tallest + 32 * len(self._sizes)))
        zoom = max(SMALLEST, min(most, zoom))
        if zoom != self._zoom:
            self._zoom = zoom
            self.zoom_changed.emit(zoom)

    def _arrange(self, about: QPointF, zooms: bool = False) -> None:
        """Lay out anew so that what lies under a point of the viewport stays there."""
        if not self._sizes:
            return
        old = self._layout
        if old is not None:
            self._anchor.take(old, about, self.seen().topLeft(), zooms)
        bar = self.verticalScrollBar().sizeHint().width()
        limit = fit_limit(self._fit, self.maximumViewportSize(), bar, self._sizes, self._rotation)
        if limit is not None:
            self._set_zoom(limit.zoom(self._sizes, self._rotation))
        view, ratio = self.viewport().size(), self.devicePixelRatioF()
        layout = PageLayout(self._sizes, self._zoom, self._rotation, ratio, view, limit)
        self._layout = layout
        self._set_bars(layout)
        if old is not None and old.count == layout.count:
            origin = self._anchor.origin(layout)
            self._scroll_to(origin.x(), origin.y())
            self._anchor.settle(self.seen().topLeft())
        self._on_moved()

    def _set_bars(self, layout: PageLayout) -> None:
        view = self.viewport().size()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        sides = ((across, layout.width, view.width()), (down, layout.height, view.height()))
        for bar, all_of_it, seen in sides:
            bar.setRange(0, max(0, round(all_of_it) - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(STEP)

    def _on_moved(self) -> None:
        if self._layout is None:
            return
        self._set_page(self._page_in_view(self._layout))
        self.viewport().update()
        self.moved.emit()
        self.seen_changed.emit()

    def _page_in_view(self, layout: PageLayout) -> int:
        seen = self.seen()
        return max(
            layout.between(seen.top(), seen.bottom()),
            key=lambda page: (layout.rect(page) & seen).height(),
        )

    def _set_page(self, page: int) -> None:
        if page != self._page:
            self._page = page
            self.page_changed.emit(page)

    # Qt

    def sizeHint(self) -> QSize:
        """Ask for about a page."""
        return QSize(720, 800)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Repaint at the new place."""
        if dy:
            self._forward = dy < 0
        self._on_moved()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the fit, the top left where it is, and the current page in view."""
        super().resizeEvent(event)
        page = self._page
        self._arrange(QPointF())
        (self._set_page if page in self.visible_pages() else self.go_to)(page)

    def event(self, event: QEvent) -> bool:
        """Lay out anew on a screen with other device pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._arrange(QPointF())
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pages in view."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.desk(self.palette()))
        if self._layout is not None:
            for page in self.visible_pages():
                place, size = self.place(page), self._sizes[page]
                self.painter.paint(
                    painter, self._layout, page, place, self.seen(), size, self.palette()
                )
        painter.end()
