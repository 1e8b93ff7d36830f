"""Answers the held-out questions with the base model and with what was learned.

Both are asked by the engine that answers in the window, so that what is measured is what a person
gets: also of pages that the engine asks a small model about part by part. Answers are kept as they
come, so that a process that was ended goes on with the next question.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from finetune import page_angles, regression, runs
from finetune.engine_jobs import last_of
from finetune.errors import EngineRefused
from finetune.features import go_on
from finetune.gate import Gate, Judged, decide, judge
from finetune.kept import KeptPages, page_of
from finetune.plan import TrainPlan
from finetune.protocol import Measuring, StepEvent
from finetune.runs import RunRow
from vlm import device
from vlm.engine import Engine
from vlm.errors import QuestionUnanswerable
from vlm.protocol import Ask, Done, Load
from vlm.types import Question

Version = str
"""What is asked: "before" and "after", a version in use, or one of the candidates."""

BEFORE, AFTER = "before", "after"
_IN_USE = "in use: "
Between = Callable[[], Generator[StepEvent, None, bool]]
"""Waits as long as something is in the way; returns whether to ask on."""

TOGETHER = 8
"""Pictures that both versions are asked about before the next ones.

Few enough that what a frozen encoder made of them is still there for the other version, and many
enough that changing the version costs little beside them."""

ANSWERS = "answers.jsonl"
"""In a run folder: what each version answered."""

_BUDGET_BYTES = 2**29
"""For what is kept of pages: `TOGETHER` of them with their parts, for a model of any size."""


def measure(
    run: Path,
    plan: TrainPlan,
    rows: list[RunRow],
    between: Between,
    breathe: Callable[[], None] = go_on,
    watched_too: bool = False,
) -> Generator[Measuring | StepEvent, None, Gate | None]:
    """Ask everything before and after; yields how far it is.

    Where a tuned version reads a document now, that is what answers before, beside the base.

    Args:
        run: The run folder, with its adapter.
        plan: Its plan.
        rows: All its rows; those held out are asked.
        between: Called before each question.
        breathe: Called in the middle of questions; see `hindrances.Breath`.
        watched_too: Whether those held out also decided which weights are kept.

    Returns:
        The decision; None when the person wants to leave: the next process goes on from there.

    Raises:
        DeskError: When a version cannot be loaded, or a question fails for a reason of its own.
    """
    held = [row for row in rows if row.side == "held_out"]
    fixed, drawn = regression.rows_and_pictures()
    everything = held + fixed

    def picture_of(row: RunRow) -> bytes:
        return drawn[row.id] if row.id in drawn else runs.read_picture(run, row)

    used = {row.reader: run / runs.IN_USE / row.reader for row in held if row.reader}
    adapters = {BEFORE: None, **{in_use(name): used[name] for name in used}}
    adapters[AFTER] = run / runs.ADAPTER
    pages = KeptPages(everything, picture_of, angles=page_angles.kept(run))
    file = run / ANSWERS
    texts = yield from ask_all(plan, everything, pages, adapters, file, between, breathe)
    if texts is None:
        return None

    def judged(chosen: list[RunRow], as_used: bool = False) -> list[Judged]:
        return [_judge(row, texts, as_used) for row in chosen]

    came = judged(held)
    return decide(
        judged(held, True) if used else came, judged(fixed), watched_too, came if used else ()
    )


def in_use(name: str) -> Version:
    """Return how a tuned version of that name is called among those that are asked."""
    return f"{_IN_USE}{name}"


def _is_asked(version: Version, row: RunRow) -> bool:
    """Tell whether a version is asked about a row: one in use about what it reads."""
    return not version.startswith(_IN_USE) or version == in_use(row.reader)


def ask_all(
    plan: TrainPlan,
    rows: Sequence[RunRow],
    pages: KeptPages,
    adapters: Mapping[Version, Path | None],
    file: Path,
    between: Between,
    breathe: Callable[[], None] = go_on,
) -> Generator[Measuring | StepEvent, None, dict[tuple[Version, str], str] | None]:
    """Ask several versions of a model all questions; yields how far it is.

    Args:
        plan: Names the base and how it is asked.
        rows: The questions.
        pages: Draws their pictures.
        adapters: The versions' folders; None for the base.
        file: Keeps the answers; what is there is not asked again.
        between: Called before each question.
        breathe: Called in the middle of questions; see `hindrances.Breath`.

    Returns:
        The answers by version and row; None when the person wants to leave.

    Raises:
        DeskError: When a version cannot be loaded, or a question fails for a reason of its own.
    """
    said, order = _Answers(file), list(in_order(rows, tuple(adapters)))
    total = len(order)
    with contextlib.closing(Engine(pages, _BUDGET_BYTES, device.choose)) as engine:
        versions = _Versions(engine, plan, adapters, breathe)
        for version, row in order:
            if (version, row.id) in said.texts:
                continue
            if not (yield from between()):
                return None
            yield Measuring(len(said.texts), total)
            said.add(version, row.id, versions.answer(version, row))
    yield Measuring(total, total)
    return said.texts


def in_order(
    rows: Sequence[RunRow], versions: Sequence[Version] = (BEFORE, AFTER)
) -> Iterator[tuple[Version, RunRow]]:
    """Yield each row with each version: `TOGETHER` pictures with one, then with the others.

    A version in use is asked about what it reads only. The next pictures begin with the version
    that is there, so that it changes seldom.
    """
    pictures: dict[str, list[RunRow]] = {}
    for row in rows:
        pictures.setdefault(row.sha256, []).append(row)
    shown = list(pictures.values())
    for start in range(0, len(shown), TOGETHER):
        some = [row for same in shown[start : start + TOGETHER] for row in same]
        for version in versions:
            for row in some:
                if _is_asked(version, row):
                    yield version, row
        versions = versions[::-1]


class _Versions:
    """Asks the base and what was learned, changing between them only when it must.

    Args:
        engine: Answers.
        plan: Of the run.
        adapters: The versions' folders; None for the base.
        breathe: Called between two parts of an answer.
    """

    def __init__(
        self,
        engine: Engine,
        plan: TrainPlan,
        adapters: Mapping[Version, Path | None],
        breathe: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._breathe = breathe
        self._adapters = adapters
        self._worn: Version | None = None

    def answer(self, version: Version, row: RunRow) -> str:
        """Return what a version answers to a row, "" where it can have no answer.

        Raises:
            EngineRefused: When it cannot be loaded or asked.
        """
        if version != self._worn:
            # Exactly: what 8 bits change must not be taken for what was learned.
            folder = self._adapters[version]
            named = str(folder) if folder is not None else None
            load = Load(0, self._plan.base, named, precision="exact")
            last_of(self._engine.load(load, threading.Event()), self._breathe)
            self._worn = version
        plan = self._plan
        asked = Question(row.question, page_of(row), row.box, plan.splitting, plan.longest_answer)
        try:
            done = last_of(self._engine.ask(Ask(0, asked), threading.Event()), self._breathe)
        except EngineRefused as error:
            if error.told != QuestionUnanswerable.code:
                raise
            return ""  # too long for this model
        return done.answer.text if isinstance(done, Done) else ""


def _judge(row: RunRow, texts: dict[tuple[str, str], str], as_used: bool) -> Judged:
    reader = row.reader if as_used else ""
    before, after = texts[in_use(reader) if reader else BEFORE, row.id], texts[AFTER, row.id]
    return judge(row.id, row.document, row.question, row.answers, before, after, reader)


class _Answers:
    """Answers on disk, one line each; a line that was cut off or damaged is asked again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.texts: dict[tuple[str, str], str] = {}
        whole = 0
        if file.exists():
            data = file.read_bytes()
            whole = data.rfind(b"\n") + 1
            for line in data[:whole].splitlines():
                with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):  # asked again
                    which, id, text = msgspec.json.decode(line, type=tuple[str, str, str])
                    self.texts[which, id] = text
            with file.open("r+b") as cut:
                cut.truncate(whole)

    def add(self, which: str, id: str, text: str) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([which, id, text]) + "\n")
        self.texts[which, id] = text
