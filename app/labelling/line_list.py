"""A list of two-line entries with a tag at their left: rows of a page, documents to label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app import icons, rows, theme
from app.examples.words import one_line
from app.refill import refill

Index = QModelIndex | QPersistentModelIndex
LINE = Qt.ItemDataRole.UserRole
PADDING = 8
TAG = 22


@dataclass(frozen=True, slots=True)
class Line:
    """An entry: `done` marks it with a tick instead of its tag, `faint` shows it as not there yet.

    `current` is the one that the person is at.
    """

    id: str
    title: str
    detail: str
    tag: str = ""
    done: bool = False
    faint: bool = False
    current: bool = False
    spoken: str = ""


class LinesModel(QAbstractListModel):
    """Entries in the order they are given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return tuple(self._lines)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other entries; those that stay keep their selection."""
        refill(self, self._lines, lines, lambda line: line.id)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(line.title)
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken or f"{one_line(line.title)}. {one_line(line.detail)}"
            case _:
                return line if role == LINE else None


class LineList(QListView):
    """Return, F2 or a double click chooses, Delete removes.

    Signals:
        chosen(str): The id of an entry.
        removed(str): The id of an entry that the person wants to be rid of.
        selection_changed(): Another entry is selected, or none.
    """

    chosen = Signal(str)
    removed = Signal(str)
    selection_changed = Signal()

    def __init__(self, name: str, help_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = LinesModel(self)
        self.setAccessibleName(name)
        self.setAccessibleDescription(help_text)
        self.setModel(self.lines)
        self.setItemDelegate(_Painter(self))
        rows.set_up(self)
        self.doubleClicked.connect(self._choose)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        self.lines.rowsRemoved.connect(self.selection_changed)

    def current_id(self) -> str:
        """Return the id of the selected entry, "" when none is."""
        index = self.currentIndex()
        selected = self.selectionModel().isSelected(index) if index.isValid() else False
        return self.lines.lines[index.row()].id if selected else ""

    def select(self, id: str) -> None:
        """Select an entry and bring it into view."""
        for row, line in enumerate(self.lines.lines):
            if line.id == id:
                self.setCurrentIndex(self.lines.index(row))

    @Slot()
    def choose_current(self) -> None:
        """Choose what is selected."""
        if id := self.current_id():
            self.chosen.emit(id)

    @Slot()
    def remove_current(self) -> None:
        """Ask to be rid of what is selected."""
        if id := self.current_id():
            self.removed.emit(id)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.lines.lines[index.row()].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.choose_current()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_current()
        else:
            super().keyPressEvent(event)


class _Painter(QStyledItemDelegate):
    """Paints one entry with the colours of the program."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, 2 * option.fontMetrics.height() + 2 * PADDING + 6)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE)
        if not isinstance(line, Line):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole: QRect = option.rect
        card = whole.adjusted(2, 2, -2, -2)
        rows.paint_card(painter, option, card, marked=line.current)
        self._paint_tag(painter, card, line)
        self._paint_texts(painter, option, card, line)
        painter.restore()

    def _paint_tag(self, painter: QPainter, card: QRect, line: Line) -> None:
        palette = QApplication.palette()
        tag = QRect(card.left() + PADDING, card.center().y() - TAG // 2 + 1, TAG, TAG)
        colour = theme.muted(palette) if line.faint else theme.good(palette)
        if line.done:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(tag.topLeft(), icons.pixmap("check", colour, TAG, ratio))
            return
        painter.setPen(QPen(theme.line(palette) if line.faint else colour, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(tag.adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(colour)
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, line.tag)

    def _paint_texts(
        self, painter: QPainter, option: QStyleOptionViewItem, card: QRect, line: Line
    ) -> None:
        palette = QApplication.palette()
        font: QFont = option.font
        height: int = option.fontMetrics.height()
        left = card.left() + 2 * PADDING + TAG
        muted, text = theme.muted(palette), palette.windowText().color()
        first = QRect(left, card.top() + PADDING - 2, card.right() - left - PADDING, height)
        rows.paint_line(painter, first, line.title, font, muted if line.faint else text)
        second = first.translated(0, height + 4)
        rows.paint_line(painter, second, line.detail, font, muted)
