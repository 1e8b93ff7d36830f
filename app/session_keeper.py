"""Writes the session soon after it has changed, without making the window wait.

A change is on disk at most `WRITE_AFTER_MS` and one write later, so a killed program loses at most
a second of typing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, QTimer, Slot

from app.session import Session, SessionFile
from app.task import CancelToken, Tasks

WRITE_AFTER_MS = 300

_log = logging.getLogger(__name__)


class SessionKeeper(QObject):
    """Watches for changes and writes them on a lane of its own.

    Args:
        file: Where to.
        look: Called on the window's thread; returns the session as it is now.
    """

    def __init__(
        self, file: SessionFile, look: Callable[[], Session], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._look = look
        self._enabled = True
        self._stopped = False
        self._tasks = Tasks(threads=1, parent=self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_AFTER_MS)
        self._timer.timeout.connect(self._on_due)

    def set_enabled(self, enabled: bool) -> None:
        """Keep the session from now on, or remove what is kept and stop."""
        self._enabled = enabled
        if enabled:
            self.touch()
        else:
            self._timer.stop()
            self._tasks.stop()
            self._file.forget()

    @Slot()
    def touch(self) -> None:
        """Note that something has changed; a write is already due if it has before."""
        if self._enabled and not self._stopped and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Write what is not written yet, now, and write no more."""
        self._stopped = True
        self._timer.stop()
        self._tasks.stop()
        if self._enabled:
            self._save(self._look())

    @Slot()
    def _on_due(self) -> None:
        session = self._look()

        def work(token: CancelToken) -> Generator[None, None, None]:
            self._save(session)
            yield

        self._tasks.start(work)

    def _save(self, session: Session) -> None:
        try:
            self._file.save(session)
        except OSError as error:  # a full disk must not end the program over a convenience
            _log.warning("The session could not be written: errno %s", error.errno)
