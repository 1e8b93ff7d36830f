"""How long a scan takes until its first answer, its parts read together and one by one.

Run with `python -m benchmarks.scans [PICTURE…] [--rounds 3] [--threads 1]`. The model that ships
with the program is asked about scanned pages, drawn ones where none are given: a question at once,
and what looking at the page ahead takes. Both ways take turns in one process, each time with
nothing kept, and their answers are asserted to be the same.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import torch

from pretrain import fonts, testset
from pretrain.documents.pages import KINDS, draw_page
from vlm import device, models, several
from vlm.engine import Engine
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Event, Load, Loaded, Look, Looked
from vlm.types import Answer, PageRef, Question

EXACT = device.Placement("cpu", torch.float32, torch.float32, "To compare.")
NEVER = threading.Event()
QUESTION = "What is the total?"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the engine's process and of the clock."""

    computed: float
    waited: float


def main() -> None:
    """Measure each page and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path, nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--fonts", type=Path, default=None, help="of drawn pages")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print("seconds, one by one and together: the engine's processor time, and the clock's")
    with tempfile.TemporaryDirectory() as name:
        pictures = arguments.pictures or list(_drawn(Path(name), arguments.fonts))
        for picture in pictures:
            _measure(picture, arguments.rounds)


def _measure(picture: Path, rounds: int) -> None:
    both = (False, True)
    looks: dict[bool, list[Took]] = {way: [] for way in both}
    asks: dict[bool, list[Took]] = {way: [] for way in both}
    answers: dict[bool, Answer] = {}
    for number in range(rounds):
        for together in both if number % 2 else both[::-1]:
            with _engine(together) as engine:
                took, ended = _timed(engine.look(Look(2, PageRef(str(picture), 0)), NEVER))
                looks[together].append(took)
            if not isinstance(ended, Looked):
                sys.exit(f"{picture.name} could not be looked at: {ended}")
            with _engine(together) as engine:
                asked = Question(QUESTION, PageRef(str(picture), 0))
                took, ended = _timed(engine.ask(Ask(2, asked), NEVER))
                asks[together].append(took)
            if not isinstance(ended, Done):
                sys.exit(f"{picture.name} could not be asked about: {ended}")
            answers[together] = ended.answer
    one, other = answers[False], answers[True]
    same = (one.text, one.evidence) == (other.text, other.evidence)
    if not (same and math.isclose(one.confidence, other.confidence, abs_tol=1e-4)):
        sys.exit(f"{picture.name}: the answers differ: {one} and {other}")
    print(f"{picture.name}: {one.text!r}")
    print(_line("first question", asks))
    print(_line("looked at ahead", looks), flush=True)


def _line(what: str, took: dict[bool, list[Took]]) -> str:
    each = [
        (
            statistics.median(one.computed for one in way),
            statistics.median(one.waited for one in way),
        )
        for way in (took[False], took[True])
    ]
    pairs = zip(took[False], took[True], strict=True)
    ratio = statistics.median(one.computed / other.computed for one, other in pairs)
    told = ", ".join(f"{computed:.2f} ({waited:.2f})" for computed, waited in each)
    return f"  {what:<18}{told}, {ratio:.2f} times as fast"


@contextmanager
def _engine(together: bool) -> Generator[Engine]:
    """Give an engine that knows no page and reads parts together or one by one."""
    folder = models.default_folder()
    if folder is None:
        sys.exit("no model came with the program")
    engine = Engine(PageClient(), place=lambda _device: EXACT)
    way = several.suits if together else lambda _sight: False
    try:
        with patch.object(several, "suits", way):
            if not isinstance(list(engine.load(Load(1, str(folder)), NEVER))[-1], Loaded):
                sys.exit(f"the model in {folder} could not be loaded")
            yield engine
    finally:
        engine.close()


def _timed(events: Iterator[Event]) -> tuple[Took, Event]:
    computed, waited = time.process_time(), time.perf_counter()
    *_, ended = events
    return Took(time.process_time() - computed, time.perf_counter() - waited), ended


def _drawn(home: Path, folder: Path | None) -> Iterator[Path]:
    """Draw a page of each kind, held out from training."""
    rng, faces = random.Random("scans"), fonts.load(folder).held_out
    for kind in KINDS:
        page = draw_page(kind, testset.PAGE_PX, testset.PAGE_EM_PX, faces, rng, held_out=True)
        page.sheet.image.save(home / f"{kind}.png")
        yield home / f"{kind}.png"


if __name__ == "__main__":
    main()
