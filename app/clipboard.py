"""What Ctrl+V and what is dropped mean: a document where there is one, else words for the question.

Knows the clipboard and the folder for pasted pictures; opens nothing itself.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit

from app import intake
from vlm.system_refusals import reason

_log = logging.getLogger(__name__)


class Paster(QObject):
    """Takes what is pasted or dropped.

    Signals:
        came_in(object): `Intake` of what it was.

    Args:
        pasted: The folder in which pasted pictures are kept.
    """

    came_in = Signal(object)

    def __init__(self, pasted: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pasted = pasted
        self._line: QPlainTextEdit | None = None

    def set_line(self, line: QPlainTextEdit) -> None:
        """Name the question line: words go there, a picture pasted there becomes a document."""
        self._line = line
        line.setAcceptDrops(False)  # what is dropped on it is a document, not words
        line.installEventFilter(self)

    @Slot()
    def paste(self) -> None:
        """Take the picture or files on the clipboard; words go into the question."""
        data = clipboard()
        words = data.hasText() and not intake.can_take(data)
        if words and self._line is not None and self._line.isVisible():
            self._line.setFocus()
            self._line.paste()
        else:
            self.take(data)

    def take(self, data: QMimeData) -> None:
        """Take what was dropped or pasted."""
        try:
            came = intake.take(data, self._pasted)
        except OSError as error:
            _log.warning("What was pasted could not be kept: %s", error)
            came = intake.Intake(refused=(f"The picture could not be kept: {reason(error)}.",))
        self.came_in.emit(came)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            data = clipboard()
            pasted = event.matches(QKeySequence.StandardKey.Paste)
            if pasted and intake.can_take(data) and not data.hasText():
                self.paste()
                return True
        return super().eventFilter(watched, event)


def clipboard() -> QMimeData:
    """Return what is on the clipboard; Qt gives nothing at all when it is empty."""
    return QGuiApplication.clipboard().mimeData() or QMimeData()
