"""Every connection that was made, as a table: when, to whom, what for, how much, how it ended."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QDateTime, QLocale, QModelIndex, Qt
from PySide6.QtCore import QPersistentModelIndex as Kept
from PySide6.QtWidgets import QFrame, QHeaderView, QStackedLayout, QTableView, QVBoxLayout, QWidget

from app import figures, theme
from app.labels import Role, label, tip
from app.models import words
from app.refill import in_place, refill
from vlm.connections import Connection

_COLUMNS = ("When", "Server", "What for", "Received", "How it ended")
_RECEIVED = 3
_STYLE = """
QTableView::item { padding: 5px 7px; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; border: none; padding: 6px 10px; font-weight: 600; }
"""
_ROOT = QModelIndex()


class ConnectionModel(QAbstractTableModel):
    """The rows, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Connection] = []

    def show_rows(self, rows: tuple[Connection, ...]) -> None:
        """Show other rows; those that stay keep their place in the views."""
        refill(self, self._rows, rows, lambda row: (row.time, row.host, row.purpose))

    def rowCount(self, parent: QModelIndex | Kept = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | Kept = _ROOT) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if across and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        if across and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: QModelIndex | Kept, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(_cells(self._rows[index.row()])[index.column()])
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(self._rows[index.row()])[index.column()]
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == _RECEIVED else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _cells(row: Connection) -> tuple[str, ...]:
    when = QDateTime.fromSecsSinceEpoch(int(row.time))
    return (
        QLocale().toString(when, QLocale.FormatType.ShortFormat),
        row.host,
        row.purpose,
        "" if row.bytes is None else figures.size(row.bytes),
        row.outcome or "not known",
    )


class ConnectionTable(QWidget):
    """The table, or a sentence while there is nothing in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ConnectionModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Connections, newest first")
        self.table.setShowGrid(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setStyleSheet(_STYLE)
        rows = self.table.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        rows.hide()
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.empty = label(words.NO_CONNECTION, Role.MUTED, wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card = QFrame()
        card.setProperty("kind", "card")
        self._stack = QStackedLayout()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(*[theme.SPACE] * 4)
        inside.addLayout(self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE + 2)
        layout.addWidget(label(words.EVERY_CONNECTION, Role.MUTED, wrap=True))
        layout.addWidget(card, 1)

    def show_rows(self, rows: tuple[Connection, ...]) -> None:
        """Show these connections."""
        with in_place(self.table):
            self.model.show_rows(rows)
        self._stack.setCurrentWidget(self.table if rows else self.empty)
