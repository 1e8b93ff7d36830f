"""How the rows of a list look: cards, the lines of text on them, and the list around them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app import style, theme


def set_up(view: QListView) -> None:
    """Make a list of painted rows of equal height that scrolls smoothly and downwards only."""
    view.setUniformItemSizes(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setMouseTracking(True)
    view.setFrameShape(QFrame.Shape.NoFrame)


def is_selected(option: QStyleOptionViewItem) -> bool:
    """Tell whether a row is selected."""
    state: QStyle.StateFlag = option.state
    return bool(state & QStyle.StateFlag.State_Selected)


def is_under_mouse(option: QStyleOptionViewItem) -> bool:
    """Tell whether the mouse is over a row."""
    state: QStyle.StateFlag = option.state
    return bool(state & QStyle.StateFlag.State_MouseOver)


def paint_card(
    painter: QPainter, option: QStyleOptionViewItem, card: QRect, marked: bool = False
) -> None:
    """Paint the card of a row: tinted when it is selected or under the mouse.

    Args:
        painter: Paints with the pen and brush it is left with.
        option: The row's state.
        card: Where the card goes.
        marked: Give it the edge of a selected one.
    """
    palette = QApplication.palette()  # the option's is bent by the style sheet
    selected = is_selected(option)
    ground = theme.card(palette)
    if selected or is_under_mouse(option):
        tint = theme.accent(palette) if selected else palette.windowText().color()
        ground = style.mix(ground, tint, 0.14 if selected else 0.04)
    edge = theme.accent(palette) if selected or marked else theme.line(palette)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)


def paint_line(
    painter: QPainter, place: QRect, text: str, font: QFont, ink: QColor, end: str = ""
) -> None:
    """Paint a text as one line, cut where it does not fit but for its `end`, which follows."""
    painter.setFont(font)
    painter.setPen(ink)
    line = " ".join(text.split())
    metrics = painter.fontMetrics()
    room = place.width() - metrics.horizontalAdvance(end)
    shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) + end
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


class NamePainter(QStyledItemDelegate):
    """Paints file names, cut in their middle: those of one folder often begin alike."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


def bold(font: QFont) -> QFont:
    """Return a font for the line of a row that matters most."""
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made
