"""Buttons of the models window: each with words, an icon that follows the colours, and a name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QPushButton, QWidget

from app import icons

EDGE, ROOM = 17, 4
"""Logical pixels of an icon, and those between it and words beside what Qt leaves."""


class ActionButton(QPushButton):
    """A button with an icon, tinted anew when the colours change.

    Args:
        text: What it does, in a word or two; "" for an icon alone.
        icon: A file name in `assets/icons` without its ending; "" for none.
        kind: As the style sheet knows it: "", "primary" or "quiet".
    """

    def __init__(
        self, text: str, icon: str = "", kind: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        self._room = ROOM if text else 0
        self.setIconSize(QSize(EDGE + self._room, EDGE))
        self._tint()

    def describe(self, name: str) -> None:
        """Name the button for those who do not see what it stands beside."""
        self.setAccessibleName(name)

    def _tint(self) -> None:
        if self._icon:
            icons.set_icon(self, self._icon, self._room)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
