"""Below an answer: what the colours over the page mean, or what is being done for them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app import theme
from app.ask import words
from app.ask.surface import MutedLabel
from app.viewer.heat import STOPS


class _Legend(QWidget):
    """The scale from little to much. The words beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(QSize(56, 10))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        colours = QLinearGradient(area.topLeft(), area.topRight())
        for level, name in STOPS:
            colours.setColorAt(level / 255, QColor(name))
        painter.setPen(QPen(theme.line(self.palette()), 1))
        painter.setBrush(colours)
        painter.drawRoundedRect(area, 3, 3)
        painter.end()


class WhereLine(QWidget):
    """A line of text, with the scale while colours are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._legend = _Legend()
        self._text = MutedLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._legend)
        row.addWidget(self._text, 1)
        self.hide()

    def text(self) -> str:
        """Return what it says."""
        return self._text.text()

    def show_found(self) -> None:
        """Say what the colours mean, and that they prove nothing."""
        self._show(words.WHERE_FOUND)
        self._legend.show()

    def show_text(self, text: str) -> None:
        """Say what is being done, or why it cannot be; "" hides the line."""
        self._show(text)
        self._legend.hide()

    def _show(self, text: str) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
