"""The list of questions asked before and after, and how one is painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app import icons, rows, theme
from app.gate import words
from app.gate.values import Change, Line
from app.theme import Tone, tone_colour

LINE = Qt.ItemDataRole.UserRole + 1
PADDING = 10
ICON = 18
_ICONS = {Tone.GOOD: "check", Tone.BAD: "close", Tone.CAUTION: "warning", Tone.PLAIN: "info"}

Index = QModelIndex | QPersistentModelIndex


def tone(line: Line) -> Tone:
    """Return how a line is to be taken; its icon says the same as its colour."""
    match line.change:
        case Change.FIXED:
            return Tone.GOOD
        case Change.BROKEN:
            return Tone.BAD
        case Change.UNCHANGED:
            return Tone.PLAIN if line.is_right else Tone.CAUTION


class LinesModel(QAbstractListModel):
    """Holds lines for Qt's views."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show these."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.judged.question
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{words.outcome(line)}. {line.judged.question}"
        return None


class LineList(QListView):
    """The list; Return does what a double click does."""

    def __init__(self, model: LinesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Questions before and after")
        self.setAccessibleDescription("Enter shows the page")
        rows.set_up(self)

    def current(self) -> Line | None:
        """Return the line that is chosen."""
        found = self.currentIndex().data(LINE) if self.currentIndex().isValid() else None
        return found if isinstance(found, Line) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.doubleClicked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class _Painter(QStyledItemDelegate):
    """An icon for what became of the answer, the question, and the two answers below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, 2 * option.fontMetrics.height() + 4 + 2 * PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE)
        if not isinstance(line, Line):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = QApplication.palette()  # the option's is bent by the style sheet
        whole: QRect = option.rect
        card = whole.adjusted(2, 2, -6, -2)
        rows.paint_card(painter, option, card)
        mark = tone(line)
        ratio = painter.device().devicePixelRatioF()
        picture = icons.pixmap(_ICONS[mark], tone_colour(mark, palette), ICON, ratio)
        painter.drawPixmap(card.left() + PADDING, card.center().y() - ICON // 2, picture)
        left = card.left() + 2 * PADDING + ICON
        height = option.fontMetrics.height()
        first = QRect(left, card.top() + PADDING - 2, card.right() - PADDING - left, height)
        font: QFont = option.font
        ink = palette.windowText().color()
        rows.paint_line(painter, first, line.judged.question, rows.bold(font), ink)
        answers = f"{words.said(line.judged.before)}  →  {words.said(line.judged.after)}"
        second = first.translated(0, height + 4)
        rows.paint_line(painter, second, answers, font, theme.muted(palette))
        painter.restore()
