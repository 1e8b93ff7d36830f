"""The panel's one kind of button: an icon and words, or an icon alone."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app import style, theme
from app.ask.icons import Icon, draw
from app.ask.surface import ICON, faded, sized
from app.theme import Tone, tone_colour


class Look(Enum):
    """How much a button stands out."""

    QUIET = "quiet"
    OUTLINE = "outline"
    TINT = "tint"
    MAIN = "main"


class IconButton(QAbstractButton):
    """A small button of an icon and words, or of an icon alone with an accessible name.

    Args:
        name: The words, and the accessible name.
        worded: Whether the words are shown; else they are the tooltip.
    """

    def __init__(
        self,
        icon: Icon,
        name: str,
        look: Look = Look.QUIET,
        parent: QWidget | None = None,
        *,
        worded: bool = True,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._look = look
        self._tone: Tone | None = None
        self._worded = worded
        self._accent = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFont(sized(self.font(), -0.5))
        self.set_words(name)

    def set_words(self, name: str) -> None:
        """Change the words."""
        self.setText(name)
        self.setAccessibleName(name)
        if not self._worded:
            self.setToolTip(name)
        self.updateGeometry()
        self.update()

    def set_look(self, look: Look) -> None:
        """Stand out more or less."""
        self._look = look
        self.update()

    def set_worded(self, worded: bool) -> None:
        """Show the words beside the icon, or only the icon."""
        self._worded = worded
        self.setToolTip("" if worded else self.text())
        self.updateGeometry()

    def set_icon(self, icon: Icon) -> None:
        """Change the icon."""
        self._icon = icon
        self.update()

    def set_tone(self, tone: Tone) -> None:
        """Take a tone's colour; the icon is set apart."""
        self._tone = tone
        self.update()

    def set_accent(self, accent: bool) -> None:
        """Take the accent colour, or go back to the tone's."""
        self._accent = accent
        self.update()

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Return text, fill and border."""
        palette, clear = self.palette(), QColor(Qt.GlobalColor.transparent)
        over = self.isEnabled() and (self.underMouse() or self.isDown())
        tone = theme.muted(palette) if self._tone is None else tone_colour(self._tone, palette)
        if self._accent:
            tone = theme.accent(palette)
        text = palette.windowText().color()
        match self._look:
            case Look.QUIET:
                if self.isChecked():
                    done = tone if self._accent else theme.good(palette)
                    return done, faded(done, 0.20 if over else 0.11), clear
                return text if over else tone, faded(text, 0.08) if over else clear, clear
            case Look.OUTLINE:
                return text, faded(text, 0.06) if over else clear, theme.line(palette)
            case Look.TINT:
                return tone, faded(tone, 0.20 if over else 0.11), clear
            case Look.MAIN:
                if not self.isEnabled():
                    return theme.muted(palette), faded(text, 0.10), clear
                known = style.colours(palette)
                return known["main_text"], known["main_hover" if over else "main"], clear

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        height = max(metrics.height() + 9, 27)
        if not self._worded:
            return QSize(height + 3, height + 3)
        return QSize(metrics.horizontalAdvance(self.text()) + ICON + 5 + 2 * 9, height)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), 64), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, fill, border = self._colours()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = min(theme.RADIUS, area.height() / 2)
        if self._look is Look.TINT:
            radius = area.height() / 2
        painter.setPen(border)
        painter.setBrush(fill)
        painter.drawRoundedRect(area, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = "ring" if self._look is Look.MAIN else "accent"
            painter.setPen(QPen(style.colours(self.palette())[ring], 1.5))
            painter.drawRoundedRect(area, radius, radius)
        self._paint_content(painter, text)

    def _paint_content(self, painter: QPainter, colour: QColor) -> None:
        top = (self.height() - ICON) / 2
        left = 9 if self._worded else (self.width() - ICON) / 2
        draw(painter, self._icon, QRectF(left, top, ICON, ICON), colour)
        if not self._worded:
            return
        painter.setPen(colour)
        start = left + ICON + 5
        area = QRectF(start, 0, self.width() - start - 6, self.height())
        metrics = QFontMetrics(self.font())
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, int(area.width()) + 1)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, int(flags), words)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)
