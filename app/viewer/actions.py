"""The commands of a document view: one set for its bar and for the window's View menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app import icons

_BEGINS = "begins a group"
"""Property of the first action of a group."""


def add_grouped(menu: QMenu, actions: Sequence[QAction]) -> None:
    """Put a view's actions into a menu with a line between groups.

    The lines are the menu's own: those of a view would be gone after the menu was cleared.
    """
    for action in actions:
        if action.property(_BEGINS):
            menu.addSeparator()
        menu.addAction(action)


class ViewActions(QObject):
    """Texts, keys and icons; what they do is connected by the view."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._begins = False
        self.new_box = self._action("Put a box on the page", "", "Ctrl+B")
        self.find = self._action("Find in document", "search", "Ctrl+F")
        self._rule()
        self.zoom_in = self._action("Zoom in", "zoom-in", "Ctrl++", "Ctrl+=")
        self.zoom_out = self._action("Zoom out", "zoom-out", "Ctrl+-")
        self.actual_size = self._action("Actual size (100 %)", "", "Ctrl+0")
        self.fit_width = self._action("Fit width", "fit-width", "Ctrl+1", checkable=True)
        self.fit_page = self._action("Fit page", "fit-page", "Ctrl+2", checkable=True)
        self._rule()
        self.previous_page = self._action("Previous page", "up", "Alt+PgUp")
        self.next_page = self._action("Next page", "down", "Alt+PgDown")
        self.go_to_page = self._action("Go to page…", "", "Ctrl+G")
        self._rule()
        self.rotate = self._action("Rotate clockwise", "rotate", "Ctrl+R")
        self.rotate_back = self._action("Rotate anticlockwise", "", "Ctrl+Shift+R")
        self._rule()
        self.thumbnails = self._action("Page thumbnails", "sidebar", "F9", checkable=True)

    def enable(self, enabled: bool) -> None:
        """Allow the actions, or not while no document is there."""
        for action in self._owner.actions():
            action.setEnabled(enabled)

    def _rule(self) -> None:
        """Let the next action begin another group."""
        self._begins = True

    def _action(self, text: str, icon: str, *keys: str, checkable: bool = False) -> QAction:
        action = QAction(text, self._owner)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(checkable)
        first = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({first})")
        action.setIconVisibleInMenu(False)
        action.setProperty(_BEGINS, self._begins)
        self._begins = False
        self._owner.addAction(action)
        if icon:
            icons.set_icon(action, icon)
        return action
