"""Shows the list of small pictures where there is room for it beside the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

ROOMY = 560
"""Logical pixels of a view from which on its page stays legible beside the list."""


class ListRoom(QObject):
    """Shows and hides the list as the view gets wider and narrower, until the person does.

    Args:
        view: What the list is in.
        action: Shows the list while it is checked.
    """

    def __init__(self, view: QWidget, action: QAction) -> None:
        super().__init__(view)
        self._view = view
        self._action = action
        self._wanted = False
        self._mine = False
        """Whether it is this that changes the list right now."""
        action.toggled.connect(self._on_toggled)
        view.installEventFilter(self)

    def begin(self, pages: int) -> None:
        """Show the list of a document of some pages; of one page it needs none."""
        self._wanted = pages > 1
        self._fit()

    def _fit(self) -> None:
        if self._wanted:
            self._mine = True
            self._action.setChecked(self._view.width() >= ROOMY)
            self._mine = False

    @Slot()
    def _on_toggled(self) -> None:
        if not self._mine:
            self._wanted = False  # the person knows better

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False
