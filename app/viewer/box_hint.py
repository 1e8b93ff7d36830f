"""Says over the pages how a box is drawn, until one is being drawn; shows a part up close."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from app import theme
from app.viewer.geometry import box_rect
from app.viewer.page_area import PageArea
from vlm.types import Box

TEXT = "Drag around the part you mean, or press Ctrl+B and move a box with the arrow keys."
FILLED = 0.9
"""Of the room that a part takes when it is shown up close."""
TOP = 14
"""Logical pixels between the top of what shows and the hint."""


class BoxHint(QLabel):
    """A dark label over the pages that lets the mouse through. It goes with the next press or Esc.

    Args:
        area: The pages.
    """

    def __init__(self, area: PageArea) -> None:
        super().__init__(area.viewport())
        self._area = area
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(TEXT)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(theme.SPACE + 2)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        palette = self.palette()
        palette.setColor(self.foregroundRole(), QColor("#ffffff"))
        self.setPalette(palette)
        area.installEventFilter(self)
        area.viewport().installEventFilter(self)
        self._place()
        self.show()

    def _place(self) -> None:
        room = self._area.viewport().width() - 2 * TOP
        words = self.fontMetrics().horizontalAdvance(self.text()) + 2 * self.margin() + 8
        width = max(120, min(room, words))
        self.resize(width, self.heightForWidth(width))
        self.move((self._area.viewport().width() - width) // 2, TOP)

    def _go(self) -> None:
        self._area.removeEventFilter(self)
        self._area.viewport().removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the first press on the pages or a key that makes or removes a box."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._go()
        elif event.type() == QEvent.Type.Resize:
            self._place()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._go()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(24, 28, 36, 225))
        radius = min(theme.RADIUS * 2.0, self.height() / 2)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.end()
        super().paintEvent(event)


def invite(view: QWidget) -> None:
    """Give a document view the keyboard and say how a box is drawn on it."""
    view.setFocus()
    area = view.findChild(PageArea)
    if area is not None and not area.viewport().findChildren(BoxHint):
        BoxHint(area)


def bring_closer(view: QWidget, page: int, box: Box) -> None:
    """Show a part of a page as large as it fits. Does nothing while the page is not there.

    Args:
        view: The document's view.
        page: From 0.
        box: The part, of the page before it was turned.
    """
    area = view.findChild(PageArea)
    if area is None or area.layout_of_pages is None:
        return
    now, room = box_rect(box, area.place(page), area.rotation), area.viewport()
    larger = FILLED * min(room.width() / now.width(), room.height() / now.height())
    if larger > 1:
        area.zoom_to(area.zoom * larger)
    area.show_box(page, box)
