"""Paints a row of the preview: its picture, the question, the answer, and what they cost."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem

from app import rows, theme
from app.training.preview_model import LINE, PICTURE, Index, PreviewLine

PADDING = 12
GAP = 4
PICTURE_SIZE = QSize(224, 104)


class PreviewPainter(QStyledItemDelegate):
    """Four lines beside a picture, on a card."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = 4 * option.fontMetrics.height() + 3 * GAP
        return QSize(320, max(lines, PICTURE_SIZE.height()) + 2 * PADDING + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE)
        if not isinstance(line, PreviewLine):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = QApplication.palette()  # the option's is bent by the style sheet
        rect: QRect = option.rect
        card = rect.adjusted(2, 4, -10, -4)
        chosen = rows.is_selected(option)
        painter.setPen(QPen(theme.accent(palette) if chosen else theme.line(palette), 1))
        painter.setBrush(theme.card(palette))
        painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
        frame = QRect(card.topLeft(), PICTURE_SIZE)
        frame.moveCenter(card.center())
        frame.moveLeft(card.left() + PADDING)
        self._paint_picture(painter, frame, index.data(PICTURE))
        left = frame.right() + PADDING + 4
        self._paint_lines(
            painter,
            option,
            QRect(left, card.top(), card.right() - PADDING - left, card.height()),
            line,
        )
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRect, picture: object) -> None:
        palette = QApplication.palette()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.desk(palette))
        painter.drawRoundedRect(frame, 6, 6)
        if isinstance(picture, QPixmap) and not picture.isNull():
            size = picture.size().scaled(
                frame.size() - QSize(8, 8), Qt.AspectRatioMode.KeepAspectRatio
            )
            place = QRect(frame.topLeft(), size)
            place.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, picture)

    def _paint_lines(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, line: PreviewLine
    ) -> None:
        palette = QApplication.palette()
        plain, muted = palette.windowText().color(), theme.muted(palette)
        base: QFont = option.font
        answer = theme.caution(palette) if line.negative else plain
        texts = (
            (line.question, base, muted),
            (line.answer, rows.bold(base), answer),
            (line.cost, base, muted),
            (line.place, base, muted),
        )
        height: int = option.fontMetrics.height()
        top = room.center().y() - (len(texts) * (height + GAP) - GAP) // 2
        for number, (text, font, colour) in enumerate(texts):
            place = QRect(room.left(), top + number * (height + GAP), room.width(), height)
            rows.paint_line(painter, place, text, font, colour)
