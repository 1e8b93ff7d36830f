"""What lies over the window while a file is held above it. Lets every event through."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import theme
from app.labels import Role, sized

TEXT = "Drop to open"


class DropHint(QWidget):
    """A frame in the accent colour around the whole of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(sized(self.font(), Role.TITLE))
        self.hide()

    def show_over(self) -> None:
        """Cover the parent as it is now."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
            self.raise_()
            self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self.palette().window().color())
        veil.setAlphaF(0.82)
        painter.fillRect(self.rect(), veil)
        colour = theme.accent(self.palette())
        painter.setPen(QPen(colour, 2.5, Qt.PenStyle.DashLine))
        edge = theme.SPACE * 2
        area = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.drawRoundedRect(area, theme.RADIUS * 2, theme.RADIUS * 2)
        painter.setPen(colour)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, TEXT)
