"""Text on screen that is never taken for markup: the one place that makes labels and tooltips."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app import theme


class Role(Enum):
    """How a text reads; the style sheet gives each its colour and `label` its size."""

    BODY = "body"
    MUTED = "muted"
    HEADING = "heading"
    TITLE = "title"


_SIZES = {Role.BODY: 1.0, Role.MUTED: 1.0, Role.HEADING: 1.15, Role.TITLE: 1.9}


def label(
    text: str, role: Role = Role.BODY, parent: QWidget | None = None, wrap: bool = False
) -> QLabel:
    """Make a label that shows its text as it is, whatever it contains."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    made.setProperty("role", role.value)
    made.setFont(sized(made.font(), role))
    return made


def sized(font: QFont, role: Role) -> QFont:
    """Return the font of a role, made from the font of body text."""
    font.setPointSizeF(font.pointSizeF() * _SIZES[role])
    if role in (Role.HEADING, Role.TITLE):
        font.setWeight(QFont.Weight.DemiBold)
    return font


def tip(text: str) -> str:
    """Return a tooltip that shows untrusted text as it is."""
    import html  # not for the first frame

    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"


def menu_text(text: str) -> str:
    """Return text for a menu entry or a tab: an ampersand is no shortcut there."""
    return text.replace("&", "&&")


class Elided(QWidget):
    """One line of untrusted text, cut in the middle when there is too little room."""

    def __init__(self, text: str, role: Role = Role.BODY, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._role = role
        self.setToolTip(tip(text))
        self.setAccessibleName(text)
        self.setMinimumHeight(self.fontMetrics().height())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return all of the text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setToolTip(tip(text))
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._role is Role.MUTED:
            painter.setPen(theme.muted(self.palette()))
        shown = self.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideMiddle, self.width()
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
