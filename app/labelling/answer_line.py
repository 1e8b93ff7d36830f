"""The line a right answer is typed into, and the keys that need no mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from app.labelling.values import Step

_NONE = Qt.KeyboardModifier.NoModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_STEPS = {
    (Qt.Key.Key_PageDown, _NONE): Step.NEXT_PAGE,
    (Qt.Key.Key_PageUp, _NONE): Step.PREVIOUS_PAGE,
    (Qt.Key.Key_PageDown, _CONTROL): Step.NEXT_DOCUMENT,
    (Qt.Key.Key_PageUp, _CONTROL): Step.PREVIOUS_DOCUMENT,
}
_PLACES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class AnswerLine(QLineEdit):
    """Enter submits, Escape leaves, arrows and page keys go elsewhere.

    An offered answer stands in the line, all of it selected: Enter takes it, typing replaces it.

    Signals:
        submitted(): Enter was pressed.
        left(): Escape was pressed.
        undo_wanted(): Undo was pressed while nothing that was typed is left to undo.
        stepped(object): `Step`.
        question_stepped(int): The question before (-1) or after (1) this one.
    """

    submitted = Signal()
    left = Signal()
    undo_wanted = Signal()
    stepped = Signal(object)
    question_stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered = ""
        self.setAccessibleName("Right answer")
        self.setAccessibleDescription("Enter keeps the row")
        self.setPlaceholderText("Type the right answer")
        self.setAcceptDrops(False)  # what is dropped on it is a document, not words

    @property
    def untouched(self) -> bool:
        """Whether the line holds nothing, or only what was offered."""
        return self.text() in ("", self._offered)

    def offer(self, text: str) -> None:
        """Put an offered answer into the line, ready to be taken or typed over."""
        self._offered = text
        self.setText(text)
        self._select()

    def put(self, text: str) -> None:
        """Put an answer of the person's into the line."""
        self._offered = ""
        self.setText(text)
        self._select()

    def _select(self) -> None:
        """Select everything from its end, so that a long answer shows how it begins."""
        self.end(False)
        self.home(True)

    def clear_all(self) -> None:
        """Empty the line and forget what was offered."""
        self._offered = ""
        self.setText("")  # `clear` could be undone

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        modifiers &= ~Qt.KeyboardModifier.KeypadModifier
        step = _STEPS.get((key, modifiers))
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif step is not None:
            self.stepped.emit(step)
        elif key in _PLACES and modifiers == _NONE:
            self.question_stepped.emit(_PLACES[key])
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable():
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()
