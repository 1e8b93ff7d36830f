"""The list that examples are shown in. Knows keys and menus, not what they do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from app import rows
from app.examples.model import ExamplesModel
from app.examples.painter import ExamplePainter
from finetune.types import Example


class ExampleList(QListView):
    """Return opens, F2 edits the answer in place, Delete removes; a double click opens too.

    Signals:
        opened(): See the document of the current example.
        removed(): Remove what is selected.
        selection_changed(): Other examples are selected.
        edit_ended(): Nothing is being typed any more.
    """

    opened = Signal()
    removed = Signal()
    selection_changed = Signal()
    edit_ended = Signal()

    def __init__(self, model: ExamplesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._examples = model
        self.setAccessibleName("Examples, newest first")
        self.setAccessibleDescription("Enter opens the document, F2 edits the answer")
        self.setModel(model)
        self._painter = ExamplePainter(self)
        self._painter.closeEditor.connect(self.edit_ended)
        self.setItemDelegate(self._painter)
        rows.set_up(self)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.doubleClicked.connect(self.opened)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    @property
    def editing(self) -> bool:
        """Whether an answer is being typed."""
        return self._painter.editor is not None  # the view's state forgets it when rows go

    def selected(self) -> tuple[Example, ...]:
        """Return the selected examples in the order they are listed."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(self._examples.example(self._examples.index(row)) for row in chosen)

    def current(self) -> Example | None:
        """Return the example that opening or editing is about."""
        index = self.currentIndex()
        return self._examples.example(index) if index.isValid() else None

    @Slot()
    def edit_current(self) -> None:
        """Type the right answer of the current example."""
        index = self.currentIndex()
        if index.isValid():
            self.scrollTo(index)
            self.edit(index)

    @Slot(QPoint)
    def _on_menu(self, point: QPoint) -> None:
        if not self.selected():
            return
        menu = QMenu(self)
        menu.addAction("&Open document", self.opened.emit)
        menu.addAction("&Edit answer", self.edit_current)
        menu.addAction("&Remove", self.removed.emit)
        menu.popup(self.viewport().mapToGlobal(point))
        menu.aboutToHide.connect(menu.deleteLater)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)
