"""The runs, newest first, to open one or to select several for comparing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app import rows, style, theme
from app.examples.words import one_line
from app.refill import refill
from app.theme import Tone, tone_colour
from app.training import words
from app.training.values import Run

RUN = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_PADDING = 10
_GAP = 3


class RunsModel(QAbstractListModel):
    """The runs for Qt's views."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[Run] = []

    @property
    def runs(self) -> tuple[Run, ...]:
        """What is shown."""
        return tuple(self._runs)

    def show(self, runs: tuple[Run, ...]) -> None:
        """Show runs, newest first; those that stay keep their selection."""
        refill(self, self._runs, runs, lambda run: run.folder)
        if runs:  # each goes on in place
            self.dataChanged.emit(self.index(0), self.index(len(runs) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._runs):
            return None
        run = self._runs[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(run.plan.name)
            case Qt.ItemDataRole.AccessibleTextRole:
                parts = (one_line(run.plan.name), words.short(run), words.made(run.made_at))
                return ". ".join(parts)
            case _:
                return run if role == RUN else None


class RunPainter(QStyledItemDelegate):
    """A name, how it is, and when it began."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, 3 * option.fontMetrics.height() + 2 * _GAP + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        run = index.data(RUN)
        if not isinstance(run, Run):
            return
        palette = QApplication.palette()  # the option's is bent by the style sheet
        chosen = rows.is_selected(option)
        rect: QRect = option.rect
        room = rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or rows.is_under_mouse(option):
            window = palette.color(QPalette.ColorRole.Window)
            text = palette.color(QPalette.ColorRole.WindowText)
            share = 0.11 if chosen else 0.05
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.mix(window, text, share))
            painter.drawRoundedRect(room, theme.RADIUS, theme.RADIUS)
        self._paint_lines(painter, option, room, run)
        painter.restore()

    def _paint_lines(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, run: Run
    ) -> None:
        palette = QApplication.palette()
        base: QFont = option.font
        tone = words.tone(run)
        colour = theme.accent(palette) if run.at_work else tone_colour(tone, palette)
        height: int = option.fontMetrics.height()
        left, top = room.left() + _PADDING, room.top() + _PADDING - 1
        dot = QPointF(left + 4, top + height / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(dot, 4, 4)
        left += 16
        second = theme.muted(palette) if tone is Tone.PLAIN else tone_colour(tone, palette)
        texts = (
            (run.plan.name, rows.bold(base), palette.windowText().color()),
            (words.short(run), base, second),
            (words.made(run.made_at), base, theme.muted(palette)),
        )
        for number, (text, font, ink) in enumerate(texts):
            wide = room.right() - _PADDING - left
            place = QRect(left, top + number * (height + _GAP), wide, height)
            rows.paint_line(painter, place, text, font, ink)


class RunList(QListView):
    """Shows the runs.

    Signals:
        selected(): Other runs are selected.
    """

    selected = Signal()

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = model
        self.setModel(model)
        self.setItemDelegate(RunPainter(self))
        self.setAccessibleName("Trainings, newest first")
        self.setAccessibleDescription(words.COMPARE_HINT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        rows.set_up(self)
        self.selectionModel().selectionChanged.connect(self.selected)

    def chosen(self) -> tuple[Path, ...]:
        """Return the folders of the selected runs, newest first."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(self._runs.runs[row].folder for row in chosen)

    def choose(self, folder: Path | None) -> None:
        """Select one run, or none."""
        self.clearSelection()
        for row, run in enumerate(self._runs.runs):
            if run.folder == folder:
                flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
                self.selectionModel().setCurrentIndex(self._runs.index(row), flag)
                self.scrollTo(self._runs.index(row))
