"""Offers again what was asked about the document in front, from the history."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.ask.panel import AskPanel
from app.history.keeper import History, Recalled
from app.tabs import Tabs
from app.viewer.document_view import DocumentView


class RecentQuestions(QObject):
    """Looks up the questions whenever another document comes to the front."""

    def __init__(self, tabs: Tabs, history: History, panel: AskPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._history = history
        self._panel = panel
        self._path = ""
        tabs.switched.connect(self._on_switched)
        history.changed.connect(self._look_up)
        history.recalled.connect(self._on_recalled)

    @Slot(object)
    def _on_switched(self, view: DocumentView | None) -> None:
        path = "" if view is None else view.path
        if path != self._path:
            self._path = path
            self._panel.offer(())
            self._look_up()

    @Slot()
    def _look_up(self) -> None:
        if self._path:
            self._history.recall(self._path)

    @Slot(object)
    def _on_recalled(self, recalled: Recalled) -> None:
        if recalled.path == self._path:
            self._panel.offer(recalled.questions)
