"""A line to search a list in. It waits until a person's fingers rest."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from app import icons

TYPING_MS = 120
"""How long it waits for the next key."""
CLEAR = "Empty the line"
"""What a screen reader says of its button."""
_CLEAR = "_q_qlineeditclearaction"
"""What Qt calls the action behind the button."""


def let_clear(line: QLineEdit) -> None:
    """Give a line a button that empties it, drawn as the program's other icons are."""
    line.setClearButtonEnabled(True)
    action = line.findChild(QAction, _CLEAR)
    if action is not None:  # else Qt calls it otherwise by now, and its own icon stays
        icons.set_icon(action, "close")
    for button in line.findChildren(QAbstractButton):
        button.setAccessibleName(CLEAR)


class SearchLine(QLineEdit):
    """Emits what is searched for, not more often than a list can show it.

    Signals:
        searched(str): The words, without blanks around them; "" for everything.

    Args:
        placeholder: What it shows while it is empty.
        name: What it searches, for a screen reader.
    """

    searched = Signal(str)

    def __init__(self, placeholder: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        let_clear(self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._on_typed)
        self.textChanged.connect(self._typing.start)

    @property
    def words(self) -> str:
        """What is searched for now."""
        return self.text().strip()

    @Slot()
    def _on_typed(self) -> None:
        self.searched.emit(self.words)

    def hideEvent(self, event: QHideEvent) -> None:
        self._typing.stop()
        super().hideEvent(event)
