"""What asking a page part by part brings: answers right, seconds, and how often it finds nothing.

Run with `python -m benchmarks.parts [ROWS.jsonl] [--questions 60] [--pages 6] [--fonts DIR]
[--viewed]`. The model that ships with the program is asked the same questions about whole pages in
three ways: the page as one picture, split in four, and in parts as the program does it; in a fourth
with `--viewed`, after the page was looked at ahead. The pages are those of the given rows, whose
files are looked for beside the list and one folder up, and drawn ones, held out from training: as
pictures, and as documents that have the same words as a text layer.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf
import torch

from pretrain import fonts, testset
from pretrain.documents.fields import FIELDS, NOT_HERE
from pretrain.documents.pages import KINDS, Page, draw_page
from vlm import device, models
from vlm.absence import says_something
from vlm.engine import Engine
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Failed, Load, Loaded, Look, Looked
from vlm.scoring import anls
from vlm.types import PageRef, Question

POINTS_WIDE = 595
"""Of drawn documents: A4."""
EXACT = device.Placement("cpu", torch.float32, torch.float32, "To compare.")


@dataclass(frozen=True, slots=True)
class Row:
    """A question about the first page of a file, and what is right."""

    file: Path
    question: str
    answers: tuple[str, ...]


@dataclass(slots=True)
class Way:
    """One way to ask, and what came of it."""

    name: str
    splitting: bool
    in_parts: bool
    viewed: bool = False
    scores: list[float] = field(default_factory=list)
    nothing: list[bool] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    later_s: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Return its line of the table."""
        later = f"{statistics.median(self.later_s):8.2f}" if self.later_s else "       -"
        return (
            f"  {self.name:<20}{statistics.mean(self.scores):8.3f}"
            f"{statistics.mean(self.nothing):12.0%}{statistics.median(self.first_s):10.2f}{later}"
        )


def main() -> None:
    """Ask in every way and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path, nargs="?", help="JSON lines: file, question, answers")
    parser.add_argument("--questions", type=int, default=60, help="of these rows")
    parser.add_argument("--pages", type=int, default=6, help="drawn pages")
    parser.add_argument("--fonts", type=Path, default=None)
    parser.add_argument("--model", type=Path, default=models.default_folder())
    parser.add_argument("--parts-only", action="store_true", help="leave the other ways out")
    parser.add_argument("--viewed", action="store_true", help="also pages looked at ahead")
    parser.add_argument("--show", action="store_true", help="print every answer in parts")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        sets: list[tuple[str, list[Row]]] = []
        if arguments.rows is not None:
            sets.append((arguments.rows.name, read_rows(arguments.rows, arguments.questions)))
        if arguments.pages:
            drawn = _drawn(home, arguments.pages, arguments.fonts)
            sets += [("drawn pages, pictures", drawn[0]), ("drawn pages, text layer", drawn[1])]
        for title, rows in sets:
            _measure(title, rows, arguments)


def _measure(title: str, rows: Sequence[Row], arguments: argparse.Namespace) -> None:
    ways = [Way("page, in parts", True, True)]
    if not arguments.parts_only:
        ways = [Way("page, one picture", False, False), Way("page, split", True, False), *ways]
    if arguments.viewed:
        ways.append(Way("in parts, viewed", True, True, viewed=True))
    for way in ways:
        for row, answer in ask_rows(rows, way, arguments.model):
            if arguments.show and way.in_parts:
                print(f"    {row.file.stem[:20]:<20} {row.question} {row.answers} {answer!r}")
    wanting = statistics.mean(row.answers == (NOT_HERE,) for row in rows)
    print(f"{title}: {len(rows)} questions, {wanting:.0%} of them have no answer on their page")
    print(f"  {'':<20}{'ANLS':>8}{'no answer':>12}{'first s':>10}{'later s':>8}")
    print("\n".join(way.line() for way in ways), flush=True)


def ask_rows(rows: Sequence[Row], way: Way, folder: Path) -> Iterator[tuple[Row, str]]:
    """Ask all rows in one way with a fresh engine; yields each with its answer."""
    engine, never = Engine(PageClient(), place=lambda _device: EXACT), threading.Event()
    try:
        # Any model is asked as the shipped one is, and as every other one.
        models.is_shipped = lambda folder, root=folder: way.in_parts
        loaded = list(engine.load(Load(1, str(folder)), never))[-1]
        if not isinstance(loaded, Loaded) or loaded.model.small is not way.in_parts:
            sys.exit(f"the model in {folder} was not loaded as it should be: {loaded}")
        seen: set[Path] = set()
        for row in rows:
            page = PageRef(str(row.file), 0)
            if way.viewed and row.file not in seen:  # as the window does while a person reads
                assert isinstance(list(engine.look(Look(3, page), never))[-1], Looked)
            start = time.perf_counter()
            asked = Question(row.question, page, None, way.splitting)
            ended = list(engine.ask(Ask(2, asked), never))[-1]
            seconds = time.perf_counter() - start
            if isinstance(ended, Failed):
                print(f"    {row.file.name}: {ended.message}")
            text = ended.answer.text if isinstance(ended, Done) else ""
            (way.later_s if row.file in seen else way.first_s).append(seconds)
            seen.add(row.file)
            way.scores.append(anls(text, row.answers))
            way.nothing.append(not says_something(text))
            yield row, text
    finally:
        engine.close()


def read_rows(table: Path, count: int | None = None) -> list[Row]:
    """Return the first questions of a list about first pages, all of them without `count`."""
    rows = [json.loads(line) for line in table.read_text("utf-8").splitlines()][:count]
    beside = {row["file"]: table.parent / row["file"] for row in rows}
    return [
        Row(
            (path if (path := beside[row["file"]]).exists() else table.parent.parent / row["file"]),
            row["question"],
            tuple(row["answers"]),
        )
        for row in rows
        if row.get("page", 0) == 0
    ]


def _drawn(home: Path, count: int, folder: Path | None) -> tuple[list[Row], list[Row]]:
    """Draw pages of all kinds; returns the rows about pictures and about documents with text."""
    rng = random.Random("parts of pages")
    faces = fonts.load(folder).held_out
    pictures: list[Row] = []
    written: list[Row] = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        page = draw_page(kind, testset.PAGE_PX, testset.PAGE_EM_PX, faces, rng, held_out=True)
        picture, document = home / f"{kind}-{number}.png", home / f"{kind}-{number}.pdf"
        page.sheet.image.save(picture)
        _with_text(page, picture, document)
        for ask in page.asks:
            if ask.field is not None:
                pictures.append(Row(picture, ask.question, (ask.answer,)))
                written.append(Row(document, ask.question, (ask.answer,)))
        missing = _missing(page, rng)
        pictures.append(Row(picture, missing, (NOT_HERE,)))
        written.append(Row(document, missing, (NOT_HERE,)))
    return pictures, written


def _missing(page: Page, rng: random.Random) -> str:
    """Ask for something that the page does not have."""
    printed = {ask.field.key for ask in page.asks if ask.field is not None}
    return rng.choice([one for one in FIELDS if one.key not in printed]).ask(rng, held_out=True)


def _with_text(page: Page, picture: Path, target: Path) -> None:
    """Make a document that shows the picture and has its words, invisible, where they stand."""
    width, height = page.sheet.image.size
    scale = POINTS_WIDE / width
    with pymupdf.open() as document:
        sheet = document.new_page(width=POINTS_WIDE, height=height * scale)
        sheet.insert_image(sheet.rect, filename=str(picture))
        letters = pymupdf.Font("helv")  # embedded: a reader's own font has no sign for euros
        sheet.insert_font(fontname="words", fontbuffer=letters.buffer)
        for word in re.finditer(r"\S+", page.sheet.text):
            left, top, _, end = page.sheet.boxes[word.start()]
            right = page.sheet.boxes[word.end() - 1][2]
            size = (end - top) * scale
            at = pymupdf.Point(left * scale, (end - 0.2 * (end - top)) * scale)
            # As wide as it is drawn: a wider one would touch the next and be read as one with it.
            wide = (right - left) * scale / (letters.text_length(word[0], 1) * size)
            narrowed = (at, pymupdf.Matrix(wide, 1))
            sheet.insert_text(
                at, word[0], fontname="words", fontsize=size, morph=narrowed, render_mode=3
            )
        document.save(target)


if __name__ == "__main__":
    main()
