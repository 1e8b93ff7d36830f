"""What Esc takes away before anything else hears of it: the message, then the colours.

A menu has gone before, by itself. After these it is whoever has the keyboard that uses Esc: a box
on the page goes, an answer that is coming is stopped, the question line gives the keyboard back.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.ask.presenter import AskPresenter
from app.ask.values import Looks
from app.notice import Notice


class Escape(QObject):
    """One press, one thing. It takes Esc only while there is something of its own to take away.

    Args:
        window: Where Esc is pressed; dialogs have their own.
        notice: The message.
        asking: Shows where the model looked.
    """

    def __init__(self, window: QWidget, notice: Notice, asking: AskPresenter) -> None:
        super().__init__(window)
        self._notice = notice
        self._asking = asking
        self._message = self._colours = False
        self._key = QShortcut(QKeySequence("Esc"), window)
        self._key.setEnabled(False)
        self._key.activated.connect(self._on_pressed)
        notice.showing.connect(self._on_message)
        asking.looks.connect(self._on_looks)

    @Slot()
    def _on_pressed(self) -> None:
        if self._message:
            self._notice.dismiss()
        elif self._colours:
            self._asking.back.clear()

    @Slot(bool)
    def _on_message(self, shown: bool) -> None:
        self._message = shown
        self._settle()

    @Slot(object)
    def _on_looks(self, looks: Looks) -> None:
        self._colours = bool(looks.maps)
        self._settle()

    def _settle(self) -> None:
        self._key.setEnabled(self._message or self._colours)
