"""Paints an example: its picture, and beside it the question, the answer and where it is from."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app import rows, theme
from app.examples import words
from app.examples.model import EXAMPLE, PICTURE, Index
from finetune.types import Example

PADDING = 12
GAP = 4
PICTURE_SIZE = QSize(208, 100)
EDITOR_MARGIN = 5
"""Pixels that a line to type in needs above and below its text."""


class ExamplePainter(QStyledItemDelegate):
    """A few lines beside a picture; the answer's line can be typed in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor: QLineEdit | None = None
        """Where an answer is typed now."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = 4 * option.fontMetrics.height() + 3 * GAP
        return QSize(320, max(lines, PICTURE_SIZE.height()) + 2 * PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        example = index.data(EXAMPLE)
        if not isinstance(example, Example):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows.paint_card(painter, option, _card(option))
        self._paint_picture(painter, option, index.data(PICTURE))
        self._paint_lines(painter, option, example)
        painter.restore()

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        editor = self.editor = QLineEdit(parent)
        example = index.data(EXAMPLE)
        editor.setText(example.answer if isinstance(example, Example) else "")
        editor.setStyleSheet("padding: 1px 8px;")
        editor.setAccessibleName("Right answer")
        editor.setAccessibleDescription("Enter saves, Escape gives up")
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # A view fills an editor anew whenever anything of its row changes, be it the picture;
        # what a person has typed there since must stay.
        pass

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        self.editor = None
        super().destroyEditor(editor, index)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        example = index.data(EXAMPLE)
        lines = len(_texts(example)) if isinstance(example, Example) else 0
        line = _line(option, 1, lines)
        around = line.adjusted(-10, -EDITOR_MARGIN, 0, EDITOR_MARGIN)
        editor.setGeometry(around)

    def _paint_picture(
        self, painter: QPainter, option: QStyleOptionViewItem, picture: QPixmap | None
    ) -> None:
        palette = QApplication.palette()
        frame = _frame(option)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.desk(palette))
        painter.drawRoundedRect(frame, 4, 4)
        if picture is not None and not picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            inside = frame.adjusted(4, 4, -4, -4)
            size = picture.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(inside.topLeft(), size)
            target.moveCenter(inside.center())
            painter.drawPixmap(target, picture)

    def _paint_lines(
        self, painter: QPainter, option: QStyleOptionViewItem, example: Example
    ) -> None:
        palette = QApplication.palette()
        plain, muted = palette.windowText().color(), theme.muted(palette)
        base: QFont = option.font
        texts = _texts(example)
        for number, text in enumerate(texts):
            place = _line(option, number, len(texts))
            if number == 1:
                rows.paint_line(painter, place, text, rows.bold(base), plain)
            else:
                rows.paint_line(painter, place, text, base, muted)


def _card(option: QStyleOptionViewItem) -> QRect:
    rect: QRect = option.rect
    return rect.adjusted(4, 4, -8, -4)


def _frame(option: QStyleOptionViewItem) -> QRect:
    """Return where the picture goes."""
    card = _card(option)
    frame = QRect(card.topLeft(), PICTURE_SIZE)
    frame.moveCenter(card.center())
    frame.moveLeft(card.left() + PADDING)
    return frame


def _texts(example: Example) -> tuple[str, ...]:
    """Return the lines beside the picture; the second is the right answer."""
    foot = f"{words.KINDS[example.kind]} · {words.place(example)} · {words.made(example)}"
    texts = (example.question, example.answer, words.said(example), foot)
    return tuple(text for text in texts if text)


def _line(option: QStyleOptionViewItem, number: int, lines: int) -> QRect:
    """Return where one of so many lines of text goes."""
    card, frame = _card(option), _frame(option)
    height: int = option.fontMetrics.height()
    top = card.center().y() - (lines * (height + GAP) - GAP) // 2 + number * (height + GAP)
    left = frame.right() + PADDING + 4
    return QRect(left, top, card.right() - PADDING - left, height)
