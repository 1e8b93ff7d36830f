"""Collects Python's garbage on the window's thread alone.

Python looks for unreachable cycles on whichever thread has just made many objects. A cycle that
holds a closed window would then be ended by a pool thread, which Qt does not allow: the program
would die while the window's thread speaks to it.
https://doc.qt.io/qt-6/threads-qobject.html
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 1000


class Garbage(QObject):
    """Turns Python's own collecting off for this process and does it here, as often as is due.

    Args:
        parent: Lives as long as the program.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.timeout.connect(self.collect)
        timer.start(EVERY_MS)

    @Slot()
    def collect(self) -> None:
        """Collect the oldest generation that is due, with it the younger ones."""
        due = zip(gc.get_count(), gc.get_threshold(), strict=True)
        oldest = max((age for age, (now, most) in enumerate(due) if now > most), default=-1)
        if oldest >= 0:
            gc.collect(oldest)
