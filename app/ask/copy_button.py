"""The button that copies an answer and says for a moment that it did."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.ask.button import IconButton
from app.ask.icons import Icon

DONE_MS = 1600
"""How long it says so."""


class CopyButton(IconButton):
    """An icon; a tick and "Copied" after a press.

    Args:
        text: Returns what is to be copied.
    """

    def __init__(self, text: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(Icon.COPY, "Copy", parent=parent, worded=False)
        self.setAccessibleDescription("Copies the answer")
        self._source = text
        self._done = QTimer(self)
        self._done.setSingleShot(True)
        self._done.setInterval(DONE_MS)
        self._done.timeout.connect(self._rest)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._source())
        self.set_worded(True)
        self.set_icon(Icon.CHECK)
        self.set_words("Copied")
        self.set_accent(True)
        self._done.start()

    @Slot()
    def _rest(self) -> None:
        self.set_worded(False)
        self.set_icon(Icon.COPY)
        self.set_words("Copy")
        self.set_accent(False)
