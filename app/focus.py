"""Hands the keyboard on from a container to its main part, and leaves Tab to reach the others.

Qt's own focus proxy makes a container one stop for Tab: whatever else is in it is skipped.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget


class _HandOn(QObject):
    def __init__(self, container: QWidget, part: QWidget) -> None:
        super().__init__(container)
        self._part = part
        container.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            self._part.setFocus(event.reason())
        return False


def hand_on(container: QWidget, part: QWidget) -> None:
    """Give the keyboard to `part` whenever `container` gets it."""
    _HandOn(container, part)
