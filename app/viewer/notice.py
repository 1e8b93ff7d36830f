"""What a document or a page says when it cannot be shown, and the inline password field."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.focus import hand_on

WIDTH = 380
"""Logical pixels of a card."""


class Notice(QWidget):
    """A card with a plain sentence and what to do about it.

    Signals:
        retry_asked(): Try again.
        close_asked(): Close the document.

    Args:
        parent: Where it lies.
        closing: Whether it offers to close the document.
    """

    retry_asked = Signal()
    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None, closing: bool = False) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._button = QPushButton("Try again")
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self.retry_asked)
        self._close = QPushButton("Close")
        self._close.setAutoDefault(False)
        self._close.setAccessibleName("Close this document")
        self._close.clicked.connect(self.close_asked)
        if not closing:
            self._close.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        buttons.addStretch()
        buttons.addWidget(self._button)
        buttons.addWidget(self._close)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.SPACE * 2,) * 4)
        column.setSpacing(theme.SPACE * 3 // 2)
        column.addWidget(self._text)
        column.addLayout(buttons)
        self.setFixedWidth(WIDTH)

    def show_text(self, sentence: str) -> None:
        """Show a sentence."""
        self._text.setText(sentence)
        self._button.setAccessibleName("Try again")
        self._button.setAccessibleDescription(sentence)
        self.adjustSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        _draw_card(self, painter)
        painter.end()


class PasswordCard(QWidget):
    """Asks for a document's password in place.

    Signals:
        entered(str): The password.
    """

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        title = QLabel("This document is protected")
        title.setTextFormat(Qt.TextFormat.PlainText)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._field = QLineEdit()
        self._field.setEchoMode(QLineEdit.EchoMode.Password)
        self._field.setPlaceholderText("Password")
        self._field.setAccessibleName("Password of this document")
        self._field.returnPressed.connect(self._on_entered)
        self._button = QPushButton("Open")
        self._button.setAccessibleName("Open the document with this password")
        self._button.clicked.connect(self._on_entered)
        line = QHBoxLayout()
        line.addWidget(self._field, 1)
        line.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.SPACE * 5 // 2,) * 4)
        column.setSpacing(theme.SPACE)
        column.addWidget(title)
        column.addWidget(self._text)
        column.addSpacing(4)
        column.addLayout(line)
        self.setFixedWidth(WIDTH)
        hand_on(self, self._field)

    def ask(self, sentence: str) -> None:
        """Show the card, ready to type; `sentence` says why."""
        self._text.setText(sentence)
        self._field.setAccessibleDescription(sentence)
        self._set_busy(False)
        self.adjustSize()
        self.show()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy  # the field stays open: what is typed meanwhile is not lost
        self._button.setEnabled(not busy)
        self._button.setText("Opening…" if busy else "Open")

    @Slot()
    def _on_entered(self) -> None:
        if self._field.text() and not self._busy:
            password = self._field.text()
            self._field.setFocus()  # a button that is switched off gives the keyboard away
            self._set_busy(True)
            self._field.clear()
            self.entered.emit(password)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        _draw_card(self, painter)
        painter.end()


def _draw_card(widget: QWidget, painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.line(widget.palette()), 1))
    painter.setBrush(theme.card(widget.palette()))
    painter.drawRoundedRect(
        widget.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS
    )
