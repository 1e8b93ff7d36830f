"""The rows of a page as boxes on it: a clear sheet over the pages. Takes no mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import theme
from app.labelling.values import RowItem
from app.viewer.geometry import box_rect
from app.viewer.page_area import PageArea

TAG = 16
"""Logical pixels of the tag with a row's number, at most."""
SMALLEST_TAG = 11


class RowMarks(QWidget):
    """Draws the boxes of one page's rows, each with the number it has in the list.

    Args:
        area: The pages it lies on; it goes with them.
    """

    def __init__(self, area: PageArea) -> None:
        super().__init__(area.viewport())
        self._area = area
        self._page = 0
        self._rows: tuple[RowItem, ...] = ()
        self._current = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.moved.connect(self.update)
        area.viewport().installEventFilter(self)
        self.resize(area.viewport().size())
        self.show()

    def show_rows(self, page: int, rows: Sequence[RowItem], current: str) -> None:
        """Draw the boxes of these rows on a page, but not that of the row `current`."""
        self._page, self._rows, self._current = page, tuple(rows), current
        self.update()

    def rects(self) -> list[tuple[int, QRectF]]:
        """Return the number and the place in the viewport of every box that is drawn."""
        layout = self._area.layout_of_pages
        if layout is None or self._page not in self._area.visible_pages():
            return []
        place = self._area.place(self._page)
        return [
            (number, box_rect(row.example.box, place, layout.rotation))
            for number, row in enumerate(self._rows, 1)
            if row.example.box is not None and row.example.id != self._current
        ]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the viewport."""
        if event.type() == QEvent.Type.Resize:
            self.resize(self._area.viewport().size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.good(theme.palette_for(False))  # pages stay white in the dark
        for number, rect in self.rects():
            _draw(painter, rect, number, colour, self._area.place(self._page).right())
        painter.end()


def marks_of(view: QWidget) -> RowMarks | None:
    """Return the sheet over a document view's pages, if there is one."""
    area = view.findChild(PageArea)
    found = area.viewport().findChildren(RowMarks) if area is not None else []
    return found[0] if found else None


def lay_over(view: QWidget, keys: QObject) -> None:
    """Lay a sheet over a document view's pages, and have `keys` see its keys first; once."""
    area = view.findChild(PageArea)
    if area is not None and marks_of(view) is None:
        RowMarks(area)
        area.installEventFilter(keys)


def _draw(painter: QPainter, rect: QRectF, number: int, colour: QColor, right: float) -> None:
    """Draw a box and its tag; `right` is the right edge of its page."""
    fill = QColor(colour)
    fill.setAlpha(26)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(fill)
    painter.drawRoundedRect(rect, 3, 3)
    size = min(float(TAG), max(float(SMALLEST_TAG), rect.height()))
    font = painter.font()
    font.setPixelSize(round(size * 0.68))
    font.setBold(True)
    painter.setFont(font)
    text = str(number)
    width = max(size, painter.fontMetrics().horizontalAdvance(text) + size / 2)
    # Behind the box where there is room, as what a value is called stands before it.
    behind = rect.right() + 3 + width < right
    left = rect.right() + 3 if behind else rect.left() - 3 - width
    tag = QRectF(left, rect.center().y() - size / 2, width, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(tag, size / 3, size / 3)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(tag, int(Qt.AlignmentFlag.AlignCenter), text)
