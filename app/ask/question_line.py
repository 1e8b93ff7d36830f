"""The line a question is typed into: grows with it, asks on Enter, recalls earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from app.ask.surface import BARE, sized
from vlm.clean_text import clean_text

MAX_LINES = 5
MAX_CHARACTERS = 8000
"""More than a model reads; keeps a pasted book out of the line."""
RECALLED = 50

_RECALL: dict[int, tuple[QTextCursor.MoveOperation, int]] = {
    Qt.Key.Key_Up: (QTextCursor.MoveOperation.Up, -1),
    Qt.Key.Key_Down: (QTextCursor.MoveOperation.Down, 1),
}


class QuestionLine(QPlainTextEdit):
    """Enter or Ctrl+Enter submits, Shift+Enter starts a new line, Up recalls what was asked.

    Signals:
        submitted(str): The question without surrounding space; never "".
        passed(): Enter, pressed anew, in the empty line.
        edited(str): The text after each change by the person.
        focused(bool): The line got or lost the keyboard.
    """

    submitted = Signal(str)
    passed = Signal()
    edited = Signal(str)
    focused = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: list[str] = []
        self._here: list[str] = []
        self._before: list[str] = []
        self._recalled = 0
        self._unsent = ""
        self.setAccessibleName("Question")
        self.setAccessibleDescription("Enter asks, Shift and Enter start a new line")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # what is dropped here is a document, not words
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(sized(self.font(), 1))
        self.setStyleSheet(BARE)
        self.textChanged.connect(self._on_changed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def question(self) -> str:
        """Return the text without surrounding space."""
        return clean_text(self.toPlainText()).strip()

    def set_question(self, text: str) -> None:
        """Replace the text and put the cursor behind it."""
        self.setPlainText(text[:MAX_CHARACTERS])
        self.moveCursor(QTextCursor.MoveOperation.End)

    def remember(self, text: str) -> None:
        """Note what was asked, for Up, and empty the line."""
        if not self._here or self._here[-1] != text:
            self._here = [*self._here[-RECALLED + 1 :], text]
        self._gather()
        self._unsent = ""
        self.clear()

    def offer(self, questions: Sequence[str]) -> None:
        """Let Up reach these too, newest first, behind what was asked in this window."""
        before = list(reversed(questions))
        if before != self._before:
            self._before = before
            self._gather()

    def _gather(self) -> None:
        """Put together what Up goes through, and start at its end."""
        self._asked = [text for text in self._before if text not in self._here] + self._here
        self._recalled = len(self._asked)

    def submit(self) -> None:
        """Send the question, or tell that there is none."""
        if text := self.question():
            self.submitted.emit(text)
        else:
            self.passed.emit()

    def _recall(self, step: int) -> bool:
        """Show an earlier (-1) or later (+1) question; tell whether there was one."""
        target = self._recalled + step
        if not 0 <= target <= len(self._asked):
            return False
        if self._recalled == len(self._asked):
            self._unsent = self.toPlainText()
        self._recalled = target
        self.set_question(self._asked[target] if target < len(self._asked) else self._unsent)
        return True

    def _at_edge(self, move: QTextCursor.MoveOperation) -> bool:
        """Tell whether the cursor is in the first (Up) or last (Down) visible line."""
        cursor = self.textCursor()
        return not cursor.hasSelection() and not cursor.movePosition(move)

    @Slot()
    def _on_changed(self) -> None:
        if len(self.toPlainText()) > MAX_CHARACTERS:
            self.set_question(self.toPlainText())
            return
        self.edited.emit(self.toPlainText())

    @Slot()
    def _fit(self) -> None:
        lines = min(MAX_LINES, max(1, round(self.document().size().height())))
        margins = 2 * self.document().documentMargin()
        height = lines * self.fontMetrics().lineSpacing() + margins + 2
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if self.document().size().height() > MAX_LINES
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(round(height))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
            if not event.isAutoRepeat():
                self.submit()
        elif (
            (step := _RECALL.get(key)) is not None
            and self._at_edge(step[0])
            and self._recall(step[1])
        ):
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().lineSpacing() + 10)
