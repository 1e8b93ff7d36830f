"""The history beside the document: search, open again, export, delete. Emits what was wanted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons, rows, theme
from app.history.entry import Entry
from app.history.keeper import Found
from app.history.model import EntryPainter, HistoryModel
from app.labels import Role, label
from app.refill import in_place
from app.search_line import SearchLine

NOTHING_YET = "Questions you ask appear here. They stay on this machine."
NOTHING_FOUND = "Nothing in the history has these words."


class _List(QListView):
    """A list whose Return key opens and whose Delete key deletes.

    Signals:
        opened(): Return on the current entry.
        delete_pressed(): Delete.
    """

    opened = Signal()
    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class HistoryPanel(QFrame):
    """Shows entries and tells what the person wants done with them.

    Signals:
        searched(str): Show what has these words; "" for everything.
        reopened(object): The `Entry` to go back to.
        delete_wanted(object): Numbers of entries, a tuple.
        export_wanted(str): Export what was found with these words.
        closed(): The person is done with the history.
    """

    searched = Signal(str)
    reopened = Signal(object)
    delete_wanted = Signal(object)
    export_wanted = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "drawer")
        self.setAccessibleName("History")
        self._model = HistoryModel(self)
        self._line = SearchLine("Search the history", "Search the history")
        self._line.searched.connect(self.searched)
        self._list = self._make_list()
        self._empty = label(NOTHING_YET, Role.MUTED, wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(16, 32, 16, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._list)
        self._export = self._button("export", "Export…", "Export these entries")
        self._export.clicked.connect(self._on_export)
        self._delete = self._button("delete", "Delete", "Delete the selected entries")
        self._delete.clicked.connect(self._on_delete)
        self._lay_out()
        self.show_found(Found("", ()))

    @property
    def words(self) -> str:
        """What is searched for now."""
        return self._line.words

    def show_found(self, found: Found) -> None:
        """Show the answer to a search; an answer to an older one is dropped."""
        if found.words != self.words:
            return
        with in_place(self._list):
            self._model.show(found.entries)
        self._empty.setText(NOTHING_FOUND if found.words else NOTHING_YET)
        self._pages.setCurrentWidget(self._list if found.entries else self._empty)
        self._export.setEnabled(bool(found.entries))
        self._on_selection()

    def focus_search(self) -> None:
        """Put the cursor into the search line."""
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def _make_list(self) -> _List:
        made = _List()
        made.setAccessibleName("Questions and answers, newest first")
        made.setModel(self._model)
        made.setItemDelegate(EntryPainter(parent=made))
        made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        rows.set_up(made)
        made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        made.customContextMenuRequested.connect(self._on_menu)
        made.doubleClicked.connect(self._on_opened)
        made.opened.connect(self._on_opened)
        made.delete_pressed.connect(self._on_delete)
        made.selectionModel().selectionChanged.connect(self._on_selection)
        return made

    def _button(self, icon: str, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "quiet")
        button.setAccessibleName(name)
        icons.set_icon(button, icon)
        return button

    def _lay_out(self) -> None:
        close = QToolButton()
        close.setProperty("kind", "quiet")
        close.setAccessibleName("Close the history")
        close.setToolTip("Close the history")
        icons.set_icon(close, "close")
        close.setIconSize(QSize(16, 16))
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(label("History", Role.HEADING))
        head.addStretch()
        head.addWidget(close)
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addWidget(self._export)
        foot.addStretch()
        foot.addWidget(self._delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE * 2, theme.SPACE, theme.SPACE, theme.SPACE)
        layout.setSpacing(theme.SPACE)
        layout.addLayout(head)
        layout.addWidget(self._line)
        layout.addWidget(self._pages, 1)
        layout.addLayout(foot)
        self.setMinimumWidth(240)

    def _selected(self) -> list[Entry]:
        return [self._model.entry(index) for index in self._list.selectionModel().selectedIndexes()]

    @Slot()
    def _on_selection(self) -> None:
        self._delete.setEnabled(bool(self._selected()))

    @Slot()
    def _on_opened(self, _: QModelIndex | None = None) -> None:
        index = self._list.currentIndex()
        if index.isValid():
            self.reopened.emit(self._model.entry(index))

    @Slot()
    def _on_delete(self) -> None:
        numbers = tuple(entry.number for entry in self._selected())
        if numbers:
            self.delete_wanted.emit(numbers)

    @Slot()
    def _on_export(self) -> None:
        self.export_wanted.emit(self.words)

    @Slot(QPoint)
    def _on_menu(self, point: QPoint) -> None:
        if not self._selected():
            return
        menu = QMenu(self)
        menu.addAction("&Open again", self._on_opened)
        menu.addAction("&Delete", self._on_delete)
        menu.popup(self._list.viewport().mapToGlobal(point))
        menu.aboutToHide.connect(menu.deleteLater)
