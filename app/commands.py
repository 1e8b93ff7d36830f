"""The window's commands: texts, keys and menus. What they do is connected elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from app.labels import menu_text
from app.viewer.actions import add_grouped


class Commands(QObject):
    """Every command that is not one document's own, and the menu bar that holds them all.

    Signals:
        recent_chosen(str): Open this file again.
        recent_cleared(): Empty the list of files opened lately.
    """

    recent_chosen = Signal(str)
    recent_cleared = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.open = self._action("&Open…", "Ctrl+O")
        self.sample = self._action("Open the &sample")
        self.close_tab = self._action("&Close document", "Ctrl+W")
        self.reopen = self._action("Reopen c&losed document", "Ctrl+Shift+T")
        self.save_page = self._action("Sa&ve the page with its answers…", "Ctrl+S")
        self.export = self._action("&Export history…")
        self.settings = self._action("Se&ttings…", "Ctrl+,")
        self.quit = self._action("&Quit", "Ctrl+Q")
        self.undo = self._told("&Undo", QKeySequence.StandardKey.Undo)
        self.redo = self._told("&Redo", QKeySequence.StandardKey.Redo)
        self.cut = self._told("Cu&t", QKeySequence.StandardKey.Cut)
        self.copy = self._told("&Copy", QKeySequence.StandardKey.Copy)
        self.paste = self._action("&Paste", "Ctrl+V")
        self.paste.setStatusTip("Words go into the field you are in, a picture or a file is opened")
        self.select_all = self._told("Select &all", QKeySequence.StandardKey.SelectAll)
        self.search_history = self._action("Search &history", "Ctrl+Shift+F")
        self.history = self._action("&History", "Ctrl+H", checkable=True)
        self.next_tab = self._action("&Next document", "Ctrl+Tab")
        self.previous_tab = self._action("&Previous document", "Ctrl+Shift+Tab")
        self.full_screen = self._action("F&ull screen", "F11", checkable=True)
        self.ask = self._action("&Ask a question", "Ctrl+L")
        self.stop = self._action("&Stop answering", "Ctrl+.")
        self.copy_answer = self._action("&Copy the answer", "Ctrl+Shift+C")
        self.right = self._action("The answer &is right", "Ctrl+Shift+Y")
        self.correct = self._action("Co&rrect the answer…", "Ctrl+Shift+E")
        self.clear_crop = self._action("Ask about the &whole page", "Ctrl+Shift+A")
        self.whole = self._action("Ask the whole &document", "Ctrl+Shift+D")
        self.label = self._action("&Label documents", "Ctrl+Shift+L", checkable=True)
        self.examples = self._action("&Examples…", "Ctrl+E")
        self.batch = self._action("&Batch: ask many documents…", "Ctrl+Shift+B")
        self.models = self._action("&Models…", "Ctrl+M")
        self.train = self._action("&Train…", "Ctrl+T")
        self.versions = self._action("Trained &versions…", "Ctrl+Shift+M")
        self.keys = self._action("&Keyboard…", "F1")
        self.diagnostics = self._action("&Diagnostics…")
        self.about = self._action("&About VLM Desk")
        self._build()
        self.set_document_open(False)
        self.stop.setEnabled(False)

    def set_document_open(self, is_open: bool) -> None:
        """Allow what needs a document."""
        tabs = (self.close_tab, self.next_tab, self.previous_tab)
        for action in (*tabs, self.save_page, self.ask, self.clear_crop, self.whole):
            action.setEnabled(is_open)

    def show_recent(self, files: Sequence[str]) -> None:
        """List the files opened lately."""
        self._recent.clear()
        for path in files:
            action = self._recent.addAction(menu_text(Path(path).name))
            action.setStatusTip(path)
            action.triggered.connect(lambda _=False, file=path: self.recent_chosen.emit(file))
        self._recent.addSeparator()
        self._recent.addAction("&Clear this list", self.recent_cleared.emit)
        self._recent.setEnabled(bool(files))

    def show_view_actions(self, actions: Sequence[QAction]) -> None:
        """Put the commands of the document in front into the View menu."""
        self._view.clear()
        add_grouped(self._view, actions)
        if actions:
            self._view.addSeparator()
        self._view.addActions([self.history, self.next_tab, self.previous_tab, self.full_screen])

    def _build(self) -> None:
        bar = self._window.menuBar()
        bar.setAccessibleName("Menu")
        file = bar.addMenu("&File")
        file.addAction(self.open)
        self._recent = QMenu("Open &recent", self._window)
        file.addMenu(self._recent)
        file.addAction(self.sample)
        file.addSeparator()
        file.addActions([self.close_tab, self.reopen])
        file.addSeparator()
        file.addActions([self.save_page, self.export])
        file.addSeparator()
        file.addActions([self.settings, self.quit])
        edit = self.edit_menu = bar.addMenu("&Edit")
        edit.addActions([self.undo, self.redo])
        edit.addSeparator()
        edit.addActions([self.cut, self.copy, self.paste, self.select_all])
        edit.addSeparator()
        edit.addAction(self.search_history)
        self._view = bar.addMenu("&View")
        ask = self.ask_menu = bar.addMenu("&Ask")
        ask.addActions([self.ask, self.clear_crop, self.whole, self.stop])
        ask.addSeparator()
        ask.addActions([self.copy_answer, self.right, self.correct])
        ask.addSeparator()
        ask.addAction(self.batch)
        ask.addActions([self.label, self.examples, self.train, self.models, self.versions])
        about = bar.addMenu("&Help")
        about.addActions([self.keys, self.diagnostics, self.about])
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.show_view_actions(())
        self.show_recent(())

    def _action(self, text: str, key: str = "", checkable: bool = False) -> QAction:
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(key))
        action.setCheckable(checkable)
        plain = text.replace("&", "").rstrip("…")
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{plain} ({shown})" if shown else plain)
        self._window.addAction(action)
        return action

    def _told(self, text: str, key: QKeySequence.StandardKey) -> QAction:
        """Return an action whose key is told and not taken: fields know it themselves."""
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        return action
