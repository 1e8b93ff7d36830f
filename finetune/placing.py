"""Finds where on their pages the answers of rows stand, for a model that reads pages in parts.

The engine asks a small model about a whole page part by part, see `vlm.part_answers`, so that is
what it is taught: a row about a whole page becomes lessons about parts that hold the answer, and
about parts that do not. Loaded by the training process only.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import msgspec

from finetune import runs
from finetune.effort import HOLDING, LACKING
from finetune.engine_jobs import last_of
from finetune.kept import KeptPages, page_of
from finetune.plan import TrainPlan
from finetune.protocol import Preparing, StepEvent, Wish
from finetune.runs import RunRow
from finetune.types import NOT_ON_PAGE
from vlm import focus
from vlm.absence import says_absent, says_something
from vlm.document_questions import stamp
from vlm.engine import Engine
from vlm.evidence import locate
from vlm.likeness import within
from vlm.page_finder import FEW_WORDS
from vlm.page_reading import READ
from vlm.part_answers import ranked
from vlm.part_finder import PageParts, PartFinder
from vlm.protocol import Ask, Done, Event, Load
from vlm.scan_lines import READ_TOKENS
from vlm.types import WHOLE_PAGE, Box, PageRef, Question, Word

MISREAD, UNLIKE = 0.8, 0.6
"""Likeness of a reading to an answer from which on it is that answer with a letter or two wrong,
and up to which it surely is something else; between them nothing is taught about a part."""

LONG = 6
"""Letters of an answer that may be misread; a shorter one is like too much else."""


def place_all(
    run: Path,
    plan: TrainPlan,
    rows: Sequence[RunRow],
    between: Callable[[], Generator[StepEvent, None, Wish]],
    breathe: Callable[[], None],
) -> Generator[Preparing | StepEvent, None, list[RunRow] | None]:
    """Place what a run learns from and watches; yields how far it is.

    Args:
        run: The run folder.
        plan: Its plan.
        rows: All its rows.
        between: Called before each page; "stop" ends it.
        breathe: Called between two parts; see `hindrances.Breath`.

    Returns:
        The rows as they are taught; None when it was ended.

    Raises:
        DeskError: When the model cannot be loaded or a picture not be read.
    """
    taught = runs.watched(rows)
    pages = KeptPages(taught, lambda row: runs.read_picture(run, row))
    found: list[RunRow] = []
    with contextlib.closing(Engine(pages)) as engine:
        never = threading.Event()
        last_of(engine.load(Load(0, plan.base, precision="exact"), never), breathe)

        def ask(question: Question) -> Event:
            return last_of(engine.ask(Ask(0, question), never), breathe)

        placer = Placer(pages, ask)
        for number, row in enumerate(taught):
            if (yield from between()) == "stop":
                return None
            yield Preparing("Finding the answers on their pages", number / len(taught))
            found += placer.place(row) if row.box is None else (row,)
    return found


class Placer:
    """Turns rows about whole pages into rows about their parts. Use it in one thread.

    Args:
        pages: Draws the rows' pictures.
        ask: Returns the last event of a question about a part of a scan.
    """

    def __init__(self, pages: KeptPages, ask: Callable[[Question], Event]) -> None:
        self._ask = ask
        self._finder = PartFinder(pages, stamp)
        self._first: dict[tuple[str, int], PageRef] = {}
        self._words: dict[PageRef, tuple[Word, ...]] = {}

    def place(self, row: RunRow) -> tuple[RunRow, ...]:
        """Return rows about parts of a row's page; the row itself where that cannot be told.

        Raises:
            DeskError: When the picture cannot be drawn.
        """
        # Questions about one picture share what was found on it.
        page = self._first.setdefault((row.sha256, row.rotation), page_of(row))
        parts = self._finder.find(page, None)
        if parts.asked == (WHOLE_PAGE,):
            return (row,)
        if page not in self._words:
            scan = len(parts.words) < FEW_WORDS
            self._words[page] = self._read(page, parts) if scan else parts.words
        return lessons_in(row, parts, self._words[page]) or (row,)

    def _read(self, page: PageRef, parts: PageParts) -> tuple[Word, ...]:
        """Return what the model reads in each line, every word as if it filled the line."""
        found: list[Word] = []
        for box in parts.asked[: parts.lines]:
            question = Question(READ, page, box, splitting=False, max_new_tokens=READ_TOKENS)
            done = self._ask(question)
            if isinstance(done, Done) and says_something(done.answer.text):
                found += (Word(text, box) for text in done.answer.text.split())
        return tuple(found)


def lessons_in(row: RunRow, page: PageParts, words: Sequence[Word]) -> tuple[RunRow, ...]:
    """Return rows about the parts of a page that a row is best taught on; none if nobody can tell.

    Of the parts with the answer that one counts which has most to do with the question, and one
    that overlaps it: what the answer says elsewhere on the page may mean something else. Of those
    without it, the most misleading one is taught and another one.

    Args:
        row: About the whole page.
        page: Its parts.
        words: What is known to stand on it; parts without any are left out.
    """
    order = ranked(page, focus.texts_of(page.asked, words), row.question)
    told = [(box, text) for box, text, _ in order if text]
    holding: list[Box] = []
    if not says_absent(row.answers[0]):
        every = _holding(row.answers, told, words)
        holding = [box for box in every if _meet(box, every[0])][:HOLDING]
        if not holding:
            return ()
    others = [one for one in told if not any(_meet(one[0], held) for held in holding[:1])]
    taught = [(box, row.answers) for box in holding]
    taught += [(box, (NOT_ON_PAGE,)) for box in _lacking(row, others)]
    return tuple(
        msgspec.structs.replace(row, id=f"{row.id}#{number}", part=box, answers=answers)
        for number, (box, answers) in enumerate(taught)
    )


Told = tuple[Box, str]
"""A part and what stands in it."""


def _holding(answers: Sequence[str], told: Sequence[Told], words: Sequence[Word]) -> Sequence[Box]:
    """Return the parts that say an answer to the letter, else those where it may be misread."""
    exact = [
        box
        for box, _ in told
        if any(locate(answer, words, box).kind == "crop" for answer in answers)
    ]
    long = [one for one in answers if len(one) >= LONG and not any(map(str.isdigit, one))]
    return exact or [
        box for box, text in told if any(within(answer, text) >= MISREAD for answer in long)
    ]


def _lacking(row: RunRow, others: Sequence[Told]) -> Iterator[Box]:
    """Return `LACKING` parts that surely do not say the answer: the first of all, then any."""
    rest = list(others[1:])
    random.Random(row.id).shuffle(rest)
    lacks = (
        box
        for box, text in (*others[:1], *rest)
        if all(within(answer, text) <= UNLIKE for answer in row.answers)
    )
    return itertools.islice(lacks, LACKING)


def _meet(one: Box, other: Box) -> bool:
    return one.holds(other) or other.holds(one)
