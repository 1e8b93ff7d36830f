"""Runs long work that belongs on the window's thread in small slices, so that nothing waits."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot

SLICE_SECONDS = 0.006


class Slices(QObject):
    """Runs an iterator on the event loop, a few steps at a time.

    Signals:
        done(): It came to its end.
    """

    done = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_turn)

    def start(self, steps: Iterator[None]) -> None:
        """Run these steps instead of what is left of others."""
        self._steps = steps
        self._timer.start()

    def stop(self) -> None:
        """Run no more."""
        self._timer.stop()
        self._steps = None

    @Slot()
    def _on_turn(self) -> None:
        end = time.perf_counter() + SLICE_SECONDS
        while self._steps is not None and time.perf_counter() < end:
            try:
                next(self._steps)
            except StopIteration:
                self.stop()
                self.done.emit()
                return
