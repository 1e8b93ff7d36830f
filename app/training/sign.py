"""A slim line at the main window's foot that says what a training does in the background."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app import icons, theme

ICON = 16
BAR_WIDTH = 96
BAR_HEIGHT = 4
NAME, OPENS = "Training", "Opens the training"


@dataclass(frozen=True, slots=True)
class Progress:
    """What the sign says; `fraction` in [0, 1], -1 while nobody knows how far it is."""

    text: str
    fraction: float


class TrainingSign(QPushButton):
    """Says how far a training is; a click opens it. Hidden while none is at work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction = -1.0
        self.setProperty("kind", "sign")
        self.setAutoDefault(False)
        self.setAccessibleName(NAME)  # while it is hidden
        self.setAccessibleDescription(OPENS)
        self.setToolTip(OPENS)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(ICON, ICON))
        icons.set_icon(self, "train")
        self.hide()

    @property
    def fraction(self) -> float:
        """How far it shows to be, in [0, 1], -1 for unknown."""
        return self._fraction

    def show_progress(self, progress: Progress | None) -> None:
        """Say this; None hides the sign."""
        if progress is not None:
            self._fraction = progress.fraction
            self.setText(progress.text)
            self.setAccessibleName(progress.text)
            self.update()
        self.setVisible(progress is not None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            icons.set_icon(self, "train")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._fraction < 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        left = self.width() - theme.SPACE * 2 - BAR_WIDTH
        bar = QRectF(left, (self.height() - BAR_HEIGHT) / 2, BAR_WIDTH, BAR_HEIGHT)
        painter.setBrush(theme.line(self.palette()))
        painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        bar.setWidth(BAR_WIDTH * min(1.0, self._fraction))
        painter.setBrush(theme.accent(self.palette()))
        painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        painter.end()
