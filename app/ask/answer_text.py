"""A streamed plain text as high as its words, selectable, redrawn at a bounded rate."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from app.ask.surface import BARE, sized
from app.coalesce import Coalescer


class AnswerText(QPlainTextEdit):
    """Shows text that grows. Appending is cheap: pieces are gathered between two redraws."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[str] = []
        self._redraw = Coalescer(self)
        self._redraw.due.connect(self._show)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(sized(self.font(), 2))
        self.document().setDocumentMargin(0)
        self.setStyleSheet(BARE)
        self.setAccessibleName("Answer")
        self._fit()

    @property
    def waiting(self) -> bool:
        """Whether text waits for the next redraw."""
        return bool(self._waiting)

    def text(self) -> str:
        """Return everything, shown or waiting to be."""
        return self.toPlainText() + "".join(self._waiting)

    def append_piece(self, piece: str) -> None:
        """Add text at the end; shown with the next redraw."""
        self._waiting.append(piece)
        self._redraw.touch()

    def set_text(self, text: str) -> None:
        """Show this text now and forget what waited."""
        self._redraw.drop()
        self._waiting.clear()
        if text != self.toPlainText():
            self.setPlainText(text)
        self._fit()

    @Slot()
    def _show(self) -> None:
        pieces, self._waiting = "".join(self._waiting), []
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(pieces)
        self._fit()

    def _fit(self) -> None:
        words, block = 0.0, self.document().firstBlock()
        while block.isValid():
            words += self.blockBoundingRect(block).height()
            block = block.next()
        height = math.ceil(max(words, self.fontMetrics().lineSpacing())) + 2
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().lineSpacing())
