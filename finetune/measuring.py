"""Answers the held-out questions with the base model and with what was learned.

Both are asked by the engine that answers in the window, so that what is measured is what a person
gets: also of pages that the engine asks a small model about part by part. Answers are kept as they
come, so that a process that was ended goes on with the next question.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal

from finetune import regression, runs
from finetune.engine_jobs import last_of
from finetune.errors import EngineRefused
from finetune.features import go_on
from finetune.gate import Gate, Judged, decide, judge
from finetune.kept import KeptPages, page_of
from finetune.plan import TrainPlan
from finetune.protocol import Measuring, StepEvent
from finetune.runs import RunRow
from vlm.engine import Engine
from vlm.errors import QuestionUnanswerable
from vlm.protocol import Ask, Done, Load
from vlm.types import Question

Version = Literal["before", "after"]
Between = Callable[[], Generator[StepEvent, None, bool]]
"""Waits as long as something is in the way; returns whether to ask on."""

TOGETHER = 8
"""Pictures that both versions are asked about before the next ones.

Few enough that what a frozen encoder made of them is still there for the other version, and many
enough that changing the version costs little beside them."""

_ANSWERS = "answers.jsonl"
_BUDGET_BYTES = 2**29
"""For what is kept of pages: `TOGETHER` of them with their parts, for a model of any size."""


def measure(
    run: Path,
    plan: TrainPlan,
    rows: list[RunRow],
    between: Between,
    breathe: Callable[[], None] = go_on,
) -> Generator[Measuring | StepEvent, None, Gate | None]:
    """Ask everything before and after; yields how far it is.

    Args:
        run: The run folder, with its adapter.
        plan: Its plan.
        rows: All its rows; those held out are asked.
        between: Called before each question.
        breathe: Called in the middle of questions; see `hindrances.Breath`.

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

    said = _Answers(run / _ANSWERS)
    total = 2 * len(everything)
    pages = KeptPages(everything, picture_of)
    with contextlib.closing(Engine(pages, _BUDGET_BYTES)) as engine:
        versions = _Versions(engine, run, plan, breathe)
        for version, row in in_order(everything):
            if (version, row.id) in said.texts:
                continue
            if not (yield from between()):
                return None
            yield Measuring(len(said.texts), total)
            said.add(version, row.id, versions.answer(version, row))
    yield Measuring(total, total)

    def judged(chosen: list[RunRow]) -> list[Judged]:
        return [_judge(row, said.texts) for row in chosen]

    watched_too = not any(row.side == "watch" for row in rows)
    return decide(judged(held), judged(fixed), watched_too)


def in_order(rows: Sequence[RunRow]) -> Iterator[tuple[Version, RunRow]]:
    """Yield each row with each version: `TOGETHER` pictures with one, then with the other.

    The version changes once for so many pictures, because the next ones begin with the one that
    is there.
    """
    pictures: dict[str, list[RunRow]] = {}
    for row in rows:
        pictures.setdefault(row.sha256, []).append(row)
    shown = list(pictures.values())
    versions: tuple[Version, Version] = ("before", "after")
    for start in range(0, len(shown), TOGETHER):
        some = [row for same in shown[start : start + TOGETHER] for row in same]
        for version in versions:
            for row in some:
                yield version, row
        versions = versions[1], versions[0]


class _Versions:
    """Asks the base and what was learned, changing between them only when it must.

    Args:
        engine: Answers.
        run: The run folder.
        plan: Its plan.
        breathe: Called between two parts of an answer.
    """

    def __init__(
        self, engine: Engine, run: Path, plan: TrainPlan, breathe: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._breathe = breathe
        self._adapters: dict[Version, str | None] = {
            "before": None,
            "after": str(run / runs.ADAPTER),
        }
        self._worn: Version | None = None

    def answer(self, version: Version, row: RunRow) -> str:
        """Return what a version answers to a row, "" where it can have no answer.

        Raises:
            EngineRefused: When it cannot be loaded or asked.
        """
        if version != self._worn:
            # Exactly: what 8 bits change must not be taken for what was learned.
            load = Load(0, self._plan.base, self._adapters[version], precision="exact")
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


def _judge(row: RunRow, texts: dict[tuple[str, str], str]) -> Judged:
    before, after = texts["before", row.id], texts["after", row.id]
    return judge(row.id, row.document, row.question, row.answers, before, after)


class _Answers:
    """Answers on disk, one line each; a line that was cut off is asked again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.texts: dict[tuple[str, str], str] = {}
        whole = 0
        if file.exists():
            data = file.read_bytes()
            whole = data.rfind(b"\n") + 1
            for line in data[:whole].splitlines():
                which, id, text = json.loads(line)
                self.texts[which, id] = text
            with file.open("r+b") as cut:
                cut.truncate(whole)

    def add(self, which: str, id: str, text: str) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([which, id, text]) + "\n")
        self.texts[which, id] = text
