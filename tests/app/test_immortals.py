from __future__ import annotations

import subprocess
import sys

from PySide6.QtCore import QPoint

from app import immortals

CODE = """
import sys
import app
from PySide6.QtCore import QObject, QPoint, Signal

class Bell(QObject):
    rung = Signal()

bell, point = Bell(), QPoint()
for number in range(30_000):
    point.setX(number)
    bell.rung.emit()
print(point.x())
"""


def test_many_qt_calls_do_not_end_the_interpreter() -> None:
    found = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "29999\n", "")


def test_keeping_them_twice_changes_nothing() -> None:
    immortals.keep()
    before = sys.getrefcount(None)
    immortals.keep()
    assert abs(sys.getrefcount(None) - before) < 1000
    assert QPoint(1, 2).x() == 1
