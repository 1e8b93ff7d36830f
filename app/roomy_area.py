"""A scrolling area that is as high as what is in it where there is room, and scrolls where not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


def fill(area: QScrollArea, inside: QWidget, name: str) -> None:
    """Have an area show a widget that is as wide as itself, without a frame and ground of its own.

    Args:
        area: It only scrolls up and down.
        inside: What is shown.
        name: What it is, for those who do not see it.
    """
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(name)
    area.viewport().setAutoFillBackground(False)
    inside.setAutoFillBackground(False)


class RoomyArea(QScrollArea):
    """Shows a widget in its own width; its words are never cut off for want of height.

    Args:
        inside: What is shown.
        name: What it is, for those who do not see it.
        least: Logical pixels of height that it has at least.
    """

    def __init__(self, inside: QWidget, name: str, least: int) -> None:
        super().__init__()
        self._inside = inside
        self._least = least
        fill(self, inside, name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        inside.installEventFilter(self)

    def wanted(self) -> int:
        """Return how high what is in it is in the width of now, logical pixels."""
        inside = self._inside
        width = self.viewport().width()
        if inside.hasHeightForWidth():
            return inside.heightForWidth(width)
        return inside.sizeHint().height()

    def sizeHint(self) -> QSize:
        return QSize(self._inside.sizeHint().width(), self.wanted())

    def minimumSizeHint(self) -> QSize:
        width = self._inside.minimumSizeHint().width()
        return QSize(width, min(self._least, self.wanted()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._inside:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
