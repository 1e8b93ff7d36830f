"""The panel's surfaces: cards, icon buttons, the busy line, plain text. Knows no answers."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFont,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QWidget

from app import theme
from app.ask.icons import Icon, draw
from app.theme import Tone, tone_colour

BUSY_MS = 33
"""Between two steps of the busy line."""
BARE = "QPlainTextEdit { border: none; padding: 0; background: transparent; }"
"""The style of a text that lies on a card, which has the border and the background."""
ICON = 14
"""Pixels of an icon's edge beside text."""


_LONG_WORD = re.compile(r"\S{24,}")
_PARTS = re.compile(r".{1,12}", re.DOTALL)
_TONE_ICONS = {
    Tone.PLAIN: Icon.QUESTION,
    Tone.GOOD: Icon.CHECK,
    Tone.CAUTION: Icon.WARNING,
    Tone.BAD: Icon.CROSS,
}


def tone_icon(tone: Tone) -> Icon:
    """Return the icon that says the same as the tone's colour."""
    return _TONE_ICONS[tone]


def faded(colour: QColor, alpha: float) -> QColor:
    """Return a colour made transparent; `alpha` in [0, 1]."""
    pale = QColor(colour)
    pale.setAlphaF(alpha)
    return pale


def sized(font: QFont, by: float, weight: QFont.Weight | None = None) -> QFont:
    """Return a font that is `by` points larger, and perhaps of another weight."""
    other = QFont(font)
    if font.pointSizeF() > 0:
        other.setPointSizeF(max(6.0, font.pointSizeF() + by))
    else:
        other.setPixelSize(max(8, round(font.pixelSize() + by * 4 / 3)))
    if weight is not None:
        other.setWeight(weight)
    return other


def breakable(text: str) -> str:
    """Let very long words break: a label that cannot break one grows wider than its panel."""
    return _LONG_WORD.sub(lambda word: "\u200b".join(_PARTS.findall(word[0])), text)


def plain_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Make a wrapping label that never reads its text as markup."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setText(breakable(text))
    return label


def indented(part: QWidget, by: int) -> QHBoxLayout:
    """Lay a part out with this many pixels free on both sides."""
    row = QHBoxLayout()
    row.setContentsMargins(by, 0, by, 0)
    row.addWidget(part)
    return row


class MutedLabel(QLabel):
    """A wrapping plain text in the secondary colour."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)
        self._recolour()

    def _recolour(self) -> None:
        wanted = theme.muted(QApplication.palette())
        if self.palette().windowText().color() != wanted:
            palette = QPalette()
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self.setPalette(palette)

    def setText(self, text: str) -> None:
        super().setText(breakable(text))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        return super().event(event)


class Notice(QWidget):
    """A plain text on a faint ground of its tone, with the tone's icon; hidden without text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = Tone.PLAIN
        self._icon = Icon.WARNING
        self._text = ""
        self._label = plain_label()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10 + ICON + 8, 7, 10, 7)
        self._row.addWidget(self._label, 1)
        self.hide()

    def text(self) -> str:
        """Return what it says."""
        return self._text

    def show_text(self, text: str, tone: Tone, icon: Icon | None = None) -> None:
        """Say this, with the tone's icon unless another is given; "" hides it."""
        self._tone = tone
        self._icon = tone_icon(tone) if icon is None else icon
        self._text = text
        self._label.setText(breakable(text))
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def add_button(self, button: QWidget) -> None:
        """Put a button behind the text."""
        self._row.addWidget(button)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = tone_colour(self._tone, self.palette())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(colour, 0.10))
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        draw(painter, self._icon, QRectF(10, self._icon_top(), ICON, ICON), colour)

    def _icon_top(self) -> float:
        """Return where the icon is level with the first line, beside a button of any height."""
        place = self._label.geometry()
        free = max(0, place.height() - self._label.heightForWidth(place.width()))
        return place.top() + free / 2 + (self._label.fontMetrics().height() - ICON) / 2


class Card(QFrame):
    """A rounded surface with a hairline around it; the accent's when it `glows`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glows = False

    def set_glow(self, glows: bool) -> None:
        """Draw the border in the accent colour or as a hairline."""
        self._glows = glows
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        colour = theme.accent(palette) if self._glows else theme.line(palette)
        painter.setPen(QPen(colour, 1.5 if self._glows else 1.0))
        painter.setBrush(theme.card(palette))
        edge = 0.75 if self._glows else 0.5
        area = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.drawRoundedRect(area, theme.RADIUS + 2, theme.RADIUS + 2)


class BusyLine(QWidget):
    """A thin line that shows how far something is, or only that it goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction = -1.0
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setInterval(BUSY_MS)
        self._timer.timeout.connect(self._advance)
        self.setFixedHeight(3)

    @property
    def fraction(self) -> float:
        """What is shown, in [0, 1], or -1 when unknown."""
        return self._fraction

    def set_fraction(self, fraction: float) -> None:
        """Show a part in [0, 1], or with -1 only that it goes on."""
        self._fraction = fraction
        self._run()
        self.update()

    def _advance(self) -> None:
        self._step = (self._step + 1) % 60
        self.update()

    def _run(self) -> None:
        if self._fraction < 0 and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        self._run()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect())
        painter.setBrush(theme.line(self.palette()))
        painter.drawRoundedRect(area, 1.5, 1.5)
        painter.setBrush(theme.accent(self.palette()))
        if self._fraction >= 0:
            area.setWidth(area.width() * min(1.0, self._fraction))
        else:
            part = area.width() * 0.28
            travel = area.width() + part
            area = QRectF(travel * self._step / 60 - part, 0, part, area.height())
        painter.drawRoundedRect(area, 1.5, 1.5)
