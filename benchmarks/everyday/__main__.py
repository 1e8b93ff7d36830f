"""How well the program answers what people ask about everyday documents.

Run with `python -m benchmarks.everyday [--split dev|held|fresh] [--kind forms|prose]
[--as text|scan] [--boxed] [--show] [--model DIR] [--keep DIR]`. Every question is
asked as the window asks it of a whole page or, `--boxed`, of a box around the answer and what
stands left of it.
Who improves the program reads `dev` only: `held` is there to tell whether it holds elsewhere, and
`fresh`, written later, for what was never tried on either.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pymupdf
import torch

from benchmarks.everyday import sheets
from vlm import device, models
from vlm.absence import says_absent, says_something
from vlm.engine import Engine
from vlm.evidence import locate
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Failed, Load, Loaded
from vlm.scoring import anls, exact
from vlm.types import Box, PageRef, Question, Word, union

Form = Literal["text", "scan"]
FORMS: tuple[Form, ...] = ("text", "scan")
SURE = 0.9
EXACT = device.Placement("cpu", torch.float32, torch.float32, "To compare.")
NEVER = threading.Event()

AT_MOST, AIR = 0.5, (0.3, 1.0)
"""Width of a box, of the page's, and what is left around a line, of its height."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the program answered to a question, and how sure it was of it."""

    kind: sheets.Kind
    form: Form
    ask: sheets.Ask
    text: str
    confidence: float
    seconds: float

    @property
    def score(self) -> float:
        """How like a right answer it is, in [0, 1]."""
        return anls(self.text, self.ask.answers)


def main() -> None:
    """Draw the documents, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=sheets.SPLITS, default="dev")
    parser.add_argument("--kind", choices=sheets.KINDS, help="only these documents")
    parser.add_argument("--as", choices=FORMS, dest="form", help="only in this form")
    parser.add_argument("--only", default="", help="documents whose name has this")
    parser.add_argument("--boxed", action="store_true", help="ask of a box around the answer")
    parser.add_argument("--show", action="store_true", help="print every answer")
    parser.add_argument("--model", type=Path, default=models.default_folder())
    parser.add_argument("--keep", type=Path, help="where the documents and a list of rows stay")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    chosen = [
        document
        for document in sheets.documents(arguments.split)
        if arguments.kind in (None, document.kind) and arguments.only in document.name
    ]
    forms: list[Form] = [form for form in FORMS if arguments.form in (None, form)]
    with tempfile.TemporaryDirectory() as name:
        home = arguments.keep or Path(name)
        home.mkdir(parents=True, exist_ok=True)
        told: list[Told] = []
        for form in forms:
            files = {document.name: save(document, form, home) for document in chosen}
            if arguments.keep:
                _keep(chosen, files, home / f"{form}.jsonl")
            told += _ask_all(chosen, files, form, arguments)
    print("\n".join(table(told)))


def loaded(folder: Path) -> Engine:
    """Return an engine with a model, which is asked as the shipped one is; the caller closes it."""
    models.is_shipped = lambda folder, root=None: True
    engine = Engine(PageClient(), place=lambda _device: EXACT)
    ended = list(engine.load(Load(1, str(folder)), NEVER))[-1]
    if not isinstance(ended, Loaded):
        engine.close()
        sys.exit(f"the model in {folder} was not loaded: {ended}")
    return engine


def save(document: sheets.Everyday, form: Form, home: Path) -> Path:
    """Write a document as a PDF with a text layer or as one of scanned pages; returns its file."""
    target = home / f"{document.name}-{form}.pdf"
    with sheets.draw(document) if form == "text" else sheets.scan(document) as made:
        made.subset_fonts()
        made.save(target, garbage=3, deflate=True)
    return target


def table(told: Sequence[Told]) -> Iterator[str]:
    """Yield the lines of the table: one for each kind and form, and one for all together."""
    yield (
        f"{'':<14}{'questions':>9}{'ANLS':>8}{'exact':>8}{'there: found':>14}"
        f"{'absent: said':>14}{'sure: wrong':>16}{'s, median':>11}"
    )
    for kind in sheets.KINDS:
        for form in FORMS:
            rows = [one for one in told if (one.kind, one.form) == (kind, form)]
            if rows:
                yield _line(f"{kind}, {form}", rows)
    yield _line("all", told)


def _line(name: str, rows: Sequence[Told]) -> str:
    here = [one for one in rows if not one.ask.absent]
    gone = [one for one in rows if one.ask.absent]
    sure = [one for one in rows if one.confidence > SURE]
    return (
        f"{name:<14}{len(rows):>9}{_mean(one.score for one in rows):>8}"
        f"{_mean(exact(one.text, one.ask.answers) for one in rows):>8}"
        f"{_mean(one.score for one in here):>14}"
        f"{_share(says_absent(one.text) for one in gone):>14}"
        f"{_share(one.score == 0 for one in sure):>16}"
        f"{statistics.median([one.seconds for one in rows] or [0]):>11.2f}"
    )


def _mean(values: Iterable[float]) -> str:
    kept = list(values)
    return f"{statistics.fmean(kept):.3f}" if kept else "-"


def _share(values: Iterable[bool]) -> str:
    kept = list(values)
    return f"{sum(kept)} of {len(kept)}"


def _ask_all(
    chosen: Sequence[sheets.Everyday],
    files: dict[str, Path],
    form: Form,
    arguments: argparse.Namespace,
) -> Iterator[Told]:
    """Ask all questions with one engine; yields each with its answer."""
    engine = loaded(arguments.model)
    try:
        for document in chosen:
            for ask, box in _boxed(document) if arguments.boxed else _whole(document):
                start = time.perf_counter()
                page = PageRef(str(files[document.name]), ask.page)
                asked = Question(ask.question, page, box, splitting=box is None)
                ended = list(engine.ask(Ask(2, asked), NEVER))[-1]
                if isinstance(ended, Failed):
                    sys.exit(f"{document.name}: {ended.message}")
                assert isinstance(ended, Done)
                seconds, answer = time.perf_counter() - start, ended.answer
                one = Told(document.kind, form, ask, answer.text, answer.confidence, seconds)
                if arguments.show:
                    print(_shown(document, one), flush=True)
                yield one
    finally:
        engine.close()


def _whole(document: sheets.Everyday) -> Iterator[tuple[sheets.Ask, Box | None]]:
    yield from ((ask, None) for ask in document.asks)


def _boxed(document: sheets.Everyday) -> Iterator[tuple[sheets.Ask, Box | None]]:
    """Yield questions with a box as people draw it; without those whose answer stands nowhere."""
    rng = random.Random(document.name)
    with sheets.draw(document) as drawn:
        for ask in document.asks:
            words = list(_words(drawn[ask.page]))
            for answer in () if ask.absent else ask.answers:
                if place := locate(answer, words, None).boxes:
                    yield ask, _around(place[0], [word.box for word in words], rng)
                    break


def _words(page: pymupdf.Page) -> Iterator[Word]:
    wide, high = page.rect.width, page.rect.height
    for x0, y0, x1, y1, text, *_ in page.get_text("words"):
        yield Word(str(text), Box(x0 / wide, y0 / high, x1 / wide, y1 / high))


def _around(place: Box, words: Sequence[Box], rng: random.Random) -> Box:
    """Return a box around a place and the words left of it, with a line's air or less about it."""
    left = max(0.0, place.x1 - AT_MOST)
    middle = (place.y0 + place.y1) / 2
    row = [one for one in words if one.y0 < middle < one.y1 and left < one.x0 < place.x1]
    whole, air = union([place, *row]), place.height * rng.uniform(*AIR)
    return Box(
        max(0.0, whole.x0 - air),
        max(0.0, whole.y0 - air),
        min(1.0, whole.x1 + air),
        min(1.0, whole.y1 + air),
    )


def _shown(document: sheets.Everyday, one: Told) -> str:
    right = " | ".join(one.ask.answers)
    nothing = "" if says_something(one.text) else " (nothing)"
    return (
        f"{one.score:.2f} {document.name} ({one.form}): {one.ask.question}\n"
        f"       right: {right}\n       told:  {one.text!r}, {one.confidence:.2f}{nothing}"
    )


def _keep(chosen: Sequence[sheets.Everyday], files: dict[str, Path], target: Path) -> None:
    """Write the questions as the rows that `vlm-desk eval` and other benchmarks read."""
    rows = [
        {
            "id": f"{document.name}-{number}",
            "file": files[document.name].name,
            "page": ask.page,
            "question": ask.question,
            "answers": list(ask.answers),
        }
        for document in chosen
        for number, ask in enumerate(document.asks, 1)
    ]
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
