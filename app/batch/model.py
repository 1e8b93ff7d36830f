"""A batch's table for Qt's views. Knows no store and no engine."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from app import theme
from app.ask.icons import draw
from app.ask.surface import tone_icon
from app.ask.values import EvidenceClick
from app.batch import words
from app.batch.recall import Chosen
from app.labels import tip
from app.theme import Tone
from vlm.batch import Cell, Table
from vlm.batch_export import shown
from vlm.types import Evidence, PageRef

ICON = 14
Index = QModelIndex | QPersistentModelIndex


class BatchModel(QAbstractTableModel):
    """Documents down, questions across; the first column names the document."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: Table | None = None
        self._folder: Path | None = None
        self._reading: frozenset[int] = frozenset()
        self._icons: dict[tuple[Tone, bool], QIcon] = {}

    def show(self, table: Table | None, folder: Path | None = None) -> None:
        """Show another table; documents are named from `folder`.

        One of the same documents and questions leaves the view as it is.
        """
        if table is not None and self._asks_the_same(table) and folder == self._folder:
            self._table = table
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last, [])
            return
        self.beginResetModel()
        self._table, self._folder = table, folder
        self.endResetModel()

    def show_answer(self, row: int, column: int) -> None:
        """Show an answer that has come: a row and a question of the table."""
        index = self.index(row, column + 1)
        self.dataChanged.emit(index, index, [])

    def show_reading(self, rows: Collection[int]) -> None:
        """Show which documents are being read now, by their rows; no others are."""
        changed = self._reading ^ frozenset(rows)
        self._reading = frozenset(rows)
        for row in changed:
            if row < self.rowCount():
                last = self.index(row, self.columnCount() - 1)
                self.dataChanged.emit(self.index(row, 0), last, [])

    def cell(self, index: Index) -> Cell | None:
        """Return an answer, None for the document's name and where there is none yet."""
        if self._table is None or not index.isValid() or index.column() == 0:
            return None
        return self._table.cell(index.row(), index.column() - 1)

    def is_locked(self, index: Index) -> bool:
        """Tell whether a row's document lacks nothing but its password."""
        return self._table is not None and index.isValid() and self._table.is_locked(index.row())

    def question(self, index: Index) -> str:
        """Return the question of a column, "" for the document's."""
        if self._table is None or index.column() == 0:
            return ""
        return self._table.questions[index.column() - 1].text

    def path(self, index: Index) -> str:
        """Return the document of a row."""
        assert self._table is not None
        return self._table.rows[index.row()].path

    def place(self, index: Index) -> EvidenceClick:
        """Return where an answer stands; the document's first page where there is none."""
        cell = self.cell(index) or Cell()
        found = Evidence(cell.evidence, cell.boxes)
        return EvidenceClick.of(PageRef(self.path(index), cell.page), found)

    def chosen(self, index: Index) -> Chosen | None:
        """Return a cell that holds an answer, None for every other one."""
        cell = self.cell(index)
        if cell is None or cell.problem or not cell.found:
            return None
        return Chosen(self.path(index), self.question(index), cell)

    def _asks_the_same(self, table: Table) -> bool:
        shown = self._table
        return (
            shown is not None
            and bool(shown.rows)
            and [row.path for row in shown.rows] == [row.path for row in table.rows]
            and [one.text for one in shown.questions] == [one.text for one in table.questions]
        )

    def _icon(self, tone: Tone) -> QIcon:
        palette = QApplication.palette()
        key = (tone, theme.is_dark(palette))
        if key not in self._icons:
            drawn = _drawn(tone, theme.tone_colour(tone, palette))
            icon = self._icons[key] = QIcon(drawn)
            icon.addPixmap(drawn, QIcon.Mode.Selected)  # else Qt bends its colour
        return self._icons[key]

    def rowCount(self, parent: Index | None = None) -> int:
        inside = parent is not None and parent.isValid()
        return 0 if inside or self._table is None else len(self._table.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        inside = parent is not None and parent.isValid()
        return 0 if inside or self._table is None else len(self._table.questions) + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or self._table is None:
            return None
        name = "Document" if section == 0 else self._table.questions[section - 1].text
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.ToolTipRole:
                return tip(name)
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            case _:
                return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._table is None or not index.isValid():
            return None
        if index.column() == 0:
            return self._name(index, role)
        cell = self.cell(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                read = index.row() in self._reading
                return words.shown(cell, self.is_locked(index), read)
            case Qt.ItemDataRole.DecorationRole:
                return None if cell is None else self._icon(words.tone(cell))
            case Qt.ItemDataRole.ToolTipRole:
                return None if cell is None else tip(f"{cell.text}\n{words.about(cell)}".strip())
            case Qt.ItemDataRole.ForegroundRole:
                return self._muted() if cell is None or cell.problem or not cell.found else None
            case Qt.ItemDataRole.AccessibleTextRole:
                said = self.path(index), self.question(index), cell
                return words.spoken(*said, self.is_locked(index))
            case _:
                return None

    def _name(self, index: Index, role: int) -> object:
        path = self.path(index)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return shown(path, self._folder) if self._folder else Path(path).name
            case Qt.ItemDataRole.ToolTipRole:
                return tip(path)
            case _:
                return None

    def _muted(self) -> QBrush:
        palette: QPalette = QApplication.palette()
        return QBrush(theme.muted(palette))


def _drawn(tone: Tone, colour: QColor) -> QPixmap:
    """Draw a tone's icon for sharp screens too."""
    ratio = 2
    drawn = QPixmap(ICON * ratio, ICON * ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    draw(painter, tone_icon(tone), QRectF(0, 0, ICON * ratio, ICON * ratio), colour)
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn
