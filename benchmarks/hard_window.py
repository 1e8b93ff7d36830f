"""Opens a folder of hard documents in the viewer and prints how each ended and the worst stall.

`python -m benchmarks.hard_window FOLDER [--match PART]`: FOLDER is as for `benchmarks.hard_pdfs`.
It needs no screen. A stall is the longest time between two rounds of the event loop while the
document was on screen; beside it stands the window's own processor time in that round, which a
busy machine does not lengthen. Each document must end within 12 seconds, no round over 100 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.pages import Drawn, PageFailure, PageService, is_thumbnail
from app.viewer.document_view import DocumentView
from benchmarks.hard_pdfs import documents
from vlm.pages.client import PageClient

MOST_SECONDS = 12.0
MOST_STALL_MS = 100.0
LOOK_MS = 150
"""How long a shown document stays, so that its thumbnails and words arrive as well."""
TINY = 100
"""Points; the largest zoom shows a page of these no larger than a thumbnail."""
WINDOW = (1100, 850)


@dataclass(frozen=True)
class Outcome:
    """How one document ended in the viewer; `stall_ms` by the clock, `busy_ms` of processor."""

    file: str
    code: str
    seconds: float
    stall_ms: float
    busy_ms: float


class Pulse:
    """Measures the rounds of the event loop, as long as it lives."""

    def __init__(self) -> None:
        self.stall_ms = self.busy_ms = 0.0
        self._seen, self._spent = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(0)

    def stop(self) -> None:
        """End the measuring."""
        self._timer.stop()

    def _beat(self) -> None:
        seen, spent = time.perf_counter(), time.thread_time()
        self.stall_ms = max(self.stall_ms, (seen - self._seen) * 1000)
        self.busy_ms = max(self.busy_ms, (spent - self._spent) * 1000)
        self._seen, self._spent = seen, spent


def show(pages: PageService, path: Path, password: str | None) -> Outcome:
    """Open one document in a view until its first page is there or a sentence says why not."""
    loop = QEventLoop()
    code: list[str] = []
    name = path.name if password is None else f"{path.name} (with its password)"

    def end(how: str) -> None:
        if not code:
            code.append(how)
            QTimer.singleShot(LOOK_MS, loop.quit)

    def on_drawn(drawn: Drawn) -> None:
        if drawn.draw.page.path != str(path):
            return
        document = view.document()
        tiny = (
            document is not None
            and max(document.first_size.width, document.first_size.height) < TINY
        )  # such a page is never drawn larger than a thumbnail
        if tiny or not is_thumbnail(drawn.draw):
            end("shown")

    def on_failed(failure: PageFailure) -> None:
        if failure.path != str(path):
            return
        if failure.code == "password_needed" and password is not None and view.document() is None:
            view.unlock(password)
        elif failure.page in (None, 0):
            end(failure.code)

    pages.drawn.connect(on_drawn)
    pages.failed.connect(on_failed)
    pulse = Pulse()
    began = time.perf_counter()
    view = DocumentView(str(path), pages)
    view.resize(*WINDOW)
    view.show()
    QTimer.singleShot(round((MOST_SECONDS + 3) * 1000), loop.quit)
    loop.exec()
    seconds = time.perf_counter() - began - LOOK_MS / 1000
    pulse.stop()
    pages.drawn.disconnect(on_drawn)
    pages.failed.disconnect(on_failed)
    view.close()
    view.deleteLater()
    return Outcome(name, code[0] if code else "nothing", seconds, pulse.stall_ms, pulse.busy_ms)


def main() -> int:
    """Run the benchmark; return 1 when a document took too long or said nothing."""
    parser = argparse.ArgumentParser(description="Open a folder of hard documents in the viewer.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--match", default="", help="only files whose name contains this")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    pages = PageService(PageClient())
    outcomes = [
        show(pages, path, password)
        for path, password in documents(chosen.folder)
        if chosen.match in path.name
    ]
    pages.stop()
    application.processEvents()
    print(f"{len(outcomes)} documents in the viewer")
    for code, count in Counter(outcome.code for outcome in outcomes).most_common():
        print(f"  {count:4d}  {code}")
    print("Slowest, seconds:")
    for one in sorted(outcomes, key=lambda one: -one.seconds)[:5]:
        print(f"  {one.seconds:6.2f}  {one.code:20s} {one.file}")
    print("Longest rounds of the window, milliseconds by the clock and of processor time:")
    for one in sorted(outcomes, key=lambda one: -one.stall_ms)[:5]:
        print(f"  {one.stall_ms:6.1f} {one.busy_ms:6.1f}  {one.file}")
    late = sum(one.seconds > MOST_SECONDS for one in outcomes)
    print(f"Over {MOST_SECONDS:.0f} seconds: {late}")
    print(
        f"Rounds over {MOST_STALL_MS:.0f} ms by the clock: "
        f"{sum(one.stall_ms > MOST_STALL_MS for one in outcomes)}, of processor time: "
        f"{sum(one.busy_ms > MOST_STALL_MS for one in outcomes)}"
    )
    return int(late > 0 or any(one.code == "nothing" for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
