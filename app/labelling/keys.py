"""Lets a person label while the keyboard is on the pages: there a box is moved with the arrows."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.labelling.answer_line import AnswerLine

_CONTROLS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class PageKeys(QObject):
    """Hands letters, Enter and Undo on the pages to the answer line; all else stays theirs.

    Args:
        line: Where answers are typed. A letter takes the keyboard there, Enter leaves it.
    """

    def __init__(self, line: AnswerLine) -> None:
        super().__init__(line)
        self._line = line
        self.active = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that belong to the answer."""
        if not self.active or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress or not self._line.isEnabled():
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._line.submitted.emit()
            return True
        if event.matches(QKeySequence.StandardKey.Undo):
            self._line.undo_wanted.emit()
            return True
        text = event.text()
        if event.modifiers() & _CONTROLS or not text.strip() or not text.isprintable():
            return False
        self._line.setFocus()
        QCoreApplication.sendEvent(self._line, event)
        return True
