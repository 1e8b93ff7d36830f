"""An icon beside words, in a tone's colour, that follows light and dark."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import icons, theme
from vlm.memory import Fit

SIZE = 18


class Tone(Enum):
    """How something is to be taken; the value is the icon that says the same as the colour."""

    GOOD = "check"
    CAUTION = "warning"
    BAD = "close"
    PLAIN = "info"


FITS = {
    Fit.YES: Tone.GOOD,
    Fit.TIGHT: Tone.CAUTION,
    Fit.CPU_ONLY: Tone.CAUTION,
    Fit.NO: Tone.BAD,
    Fit.UNKNOWN: Tone.PLAIN,
}


def colour(tone: Tone, palette: QPalette) -> QColor:
    """Return a tone's colour on a card."""
    match tone:
        case Tone.GOOD:
            return theme.good(palette)
        case Tone.CAUTION:
            return theme.caution(palette)
        case Tone.BAD:
            return theme.bad(palette)
        case Tone.PLAIN:
            return theme.muted(palette)


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
        tint = colour(self._tone, self.palette())
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, icons.pixmap(self._tone.value, tint, SIZE, ratio))
        painter.end()
