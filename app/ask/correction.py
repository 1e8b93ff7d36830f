"""The line in a card where a person writes what the answer should have been."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.ask.button import IconButton, Look
from app.ask.icons import Icon
from app.ask.question_line import QuestionLine
from app.ask.surface import Card, MutedLabel
from app.focus import hand_on


class CorrectionLine(QWidget):
    """Starts with the model's answer, ready to be changed. Esc gives up.

    Signals:
        saved(str): The right answer as typed; never "".
        dismissed(): The person gave up.
    """

    saved = Signal(str)
    dismissed = Signal()

    def __init__(self, answer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QuestionLine()
        self.line.setAccessibleName("Right answer")
        self.line.setAccessibleDescription("Enter saves, Escape gives up")
        self.line.set_question(answer)
        self.line.submitted.connect(self.saved)
        save = IconButton(Icon.CHECK, "Save", Look.MAIN)
        save.clicked.connect(self.line.submit)
        cancel = IconButton(Icon.CROSS, "Cancel")
        cancel.clicked.connect(self.dismissed)
        frame = Card()
        frame.set_glow(True)
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(8, 4, 8, 4)
        inner.addWidget(self.line)
        buttons = QHBoxLayout()
        buttons.addWidget(save)
        buttons.addWidget(cancel)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE)
        layout.addWidget(MutedLabel("What should the answer be?"))
        layout.addWidget(frame)
        layout.addLayout(buttons)
        hand_on(self, self.line)

    @Slot()
    def begin(self) -> None:
        """Take the keyboard with everything selected."""
        self.line.setFocus()
        self.line.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)
