"""How long until the window is on screen, against a bare PySide6 window in the same run.

Run: .venv/bin/python -m benchmarks.startup [--runs N] [--document FILE]

Both are timed from just before their Python process starts to the end of their first paint, taken
in turns so that a busy machine slows both alike. "complete" is when documents, engine and history
are built as well. Without a display Qt's offscreen platform is used, and the table says so.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", time.time(), flush=True)
        QTimer.singleShot(0, self.close)

application = QApplication([])
window = Window()
window.resize(1280, 820)
window.show()
application.exec()
"""
DESK = """
import sys, time
from app import window
from PySide6.QtCore import QTimer

class Timed(window.Window):
    def paintEvent(self, event):
        first = not self._was_painted
        super().paintEvent(event)
        if first:
            print("painted", time.time(), flush=True)

    def furnish(self, *parts):
        super().furnish(*parts)
        QTimer.singleShot(0, self.tell)

    def tell(self):
        print("complete", time.time(), flush=True)
        self.close()

window.Window = Timed
from app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(code: str, arguments: list[str], home: str) -> dict[str, float]:
    """Return the seconds from before the process started to each line it printed."""
    environment = os.environ | {"VLM_DESK_HOME": home}
    # A person's Python keeps what it has compiled; without that every start compiles all of it.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(Path(home) / "compiled")
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        environment |= {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        check=True,
        timeout=120,
    )
    words = [line.split() for line in done.stdout.splitlines()]
    return {name: float(moment) - began for name, moment in words}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--document", type=Path, default=None)
    given = parser.parse_args()
    opened = [str(given.document.resolve())] if given.document else []
    bare: list[float] = []
    desk: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as home:
        run(BARE, [], home)
        run(DESK, opened, home)  # both once before counting: compiles and warms the disk
        for _ in range(given.runs):
            bare.append(run(BARE, [], home)["painted"])
            desk.append(run(DESK, opened, home))
    platform = os.environ.get("QT_QPA_PLATFORM") or (
        "xcb" if os.environ.get("DISPLAY") else "offscreen"
    )
    rows = {
        "bare PySide6 window, first paint": bare,
        "VLM Desk, first paint": [times["painted"] for times in desk],
        "VLM Desk, complete": [times["complete"] for times in desk],
    }
    print(f"{given.runs} runs in turns, platform {platform}, seconds")
    print(f"{'':36}{'median':>8}{'fastest':>9}{'slowest':>9}{'ratio':>8}")
    base = statistics.median(bare)
    for name, times in rows.items():
        middle = statistics.median(times)
        line = f"{name:36}{middle:8.3f}{min(times):9.3f}{max(times):9.3f}{middle / base:8.2f}"
        print(line)


if __name__ == "__main__":
    main()
