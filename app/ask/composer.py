"""Where a question is written: what it reads, the line itself, and Ask or Stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.ask.button import IconButton, Look
from app.ask.icons import Icon
from app.ask.question_line import QuestionLine
from app.ask.scope_chip import ScopeChip
from app.ask.surface import Card, MutedLabel
from app.focus import hand_on

KEYS = "Enter asks · Shift+Enter for a new line · ↑ brings back what you asked"
KEYS_RUNNING = "Esc stops the answer · the next question waits for its turn"


class Composer(QWidget):
    """The panel's foot.

    Signals:
        submitted(str): A question to ask.
        stop_pressed(): Stop the answer that is coming.
        left(): Esc while nothing is coming.
    """

    submitted = Signal(str)
    stop_pressed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ready = False
        self._reading = ""
        self.line = QuestionLine()
        self.line.setPlaceholderText("Open a document to ask about it")
        self.chip = ScopeChip()
        self.send = IconButton(Icon.SEND, "Ask", Look.MAIN)
        self.stop = IconButton(Icon.STOP, "Stop", Look.OUTLINE)
        self.stop.hide()
        self._hint = MutedLabel(KEYS)
        self._hint.setFont(self.send.font())
        self._frame = Card()
        inner = QVBoxLayout(self._frame)
        inner.setContentsMargins(8, 8, 8, 8)
        inner.setSpacing(4)
        inner.addWidget(self.chip)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        inner.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE - 2)
        layout.addWidget(self._frame)
        layout.addWidget(self._hint)
        self.line.focused.connect(self._frame.set_glow)
        self.line.submitted.connect(self._on_submitted)
        self.line.edited.connect(self._refresh)
        self.line.passed.connect(self._on_passed)
        self.send.clicked.connect(self.line.submit)
        self.stop.clicked.connect(self._on_stop)
        hand_on(self, self.line)
        self._refresh()

    def set_ready(self, ready: bool) -> None:
        """Tell whether there is a page to ask about."""
        self._ready = ready
        self._refresh()

    def set_reading(self, question: str) -> None:
        """Offer to ask this when nothing is typed: "Read" instead of "Ask"; "" offers nothing."""
        self._reading = question
        self._refresh()

    def set_placeholder(self, text: str) -> None:
        """Say in the empty line what can be asked."""
        self.line.setPlaceholderText(text)
        self.line.viewport().update()  # Qt 6.12 leaves the old words there until something else

    def set_running(self, running: bool) -> None:
        """Offer Stop while an answer is on its way."""
        focused = self.stop.hasFocus()
        self.stop.setVisible(running)
        self.stop.setEnabled(True)
        self.stop.set_words("Stop")
        self._hint.setText(KEYS_RUNNING if running else KEYS)
        self._refresh()
        if focused and not running:
            self.line.setFocus()

    @Slot()
    def _refresh(self) -> None:
        reads = self._reads()
        self.send.set_words("Read" if reads else "Ask")
        self.send.setEnabled(self._ready and (reads or bool(self.line.question())))

    def _reads(self) -> bool:
        """Tell whether Enter reads: the line is empty, a box is there, and nothing is on its way.

        The last keeps a second Enter behind a question from asking another one.
        """
        return bool(self._reading) and not self.line.question() and self.stop.isHidden()

    @Slot()
    def _on_passed(self) -> None:
        if self._reads():
            self._on_submitted(self._reading)

    @Slot(str)
    def _on_submitted(self, text: str) -> None:
        if self._ready:
            self.submitted.emit(text)
            self.line.remember(text)
            self.line.setFocus()

    @Slot()
    def _on_stop(self) -> None:
        self.stop.set_words("Stopping…")
        self.stop.setEnabled(False)
        self.stop_pressed.emit()
        self.line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.stop.isVisible():
            self.stop.click()
        else:
            self.left.emit()
