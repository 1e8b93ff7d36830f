"""How well the program reads everyday documents out: whole pages, and boxes around a few lines.

Run with `python -m benchmarks.everyday.read [--split dev|held|fresh] [--as text|scan]
[--boxes 40]`. A page scores by the words that were read and those that stand there, in any order;
a box by its letters.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf
import torch

from benchmarks.everyday import sheets
from benchmarks.everyday.__main__ import FORMS, NEVER, loaded, save
from vlm import models
from vlm.engine import Engine
from vlm.protocol import Ask, Done
from vlm.scoring import distance, plain
from vlm.types import Box, PageRef, Question

READ = "What does it say?"
MARGIN = 2.0
"""Points that a person leaves around the lines in a box."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a page: what it says, and where, in points."""

    text: str
    place: pymupdf.Rect


def main() -> None:
    """Read and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=sheets.SPLITS, default="dev")
    parser.add_argument("--as", choices=FORMS, dest="form", default="scan")
    parser.add_argument("--boxes", type=int, default=40, help="of each number of lines")
    parser.add_argument("--pages", type=int, default=100, help="at most")
    parser.add_argument("--lines", type=int, action="append", help="only so many in a box")
    parser.add_argument("--show", action="store_true", help="print what was read in boxes")
    parser.add_argument("--model", type=Path, default=models.default_folder())
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    documents = sheets.documents(arguments.split)
    with tempfile.TemporaryDirectory() as name:
        files = [save(document, arguments.form, Path(name)) for document in documents]
        engine = loaded(arguments.model)
        try:
            pages = [
                _alike(_read(engine, PageRef(str(file), number), None).split(), words)
                for document, file in zip(documents, files, strict=True)
                for number, words in enumerate(_words(document))
            ][: arguments.pages]
            print(f"{len(pages):4} pages: {statistics.fmean(pages or [0]):.3f} of the words")
            for count in arguments.lines or (1, 2, 3, 4):
                scores = []
                for file, box, text in _boxes(documents, files, count, arguments.boxes):
                    read = _read(engine, PageRef(str(file), 0), box)
                    scores.append(_similar(read, text))
                    if arguments.show:
                        print(f"{scores[-1]:.2f} {text!r} {read!r}", flush=True)
                mean = statistics.fmean(scores or [0])
                print(f"{len(scores):4} boxes of lines: {count}, {mean:.3f} of the letters")
        finally:
            engine.close()


def _read(engine: Engine, page: PageRef, box: Box | None) -> str:
    asked = Question(READ, page, box, splitting=box is None)
    ended = list(engine.ask(Ask(2, asked), NEVER))[-1]
    assert isinstance(ended, Done), ended
    return ended.answer.text


def _words(document: sheets.Everyday) -> Iterator[list[str]]:
    with sheets.draw(document) as drawn:
        for page in drawn:
            yield str(page.get_text()).split()


def _alike(read: Sequence[str], right: Sequence[str]) -> float:
    """Return twice the words that both have, as a share of those that either has."""
    both = (Counter(read) & Counter(right)).total()
    return 2 * both / max(1, len(read) + len(right))


def _similar(read: str, right: str) -> float:
    one, other = plain(read), plain(right)
    return max(0.0, 1 - distance(one, other) / max(1, len(other)))


def _boxes(
    documents: Sequence[sheets.Everyday], files: Sequence[Path], lines: int, count: int
) -> Iterator[tuple[Path, Box, str]]:
    """Yield boxes around so many lines of a paragraph on first pages, and what they say."""
    rng = random.Random(f"boxes of {lines}")
    found: list[tuple[Path, Box, str]] = []
    for document, file in zip(documents, files, strict=True):
        with sheets.draw(document) as drawn:
            for rows in _blocks(drawn[0]):
                for start in range(len(rows) - lines + 1):
                    some = rows[start : start + lines]
                    text = " ".join(row.text for row in some)
                    lefts, tops = [row.place.x0 for row in some], [row.place.y0 for row in some]
                    alone = max(lefts) - min(lefts) < MARGIN and tops == sorted(set(tops))
                    if alone and len(text.split()) >= 3 * lines:
                        found.append((file, _around([row.place for row in some]), text))
    yield from rng.sample(found, min(count, len(found)))


def _blocks(page: pymupdf.Page) -> Iterator[list[_Row]]:
    """Yield the rows of each block of a page."""
    rows: dict[tuple[int, int], _Row] = {}
    for x0, y0, x1, y1, text, block, line, _ in page.get_text("words"):
        place, at = pymupdf.Rect(x0, y0, x1, y1), (int(block), int(line))
        known = rows.get(at)
        rows[at] = _Row(f"{known.text} {text}", known.place | place) if known else _Row(text, place)
    for block in sorted({block for block, _ in rows}):
        yield [row for (number, _), row in rows.items() if number == block]


def _around(places: Sequence[pymupdf.Rect]) -> Box:
    wide, high = sheets.A4
    return Box(
        (min(one.x0 for one in places) - 3 * MARGIN) / wide,
        (min(one.y0 for one in places) - MARGIN) / high,
        (max(one.x1 for one in places) + 3 * MARGIN) / wide,
        (max(one.y1 for one in places) + MARGIN) / high,
    )


if __name__ == "__main__":
    main()
