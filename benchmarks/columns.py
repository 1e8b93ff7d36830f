"""How well scans of several columns are read: every word, and the words in the order of reading.

Draws pages of two and three columns of its own texts, level with one another and not, with
headings, tables and forms beside them, and scans them as a copier does.

Run with `python -m benchmarks.columns [--only NAME] [--show] [--model DIR]`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.everyday import sheets
from benchmarks.everyday.__main__ import NEVER, loaded, save
from vlm import models
from vlm.protocol import Ask, Done
from vlm.types import PageRef, Question

READ = "What does it say?"
LIBRARY = (
    "The library opens at nine on weekdays and at ten on Saturdays. Readers who borrow more than "
    "twelve books are asked to fill in a second card. Books that are late cost fifteen cents a "
    "day, and nobody is sent a reminder before the third week. The reading room keeps newspapers "
    "of the last two years; older ones lie in the cellar and are fetched within an hour."
)
RIVER = (
    "Measurements were taken at four stations along the river between March and October. Each "
    "sample was kept at four degrees and examined on the same day. We found that the share of "
    "oxygen fell by nine percent in August, while nitrate stayed almost constant. This agrees "
    "with earlier work, although the authors used another method."
)
TERMS = (
    "Der Auftragnehmer haftet nur für Schäden, die er vorsätzlich oder grob fahrlässig verursacht "
    "hat. Die Haftung ist auf den Auftragswert begrenzt. Mängel sind innerhalb von vierzehn Tagen "
    "schriftlich anzuzeigen. Gerichtsstand ist Bremen, soweit der Kunde Kaufmann ist."
)
CHOIR = (
    "On Sunday the choir sang in the old mill. More than two hundred guests came, and the cake was "
    "gone by four. Next year the concert moves to the new hall beside the station, where the sound "
    "is better and the roof is dry."
)
TABLE = ("|Station|Oxygen|Nitrate|Samples", "|Upper|9.1|2.2|14", "|Mill|8.4|2.3|12")
FORM = ("|Invoice number|5414-22", "|Customer|Anna Berg", "|Amount due|1.240,50 EUR")


@dataclass(frozen=True, slots=True)
class Layout:
    """A page: where its parts stand, how they look and what they say, in the order of reading."""

    name: str
    looks: tuple[str, ...]
    parts: tuple[tuple[tuple[float, float, float, float], tuple[str, ...]], ...]


def layouts() -> tuple[Layout, ...]:
    """Return all pages."""
    text, other = (RIVER, LIBRARY, RIVER), (LIBRARY, CHOIR, RIVER)
    small = (TERMS,) * 6
    plain = ("serif", "10", "justify")
    return (
        Layout(
            "heading and level columns",
            plain,
            (
                ((50, 40, 545, 75), ("# River report",)),
                ((50, 90, 290, 800), text),
                ((310, 90, 550, 800), other),
            ),
        ),
        Layout(
            "half a line lower", plain, (((50, 90, 288, 800), text), ((305, 96, 543, 800), other))
        ),
        Layout("a third lower", plain, (((50, 90, 290, 800), text), ((304, 94, 544, 800), other))),
        Layout(
            "small print, narrow white",
            ("sans", "7.5", "justify"),
            (((40, 80, 293, 800), small), ((303, 83, 556, 800), small)),
        ),
        Layout(
            "three columns and a table",
            ("serif", "9"),
            (
                ((40, 40, 555, 80), ("# Village news",)),
                ((40, 90, 200, 600), other),
                ((215, 94, 375, 600), (CHOIR, LIBRARY)),
                ((390, 91, 550, 600), text),
                ((40, 640, 555, 760), TABLE),
            ),
        ),
        Layout(
            "form above columns",
            ("sans", "8.5", "justify"),
            (
                ((50, 40, 545, 130), FORM),
                ((50, 160, 290, 800), small[:3]),
                ((306, 165, 546, 800), small[:3]),
            ),
        ),
        Layout(
            "table between columns",
            plain,
            (
                ((50, 40, 290, 260), (RIVER, CHOIR)),
                ((306, 45, 546, 260), (LIBRARY,)),
                ((50, 290, 545, 380), TABLE),
                ((50, 400, 290, 800), text),
                ((306, 406, 546, 800), other),
            ),
        ),
    )


def drawn(layout: Layout) -> sheets.Everyday:
    """Return a page as a document of everyday life."""
    parts = [sheets.Part(at, (), list(lines)) for at, lines in layout.parts]
    sheet = sheets.Sheet(layout.looks, parts)
    return sheets.Everyday(layout.name, "dev", "prose", "en", [sheet])


def words_of(layout: Layout) -> Iterator[str]:
    """Yield what is printed on a page, word by word, in the order of reading."""
    for _, lines in layout.parts:
        for line in lines:
            yield from line.replace("|", " ").lstrip("# ").split()


def in_any_order(read: Sequence[str], right: Sequence[str]) -> float:
    """Return twice the words that both have, as a share of those that either has."""
    both = (Counter(read) & Counter(right)).total()
    return 2 * both / max(1, len(read) + len(right))


def in_order(read: Sequence[str], right: Sequence[str]) -> float:
    """Return the same of the words of the longest sequence that is in both."""
    longest = [0] * (len(right) + 1)
    for word in read:
        before = 0
        for at, other in enumerate(right, 1):
            now = before + 1 if word == other else max(longest[at], longest[at - 1])
            before, longest[at] = longest[at], now
    return 2 * longest[-1] / max(1, len(read) + len(right))


def main() -> None:
    """Read and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="pages whose name has this")
    parser.add_argument("--show", action="store_true", help="print what was read")
    parser.add_argument("--model", type=Path, default=models.default_folder())
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    engine, scores = loaded(arguments.model), list[tuple[float, float]]()
    print(f"{'':<28}{'words':>8}{'in order':>10}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as home:
        for layout in layouts():
            if arguments.only not in layout.name:
                continue
            file = save(drawn(layout), "scan", Path(home))
            start = time.perf_counter()
            asked = Question(READ, PageRef(str(file), 0), None)
            ended = list(engine.ask(Ask(2, asked), NEVER))[-1]
            assert isinstance(ended, Done), ended
            read, right = ended.answer.text.split(), list(words_of(layout))
            scores.append((in_any_order(read, right), in_order(read, right)))
            seconds = time.perf_counter() - start
            print(f"{layout.name:<28}{scores[-1][0]:>8.3f}{scores[-1][1]:>10.3f}{seconds:>9.2f}")
            if arguments.show:
                print(ended.answer.text)
    engine.close()
    words, order = (statistics.fmean(column) for column in zip(*scores, strict=True))
    print(f"{'all':<28}{words:>8.3f}{order:>10.3f}")


if __name__ == "__main__":
    main()
