"""Times the page client against PyMuPDF in this process and `pdftoppm`, as ratios of one run.

`python -m benchmarks.render [FILE.pdf ...] [--rounds N] [--json]`: without files it draws a
document itself. The ways take turns within every round, so that what else the machine does
slows all of them; each ratio is the median over the rounds of client time / other time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from vlm.pages.client import PageClient
from vlm.pages.mupdf import pymupdf
from vlm.types import WHOLE_PAGE, PageRef

DPI = 100
PAGES = 20
"""Pages that are paged through, at most."""

Way = Callable[[Path, range], None]


def sample(folder: Path) -> Path:
    """Draw a document of pages full of text with a rule and a shaded box on each."""
    document = pymupdf.Document()
    for number in range(PAGES):
        page = document.new_page(width=595, height=842)
        lines = "\n".join(
            f"{number + 1}.{row} Item {row * 37 % 101} 1,234.{row:02d}" for row in range(48)
        )
        page.insert_text((60, 70), lines, fontsize=10)
        page.draw_rect((300, 80, 540, 300), color=(0, 0, 0), fill=(0.9, 0.95, 1))
        page.draw_line((60, 800), (535, 800))
    path = folder / "sample.pdf"
    document.save(path)
    return path


def with_client(client: PageClient) -> Way:
    """Draw through the page process."""

    def draw(path: Path, pages: range) -> None:
        sizes = client.sizes(str(path), pages.start, len(pages))
        for number, size in zip(pages, sizes, strict=True):
            width, height = round(size.width * DPI / 72), round(size.height * DPI / 72)
            client.render(PageRef(str(path), number), WHOLE_PAGE, width, height)

    return draw


def bare(path: Path, pages: range) -> None:
    """Draw with PyMuPDF in this process, opening the document anew."""
    with pymupdf.Document(path) as document:
        for number in pages:
            drawn = document[number].get_pixmap(dpi=DPI, alpha=False)
            bytes(drawn.samples)


def poppler(path: Path, pages: range) -> None:
    """Draw with pdftoppm, one process for all pages, pictures thrown away."""
    first, last = str(pages.start + 1), str(pages.stop)
    command = ["pdftoppm", "-r", str(DPI), "-f", first, "-l", last, str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seconds(way: Way, path: Path, pages: range) -> float:
    """Time one way of drawing."""
    began = time.perf_counter()
    way(path, pages)
    return time.perf_counter() - began


def measure(path: Path, pages: range, rounds: int, client: PageClient) -> dict[str, float]:
    """Return median seconds of each way and the ratios of the client's to them.

    The client's first page is opened with the spare process ready, as after the program's
    start; later pages are drawn by the process that has the document open, as in the window.
    """
    ways: dict[str, Way] = {"client": with_client(client), "pymupdf": bare}
    if shutil.which("pdftoppm"):
        ways["pdftoppm"] = poppler
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        if pages.start == 0:
            client.close(str(path))
        client.settle()
        for name, way in ways.items():
            taken = seconds(way, path, pages)
            client.settle()
            if number:  # the first round warms the file cache
                times[name].append(taken)
    result = {f"{name}_seconds": statistics.median(values) for name, values in times.items()}
    for name in list(times)[1:]:
        pairs = zip(times["client"], times[name], strict=True)
        result[f"client/{name}"] = statistics.median(ours / theirs for ours, theirs in pairs)
    return result


def main() -> int:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(
        description="Time the page client against PyMuPDF and pdftoppm."
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    report: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder, PageClient() as client:
        for path in chosen.files or [sample(Path(folder))]:
            pages = min(PAGES, client.open(str(path)).page_count)
            parts = {"open and first page": range(1), "next pages": range(1, pages)}
            report[path.name] = {
                part: measure(path, which, chosen.rounds, client)
                for part, which in parts.items()
                if which
            }
    if chosen.json:
        print(json.dumps(report))
        return 0
    for name, measured in report.items():
        print(name)
        for part, values in measured.items():
            print(f"  {part}: " + ", ".join(f"{key} {value:.3f}" for key, value in values.items()))
    if not shutil.which("pdftoppm"):
        print("pdftoppm is not installed (poppler-utils), so it was not compared.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
