"""How the card of something on this computer is laid out, and what says that it is in use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.labels import label
from app.models.mark import Mark
from app.theme import Tone


def lay_out(
    card: QFrame,
    lines: tuple[QWidget, QWidget],
    verdict: tuple[QWidget, QWidget],
    foot: Sequence[QWidget],
    actions: Sequence[QWidget],
) -> None:
    """Fill a card.

    Args:
        card: An empty frame.
        lines: What it is called, and what it is.
        verdict: A mark, and the sentence that it stands for.
        foot: What else is known, a line each.
        actions: What can be done with it, in a row.
    """
    judged = QHBoxLayout()
    judged.setSpacing(theme.SPACE)
    judged.addWidget(verdict[0], 0, Qt.AlignmentFlag.AlignTop)
    judged.addWidget(verdict[1], 1)
    text = QVBoxLayout()
    text.setSpacing(4)
    for line in lines:
        text.addWidget(line)
    text.addSpacing(2)
    text.addLayout(judged)
    for line in foot:
        text.addWidget(line)
    row = QHBoxLayout()
    row.setSpacing(4)
    for action in actions:
        row.addWidget(action)
    layout = QHBoxLayout(card)
    layout.setContentsMargins(theme.SPACE * 2, theme.SPACE + 5, theme.SPACE + 4, theme.SPACE + 5)
    layout.setSpacing(theme.SPACE * 2)
    layout.addLayout(text, 1)
    layout.addLayout(row)


class InUse(QWidget):
    """Says that this is what reads."""

    def __init__(self) -> None:
        super().__init__()
        text = label("In use")
        font = QFont(text.font())
        font.setWeight(QFont.Weight.DemiBold)
        text.setFont(font)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.SPACE, 0)
        row.setSpacing(5)
        row.addWidget(Mark(Tone.GOOD))
        row.addWidget(text)
