"""Turns many small changes into few redraws. Knows time, not what is drawn."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

REDRAWS_PER_SECOND = 30


class Coalescer(QObject):
    """Announces changes at most so many times a second; the last change is never lost.

    Signals:
        due(): Something changed since the last time; redraw now.
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None, per_second: int = REDRAWS_PER_SECOND) -> None:
        super().__init__(parent)
        self._gap_ms = 1000 // per_second + 1
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._announce)

    @property
    def pending(self) -> bool:
        """Whether a change waits to be announced."""
        return self._timer.isActive()

    def touch(self) -> None:
        """Note a change: announced on the next turn of the event loop or when it is due."""
        if self._timer.isActive():
            return
        passed = self._since.elapsed() if self._since.isValid() else self._gap_ms
        self._timer.start(max(0, self._gap_ms - passed))

    def flush(self) -> None:
        """Announce a waiting change now, for example before the last event of a stream."""
        if self._timer.isActive():
            self._announce()

    def drop(self) -> None:
        """Forget a waiting change."""
        self._timer.stop()

    @Slot()
    def _announce(self) -> None:
        self._timer.stop()
        self._since.start()
        self.due.emit()
