"""The examples window: how far they are from tuning, and the list. A view; its presenter acts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.examples import words
from app.examples.list_import import Progress
from app.examples.listing import ExampleList
from app.examples.model import ExamplesModel
from app.examples.values import Listed
from app.labels import Role, label
from app.models.buttons import ActionButton
from app.refill import in_place
from app.room import open_at
from app.search_line import SearchLine


class ExamplesWindow(QDialog):
    """Shows examples and tells what the person wants done with them.

    Signals:
        shown(): The window came up, so what it shows should be looked at anew.
        opened(object): See this `Example` where it was made.
        remove_wanted(object): Ids of examples, a tuple.
        export_wanted(object): Ids of what is shown, a tuple; to a list with pictures.
        folder_export_wanted(object): The same, to a folder that the `datasets` library loads.
        label_wanted(): Make many examples at once.
        train_wanted(): Have the model learn from them.
        file_wanted(): Import a list.
        folder_wanted(): Import a folder of documents with its list.
        stop_pressed(): Import no more rows.
    """

    shown = Signal()
    opened = Signal(object)
    remove_wanted = Signal(object)
    export_wanted = Signal(object)
    folder_export_wanted = Signal(object)
    label_wanted = Signal()
    train_wanted = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Examples")
        self.setAccessibleName("Examples")
        self.model = ExamplesModel(self)
        self.list = ExampleList(self.model)
        self.state = label(words.state(0, 0), wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, words.ENOUGH)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Documents towards training")
        self.line = SearchLine("Search questions, answers and documents", "Search the examples")
        self.line.searched.connect(self._on_searched)
        self.empty = label(words.EMPTY, Role.MUTED, wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(64, 0, 64, 0)
        self.status = label("", Role.MUTED, wrap=True)
        self._late: Listed | None = None
        self._documents = 0
        self._importing = False
        self._make_buttons()
        self._lay_out()
        self.list.opened.connect(self._on_open)
        self.list.removed.connect(self._on_remove)
        self.list.selection_changed.connect(self._on_selection)
        self.list.edit_ended.connect(self._on_edit_ended)
        open_at(self, 860, 720)
        self.setMinimumSize(620, 460)
        self.show_listed(Listed((), 0, 0))

    def show_listed(self, listed: Listed) -> None:
        """Show all examples; while an answer is being typed, when that is over."""
        if self.list.editing:
            self._late = listed
            return
        self._late = None
        self._documents = listed.documents
        self.state.setText(words.state(listed.documents, listed.different))
        self.bar.setValue(min(listed.different, words.ENOUGH))
        self.train.setVisible(listed.different >= words.ENOUGH)
        self._fill(lambda: self.model.show(listed.examples))

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot."""
        self.status.setText(sentence)
        self.status.setAccessibleName(sentence)

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far an import has come; None when none is running."""
        self._importing = progress is not None
        self.bring.setText("Stop importing" if progress else "Import…")
        self.bring.setAccessibleName("Stop importing" if progress else "Import examples")
        if progress is not None:
            rows = f"row {progress.done + 1} of {progress.rows}" if progress.rows else "the list"
            self.say(f"Reading {rows}…")

    def _make_buttons(self) -> None:
        self.open_button = ActionButton("Open document", "document", "quiet")
        self.open_button.clicked.connect(self._on_open)
        self.edit = ActionButton("Edit answer", "", "quiet")
        self.edit.clicked.connect(self.list.edit_current)
        self.remove = ActionButton("Remove", "delete", "quiet")
        self.remove.clicked.connect(self._on_remove)
        self.bring = ActionButton("Import…", "folder", "quiet")
        self.bring.describe("Import examples")
        self.bring.clicked.connect(self._on_import)
        self.export = ActionButton("Export…", "export", "quiet")
        self.export.describe("Export these examples")
        self.export.clicked.connect(self._on_export)
        self.label = ActionButton("Label…", "label", "quiet")
        self.label.describe("Label documents")
        self.label.clicked.connect(self.label_wanted)
        self.train = ActionButton(words.TRAIN, "", "primary")
        self.train.clicked.connect(self.train_wanted)
        self.close_button = ActionButton("Done")
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Examples", Role.TITLE))
        head.addStretch()
        head.addWidget(self.label)
        head.addWidget(self.bring)
        head.addWidget(self.export)
        far = QVBoxLayout()
        far.setSpacing(theme.SPACE)
        far.addWidget(self.state)
        far.addWidget(self.bar)
        towards = QHBoxLayout()
        towards.setSpacing(theme.SPACE * 2)
        towards.addLayout(far, 1)
        towards.addWidget(self.train)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.list)
        foot = QHBoxLayout()
        foot.addWidget(self.open_button)
        foot.addWidget(self.edit)
        foot.addWidget(self.remove)
        foot.addWidget(self.status, 1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 3
        layout.setContentsMargins(edge, theme.SPACE * 2, edge, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(head)
        layout.addLayout(towards)
        layout.addWidget(self.line)
        layout.addWidget(self._pages, 1)
        layout.addLayout(foot)

    def _fill(self, fill: Callable[[], None]) -> None:
        """Fill the list anew."""
        with in_place(self.list):
            fill()
        self._on_found()

    def _on_found(self) -> None:
        """Show the list, or why it is empty."""
        any_shown = bool(self.model.examples)
        self.empty.setText(words.NOTHING_FOUND if self._documents else words.EMPTY)
        self._pages.setCurrentWidget(self.list if any_shown else self.empty)
        self.export.setEnabled(any_shown)
        self._on_selection()

    @Slot(str)
    def _on_searched(self, wanted: str) -> None:
        if not self.list.editing:  # else when that is over
            self._fill(lambda: self.model.search(wanted))

    @Slot()
    def _on_selection(self) -> None:
        some = bool(self.list.selected())
        self.open_button.setEnabled(some)
        self.edit.setEnabled(some)
        self.remove.setEnabled(some)

    @Slot()
    def _on_edit_ended(self) -> None:
        # The view is still editing while its delegate says this.
        QTimer.singleShot(0, self, self._catch_up)

    @Slot()
    def _catch_up(self) -> None:
        self._on_searched(self.line.words)
        if self._late is not None:
            self.show_listed(self._late)

    @Slot()
    def _on_open(self) -> None:
        example = self.list.current()
        if example is not None:
            self.opened.emit(example)

    @Slot()
    def _on_remove(self) -> None:
        ids = tuple(example.id for example in self.list.selected())
        if ids:
            self.remove_wanted.emit(ids)

    @Slot()
    def _on_export(self) -> None:
        ids = tuple(example.id for example in self.model.examples)
        menu = QMenu(self)
        menu.addAction("A &list with pictures (JSONL)…", lambda: self.export_wanted.emit(ids))
        in_folder = "A &folder for the datasets library…"
        menu.addAction(in_folder, lambda: self.folder_export_wanted.emit(ids))
        menu.popup(self.export.mapToGlobal(QPoint(0, self.export.height())))
        menu.aboutToHide.connect(menu.deleteLater)

    @Slot()
    def _on_import(self) -> None:
        if self._importing:
            self.stop_pressed.emit()
            return
        menu = QMenu(self)
        menu.addAction("A &list (JSONL, CSV or JSON)…", self.file_wanted.emit)
        menu.addAction("A &folder of documents with its list…", self.folder_wanted.emit)
        menu.popup(self.bring.mapToGlobal(QPoint(0, self.bring.height())))
        menu.aboutToHide.connect(menu.deleteLater)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.line.setFocus()
            self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)
