"""An icon beside words, in a tone's colour, that follows light and dark."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import icons
from app.theme import Tone, tone_colour
from vlm.memory import Fit

SIZE = 18


_ICONS = {
    Tone.GOOD: "check",
    Tone.CAUTION: "warning",
    Tone.BAD: "close",
    Tone.PLAIN: "info",
}
FITS = {
    Fit.YES: Tone.GOOD,
    Fit.TIGHT: Tone.CAUTION,
    Fit.CPU_ONLY: Tone.CAUTION,
    Fit.NO: Tone.BAD,
    Fit.UNKNOWN: Tone.PLAIN,
}


class Mark(QWidget):
    """Draws a tone's icon. The words beside it say the same, so it has no name of its own."""

    def __init__(self, tone: Tone = Tone.PLAIN, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(QSize(SIZE, SIZE))

    @property
    def tone(self) -> Tone:
        """What is shown."""
        return self._tone

    def set_tone(self, tone: Tone) -> None:
        """Show another tone."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tint = tone_colour(self._tone, self.palette())
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, icons.pixmap(_ICONS[self._tone], tint, SIZE, ratio))
        painter.end()
