"""A measure before and after as words and a bar with its interval."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.labels import Role, label
from app.theme import Tone
from finetune.gate import Score

HEIGHT = 26
DOT = 6.0
"""Radius of the marks, pixels."""
BAND = 14.0


class IntervalBar(QWidget):
    """Draws a score on a line from 0 to 100 %: an open dot before, a full one now, the band."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score: Score | None = None
        self._tone = Tone.PLAIN
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)

    def show_score(self, score: Score, tone: Tone) -> None:
        """Draw this in a tone's colour."""
        self._score = score
        self._tone = tone
        self.update()

    def place(self, fraction: float) -> float:
        """Return where a fraction of the line is, in pixels from the left."""
        return DOT + 2 + min(1.0, max(0.0, fraction)) * (self.width() - 2 * DOT - 4)

    def sizeHint(self) -> QSize:
        return QSize(360, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        line = QPen(theme.line(self.palette()), 2)
        painter.setPen(line)
        painter.drawLine(QPointF(self.place(0), middle), QPointF(self.place(1), middle))
        for quarter in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = self.place(quarter)
            painter.drawLine(QPointF(x, middle - 4), QPointF(x, middle + 4))
        if self._score is not None:
            self._paint_score(painter, self._score, middle)

    def _paint_score(self, painter: QPainter, score: Score, middle: float) -> None:
        tone = theme.tone_colour(self._tone, self.palette())
        low = self.place(score.before + score.gain.low)
        high = self.place(score.before + score.gain.high)
        pale = QColor(tone)
        pale.setAlphaF(0.28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pale)
        band = QRectF(low, middle - BAND / 2, max(2.0, high - low), BAND)
        painter.drawRoundedRect(band, 4, 4)
        before, after = self.place(score.before), self.place(score.after)
        painter.setPen(QPen(tone, 2))
        painter.drawLine(QPointF(before, middle), QPointF(after, middle))
        painter.setPen(QPen(theme.muted(self.palette()), 2))
        painter.setBrush(theme.card(self.palette()))
        painter.drawEllipse(QPointF(before, middle), DOT - 1, DOT - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        painter.drawEllipse(QPointF(after, middle), DOT, DOT)


class Measure(QWidget):
    """A measure: what it is, what it says in words, and the bar that shows the same."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label(title, Role.MUTED)
        self.sentence = label("", wrap=True)
        self.bar = IntervalBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.title)
        layout.addWidget(self.sentence)
        layout.addWidget(self.bar)

    def show_score(self, score: Score, sentence: str, tone: Tone) -> None:
        """Show a score with its sentence, and how it is to be taken."""
        self.sentence.setText(sentence)
        self.bar.show_score(score, tone)
        self.setAccessibleName(self.title.text())
        self.setAccessibleDescription(sentence)
