"""How fast a document opens, how it scrolls, and what it takes in memory; prints one table.

Run `python -m benchmarks.scroll`. It needs no screen: pages are painted off screen. Times to the
first page are given as ratios against bare PyMuPDF (and `pdftoppm` where it is installed) drawing
the same page to the same pixels.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import psutil
from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.pages import Drawn, PageService, is_thumbnail
from app.viewer.document_view import DocumentView
from app.viewer.page_area import PageArea
from app.viewer.tiles import draws
from vlm.pages.client import PageClient

PAGES = 1000
FRAME_MS = 16
PAGES_A_SECOND = 3
FAST = 50
REPEATS = 5
REST_MS = 2500
WINDOW = (1200, 900)
MIB = 1024 * 1024


def write_document(path: Path, pages: int) -> None:
    """Write a PDF of dense text pages with rules, like a long report."""
    import pymupdf

    document = pymupdf.open()
    line = "The quick brown fox jumps over the lazy dog and pays 1,234.56 on 14 March 2026. "
    for number in range(pages):
        page = document.new_page()
        page.insert_text((56, 60), f"Page {number + 1}", fontsize=18)
        page.insert_textbox(pymupdf.Rect(56, 80, 539, 780), line * 48, fontsize=10)
        for row in range(30):
            page.draw_line((56, 90 + 23 * row), (539, 90 + 23 * row), width=0.4)
    document.save(str(path))
    document.close()


def bare(path: str, width: int, height: int) -> float:
    """Return the seconds that PyMuPDF alone takes from the path to the first page's pixels."""
    import pymupdf

    began = time.perf_counter()
    document = pymupdf.open(path)
    page = document[0]
    matrix = pymupdf.Matrix(width / page.rect.width, height / page.rect.height)
    page.get_pixmap(matrix=matrix, alpha=False)
    seconds = time.perf_counter() - began
    document.close()
    return seconds


def bare_in_a_process(path: Path, width: int, height: int) -> float:
    """Measure `bare` in a process of its own, so that this one keeps no memory of it."""
    command = [sys.executable, "-m", "benchmarks.scroll", "--bare", str(path)]
    run = subprocess.run(
        [*command, str(width), str(height)], capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def pdftoppm(path: Path, width: int, height: int) -> float | None:
    """Return the seconds of a whole `pdftoppm` run for the first page; None without it."""
    program = shutil.which("pdftoppm")
    if program is None:
        return None
    size = ["-scale-to-x", str(width), "-scale-to-y", str(height)]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [program, "-f", "1", "-l", "1", *size, str(path), f"{folder}/page"], check=True
        )
        return time.perf_counter() - began


def wait(done: Callable[[], bool], limit_ms: int = 60_000) -> None:
    """Run the event loop until something is true."""
    loop, poll = QEventLoop(), QTimer()
    poll.timeout.connect(lambda: loop.quit() if done() else None)
    poll.start(1)
    QTimer.singleShot(limit_ms, loop.quit)
    loop.exec()


def rest() -> None:
    """Give a spare page process the time to start that a person takes between two documents."""
    loop = QEventLoop()
    QTimer.singleShot(REST_MS, loop.quit)
    loop.exec()


def show(path: Path, pages: PageService) -> DocumentView:
    """Open a view as the window does."""
    view = DocumentView(str(path), pages)
    view.resize(*WINDOW)
    view.show()
    return view


def first_page(path: Path, pages: PageService) -> tuple[float, tuple[int, int]]:
    """Return the seconds from opening a view to its first sharp page, and the page's pixels."""
    sizes: list[tuple[int, int]] = []

    def on_drawn(drawn: Drawn) -> None:
        if not is_thumbnail(drawn.draw):
            sizes.append((drawn.draw.width, drawn.draw.height))

    pages.drawn.connect(on_drawn)
    clock = QElapsedTimer()
    clock.start()
    view = show(path, pages)
    wait(lambda: bool(sizes))
    view.grab()
    seconds = clock.nsecsElapsed() / 1e9
    pages.drawn.disconnect(on_drawn)
    view.close()
    view.deleteLater()
    rest()
    return seconds, sizes[0]


class Scroll:
    """Scrolls at an even speed and looks, each frame, at what there is to paint.

    Args:
        view: An open view.
        pages: Its pages.
        speed: Pages a second.
        seconds: How long.
    """

    def __init__(
        self, view: DocumentView, pages: PageService, speed: float, seconds: float
    ) -> None:
        self.frames = self.blank = self.soft = 0
        self.longest_ms = 0
        """Between two frames, by the clock: includes what other programs took."""
        self.busiest_ms = 0.0
        """Of processor time of this thread between two frames."""
        self._view = view
        self._pages = pages
        self._area = view.findChildren(PageArea)[0]
        self._speed = speed
        self._end_ms = round(seconds * 1000)
        self._clock = QElapsedTimer()
        self._last = 0
        self._busy = time.thread_time()
        self._loop = QEventLoop()
        layout = self._area.layout_of_pages
        assert layout is not None
        self._pixels = layout.rect(1).top() - layout.rect(0).top()

    def run(self) -> None:
        """Scroll from the top."""
        timer = QTimer()
        timer.timeout.connect(self._frame)
        self._clock.start()
        timer.start(FRAME_MS)
        self._loop.exec()

    def _frame(self) -> None:
        now = self._clock.elapsed()
        self.longest_ms = max(self.longest_ms, now - self._last)
        self._last = now
        busy = time.thread_time()
        self.busiest_ms = max(self.busiest_ms, (busy - self._busy) * 1000)
        self._busy = busy
        self._look()
        bar = self._area.verticalScrollBar()
        bar.setValue(round(now / 1000 * self._speed * self._pixels))
        self._area.viewport().repaint()
        if now >= self._end_ms:
            self._loop.quit()

    def _look(self) -> None:
        layout, path = self._area.layout_of_pages, self._view.path
        assert layout is not None
        states: set[str] = set()
        for page in self._area.visible_pages():
            wanted = draws(path, layout, page, self._area.seen())
            small = self._pages.thumbnails.of_page(path, page)
            if all(self._pages.has_image(draw) for draw in wanted):
                states.add("sharp")
            else:
                older = self._pages.images.of_page(path, page)
                states.add("soft" if small or older else "blank")
        self.frames += 1
        self.blank += "blank" in states
        self.soft += "soft" in states


def _is_drawn(pages: PageService, path: str, page: int) -> bool:
    return bool(pages.images.of_page(path, page))


def resident() -> tuple[float, float]:
    """Return the MiB that this process and its children hold."""
    me = psutil.Process()
    children = sum(child.memory_info().rss for child in me.children(recursive=True))
    return me.memory_info().rss / MIB, children / MIB


def measure_opening(short: Path, long: Path, pages: PageService) -> None:
    """Print the times to the first page."""
    first_page(short, pages)  # the page process and Qt's fonts are warm from here on
    ones = [first_page(short, pages) for _ in range(REPEATS)]
    longs = [first_page(long, pages) for _ in range(REPEATS)]
    one, many = (median(seconds for seconds, _ in runs) for runs in (ones, longs))
    width, height = longs[0][1]
    alone = median(bare_in_a_process(long, width, height) for _ in range(REPEATS))
    print(f"first page of 1           {one * 1000:8.1f} ms")
    print(f"first page of {PAGES:,}       {many * 1000:8.1f} ms   {many / one:5.2f} x 1 page")
    print(f"bare PyMuPDF, same pixels {alone * 1000:8.1f} ms   {many / alone:5.2f} x bare")
    poppler = [pdftoppm(long, width, height) for _ in range(REPEATS)]
    times = [seconds for seconds in poppler if seconds is not None]
    if times:
        print(
            f"pdftoppm, same pixels     {median(times) * 1000:8.1f} ms   "
            f"{many / median(times):5.2f} x pdftoppm"
        )


def print_scroll(scroll: Scroll, speed: int) -> None:
    """Print what frames showed."""
    print(
        f"scroll {speed:2d} pages/s         {scroll.frames:5d} frames: {scroll.blank} blank, "
        f"{scroll.soft} not yet sharp; longest frame {scroll.longest_ms} ms, "
        f"most work in one {scroll.busiest_ms:.0f} ms"
    )


def measure_scrolling(long: Path, pages: PageService, seconds: float) -> None:
    """Print what frames showed while scrolling, and memory over all pages."""
    view = show(long, pages)
    area = view.findChildren(PageArea)[0]
    wait(lambda: bool(pages.images.of_page(str(long), 0)))
    before, _ = resident()
    steady = Scroll(view, pages, PAGES_A_SECOND, seconds)
    steady.run()
    print_scroll(steady, PAGES_A_SECOND)
    fast = Scroll(view, pages, FAST, PAGES / FAST)
    fast.run()
    print_scroll(fast, FAST)
    peak = 0.0
    for page in range(0, PAGES, 2):
        area.go_to(page)
        wait(partial(_is_drawn, pages, str(long), page), 10_000)
        peak = max(peak, resident()[0])
    window, children = resident()
    held = (pages.images.used_bytes + pages.thumbnails.used_bytes) / MIB
    print(f"memory before             {before:8.0f} MiB")
    print(f"after {PAGES:,} pages         {window:8.0f} MiB (peak {peak:.0f}), images {held:.0f}")
    print(f"page processes            {children:8.0f} MiB")
    view.close()


def main() -> int:
    """Run it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bare", nargs=3, metavar=("FILE", "WIDTH", "HEIGHT"))
    parser.add_argument("--seconds", type=float, default=20, help="of even scrolling")
    options = parser.parse_args()
    if options.bare:
        path, width, height = options.bare
        print(bare(path, int(width), int(height)))
        return 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        short, long = Path(folder) / "short.pdf", Path(folder) / "long.pdf"
        for path, count in ((short, 1), (long, PAGES)):
            subprocess.run(
                [
                    sys.executable,
                    "-c",
                    "import sys; from pathlib import Path; from benchmarks.scroll import "
                    "write_document; write_document(Path(sys.argv[1]), int(sys.argv[2]))",
                    str(path),
                    str(count),
                ],
                check=True,
            )
        pages = PageService(PageClient())
        measure_opening(short, long, pages)
        measure_scrolling(long, pages, options.seconds)
        pages.stop()
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
