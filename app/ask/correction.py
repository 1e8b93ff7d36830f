"""The line in a card where a person writes what the answer should have been."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from app.ask.question_line import QuestionLine
from app.ask.surface import Card, MutedLabel
from app.focus import hand_on
from vlm.absence import NOT_ON_PAGE, says_absent


class CorrectionLine(QWidget):
    """Starts with the model's answer, ready to be changed. Esc gives up.

    Signals:
        saved(str): The right answer as typed, or that the page has none; never "".
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
        self.absent = IconButton(Icon.NOT_THERE, "Not on this page", Look.OUTLINE)
        self.absent.setToolTip("What you asked for does not stand here: keep that as right")
        if says_absent(answer):
            self.absent.hide()
        self.absent.clicked.connect(lambda: self.saved.emit(NOT_ON_PAGE))
        cancel = IconButton(Icon.CROSS, "Cancel")
        cancel.clicked.connect(self.dismissed)
        frame = Card()
        frame.set_glow(True)
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(8, 4, 8, 4)
        inner.addWidget(self.line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE)
        layout.addWidget(MutedLabel("What should the answer be?"))
        layout.addWidget(frame)
        layout.addWidget(FlowRow(save, self.absent, cancel))
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
