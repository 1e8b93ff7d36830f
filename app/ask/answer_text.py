"""A streamed plain text as high as its words, selectable, redrawn at a bounded rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QToolTip, QWidget

from app import theme
from app.ask import words
from app.ask.surface import BARE, sized
from app.coalesce import Coalescer
from vlm.types import Unsure

DOT = 2.0
"""Pixels of a dot under a doubted word."""


class AnswerText(QPlainTextEdit):
    """Shows text that grows. Appending is cheap: pieces are gathered between two redraws."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[str] = []
        self._unsure: tuple[Unsure, ...] = ()
        self._marks: list[QRectF] | None = None
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
        self.mark(())
        if text != self.toPlainText():
            self.setPlainText(text)
        self._fit()

    @property
    def marked(self) -> bool:
        """Whether any word is marked as doubted."""
        return bool(self._unsure)

    def mark(self, unsure: Sequence[Unsure]) -> None:
        """Put dots under words that the model doubted; none that do not fit the text."""
        text = self.toPlainText()
        self._unsure = tuple(one for one in unsure if 0 <= one.start < one.end <= len(text))
        doubted = ", ".join(text[one.start : one.end] for one in self._unsure)
        self.setAccessibleDescription(f"{words.UNSURE}: {doubted}" if doubted else "")
        self._marks = None
        self.viewport().update()

    def marks(self) -> list[QRectF]:
        """Return where the doubted words stand in the viewport, a word in two lines twice."""
        if self._marks is None:
            text = self.toPlainText()
            self._marks = [
                place
                for one in self._unsure
                for place in self._places(_units(text[: one.start]), _units(text[: one.end]))
            ]
        return self._marks

    def tip_at(self, point: QPoint) -> str:
        """Return what is to be said of the word at a point of the viewport, "" for nothing."""
        over = any(place.contains(QPointF(point)) for place in self.marks())
        return words.UNSURE if over else ""

    def _places(self, start: int, end: int) -> list[QRectF]:
        cursor = QTextCursor(self.document())
        lines: dict[int, list[QRectF]] = {}
        for position in range(start, end + 1):
            cursor.setPosition(position)
            place = QRectF(self.cursorRect(cursor))
            lines.setdefault(round(place.top()), []).append(place)
        right = self.viewport().width()
        found: list[QRectF] = []
        for number, line in enumerate(lines.values()):
            last = line[-1].left() if number == len(lines) - 1 else right
            if last > line[0].left():
                width = last - line[0].left()
                found.append(QRectF(line[0].left(), line[0].top(), width, line[0].height()))
        return found

    @Slot()
    def _show(self) -> None:
        pieces, self._waiting = "".join(self._waiting), []
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(pieces)
        self._fit()

    def _fit(self) -> None:
        self._marks = None
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

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._unsure:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.caution(self.palette()), DOT)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([0.01, 1.9])
        painter.setPen(pen)
        for place in self.marks():
            foot = place.bottom() - DOT / 2
            painter.drawLine(QPointF(place.left() + DOT, foot), QPointF(place.right() - 1, foot))
        painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().lineSpacing())


def _units(text: str) -> int:
    """Return a text's length as Qt counts it: characters beyond 16 bits are two."""
    return len(text.encode("utf-16-le")) // 2
