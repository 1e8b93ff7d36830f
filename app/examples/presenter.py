"""Between the examples window and what it shows; makes the window when it is first wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs
from app.coalesce import Coalescer
from app.dialogs import Prompt
from app.examples import words
from app.examples.list_import import ListImport, Report
from app.examples.model import Edit
from app.examples.shelf import Shelf
from app.examples.values import Exported, Listed, Thumbnail
from finetune.types import Example

if TYPE_CHECKING:
    from app.examples.window import ExamplesWindow

REMOVE = "Remove"
LISTS = "Lists of questions and answers (*.jsonl *.csv *.json)"
JSONL = "JSON lines (*.jsonl)"


def may_remove(parent: QWidget | None, number: int) -> bool:
    """Ask whether so many examples shall be removed for good."""
    reply = dialogs.ask(
        parent, Prompt(REMOVE, words.removal(number), (REMOVE, "Keep"), for_good=True)
    )
    return reply is not None and reply.choice == REMOVE


class ExamplesPresenter(QObject):
    """Does what the window asks for.

    Signals:
        opened(object): The `Example` whose document the person wants to see.
        label_wanted(): The person wants to make many examples.
        train_wanted(): The person wants the model to learn from them.

    Args:
        shelf: The examples.
        importing: Brings lists in.
        parent: The window that the examples window belongs to.
    """

    opened = Signal(object)
    label_wanted = Signal()
    train_wanted = Signal()

    def __init__(self, shelf: Shelf, importing: ListImport, parent: QWidget) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._importing = importing
        self._parent = parent
        self.window: ExamplesWindow | None = None
        self._refresh = Coalescer(self, per_second=4)
        self._refresh.due.connect(self._shelf.list)

    @Slot()
    def open(self) -> None:
        """Show the window."""
        if self.window is None:
            self.window = self._make()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def shutdown(self) -> None:
        """Import and show nothing more."""
        self._refresh.drop()
        self.window = None  # the report of an import that ends now has nobody to read it
        self._importing.shutdown()

    def _make(self) -> ExamplesWindow:
        from app.examples.window import ExamplesWindow  # not while the main window comes up

        window = ExamplesWindow(self._parent)
        window.shown.connect(self._shelf.list)
        window.opened.connect(self._on_opened)
        window.remove_wanted.connect(self._on_remove)
        window.export_wanted.connect(self._on_export)
        window.folder_export_wanted.connect(self._on_folder_export)
        window.label_wanted.connect(self._on_label)
        window.train_wanted.connect(self._on_train)
        window.file_wanted.connect(self._on_file)
        window.folder_wanted.connect(self._on_folder)
        window.stop_pressed.connect(self._importing.stop)
        window.model.picture_wanted.connect(self._shelf.draw)
        window.model.edited.connect(self._on_edited)
        shelf = self._shelf
        shelf.listed.connect(self._on_listed)
        shelf.drawn.connect(self._on_drawn)
        shelf.changed.connect(self._on_changed)
        shelf.exported.connect(self._on_exported)
        shelf.complained.connect(window.say)
        self._importing.progressed.connect(window.show_progress)
        self._importing.ended.connect(self._on_imported)
        return window

    @Slot(object)
    def _on_listed(self, listed: Listed) -> None:
        if self.window is not None:
            self.window.show_listed(listed)

    @Slot(object)
    def _on_drawn(self, drawn: Thumbnail) -> None:
        if self.window is not None:
            self.window.model.show_picture(drawn.id, drawn.image)

    @Slot(object)
    def _on_changed(self, _: object) -> None:
        if self.window is not None and self.window.isVisible():
            self._refresh.touch()

    @Slot(object)
    def _on_edited(self, edit: Edit) -> None:
        self._shelf.change(edit.id, edit.answer)

    @Slot(object)
    def _on_opened(self, example: Example) -> None:
        if self.window is None:
            return
        if not Path(example.page.path).is_file():
            name = Path(example.page.path).name
            self.window.say(f"{name} is not where it was. The example keeps its own picture.")
            return
        self.window.accept()
        self.opened.emit(example)

    @Slot(object)
    def _on_remove(self, ids: tuple[str, ...]) -> None:
        if may_remove(self.window, len(ids)):
            self._shelf.remove(ids)

    @Slot(object)
    def _on_export(self, ids: tuple[str, ...]) -> None:
        if self.window is None:
            return
        title = "Export the examples"
        file = dialogs.choose_target(self.window, title, "examples.jsonl", JSONL)
        if file is not None:
            self._shelf.export(file, ids)

    @Slot(object)
    def _on_folder_export(self, ids: tuple[str, ...]) -> None:
        if self.window is None:
            return
        title = "Export the examples to a new folder in"
        folder = dialogs.choose_folder(self.window, title, str(Path.home()))
        if folder:
            self._shelf.export_folder(Path(folder), ids)

    @Slot()
    def _on_label(self) -> None:
        if self.window is not None:
            self.window.accept()
        self.label_wanted.emit()

    @Slot()
    def _on_train(self) -> None:
        if self.window is not None:
            self.window.accept()
        self.train_wanted.emit()

    @Slot(object)
    def _on_exported(self, exported: Exported) -> None:
        if self.window is not None:
            self.window.say(words.exported(exported.examples, exported.target.name))

    @Slot()
    def _on_file(self) -> None:
        if self.window is not None:
            file = dialogs.choose_file(self.window, "Import examples", LISTS)
            if file is not None:
                self._importing.start(file)

    @Slot()
    def _on_folder(self) -> None:
        if self.window is not None:
            title = "Import a folder of documents"
            folder = dialogs.choose_folder(self.window, title, str(Path.home()))
            if folder:
                self._importing.start(Path(folder))

    @Slot(object)
    def _on_imported(self, report: Report) -> None:
        if self.window is None:
            return
        self.window.show_progress(None)
        self._refresh.touch()
        sentence = words.imported(report.added, report.known, len(report.problems))
        if report.failure:
            sentence = f"{report.failure} {sentence}" if report.added else report.failure
        self.window.say(sentence if not report.problems else "")
        if report.problems:
            lines = words.problem_lines(report.problems)
            over = self.window if self.window.isVisible() else self._parent
            dialogs.ask(over, Prompt("Import", sentence, ("Close",), detail=lines))
