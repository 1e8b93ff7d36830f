"""Small parts that the pages of the training window are made of."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.labels import Role, label
from app.models.buttons import ActionButton
from app.models.mark import Mark
from app.roomy_area import fill
from app.theme import Tone

EDGE = theme.SPACE * 3
"""Pixels around a page."""


def card(title: str = "") -> tuple[QFrame, QVBoxLayout]:
    """Return a card and the layout inside it."""
    frame = QFrame()
    frame.setProperty("kind", "card")
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(*[theme.SPACE * 2] * 4)
    inside.setSpacing(theme.SPACE)
    if title:
        inside.addWidget(label(title, Role.HEADING))
    return frame, inside


def button(
    text: str, pressed: Callable[[], object], icon: str = "", kind: str = ""
) -> ActionButton:
    """Return a button that does something when it is pressed."""
    made = ActionButton(text, icon, kind)
    made.clicked.connect(lambda: pressed())
    return made


def scrolling(inside: QWidget, name: str) -> QScrollArea:
    """Return a scrolling area around a widget that is as wide as the area."""
    area = QScrollArea()
    fill(area, inside, name)
    return area


class Line(QWidget):
    """A sentence with a mark that says how it is to be taken."""

    def __init__(self, text: str = "", tone: Tone = Tone.PLAIN) -> None:
        super().__init__()
        self.mark = Mark(tone)
        self.text = label(text, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        if not text:
            self.hide()

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show another sentence; "" hides the line."""
        self.text.setText(text)
        self.mark.set_tone(tone)
        self.setVisible(bool(text))


def clear(layout: QLayout) -> None:
    """Take away everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
