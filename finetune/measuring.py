"""Answers the held-out questions with the base model and with what was learned.

Both are loaded and asked as the window does it. Answers are kept as they come, so that a process
that was ended goes on with the next question.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from pathlib import Path

from finetune import regression, runs
from finetune.base_model import returned
from finetune.gate import Gate, Judged, decide, judge
from finetune.kept import KeptPages, page_of
from finetune.plan import TrainPlan
from finetune.protocol import Measuring, StepEvent
from finetune.runs import RunRow
from vlm import device
from vlm.asking import answer
from vlm.errors import QuestionUnanswerable
from vlm.loader import LoadedModel, load
from vlm.protocol import Ask, Done
from vlm.seeing import Sight
from vlm.types import Question

_ANSWERS = "answers.jsonl"
_BUDGET_BYTES = 64 * 2**20


Between = Callable[[], Generator[StepEvent, None, bool]]
"""Waits as long as something is in the way; returns whether to ask on."""


def measure(
    run: Path, plan: TrainPlan, rows: list[RunRow], between: Between
) -> Generator[Measuring | StepEvent, None, Gate | None]:
    """Ask everything before and after; yields how far it is.

    Args:
        run: The run folder, with its adapter.
        plan: Its plan.
        rows: All its rows; those held out are asked.
        between: Called before each question.

    Returns:
        The decision; None when the person wants to leave: the next process goes on from there.

    Raises:
        DeskError: When the base or the adapter cannot be loaded.
    """
    held = [row for row in rows if row.side == "held_out"]
    fixed, drawn = regression.rows_and_pictures()
    everything = held + fixed

    def picture_of(row: RunRow) -> bytes:
        return drawn[row.id] if row.id in drawn else runs.read_picture(run, row)

    pages = KeptPages(everything, picture_of)
    said = _Answers(run / _ANSWERS)
    total = 2 * len(everything)
    for which, adapter in (("before", None), ("after", str(run / runs.ADAPTER))):
        left = [row for row in everything if (which, row.id) not in said.texts]
        if not left:
            continue
        loaded = _loaded(Path(plan.base), adapter)
        sight = Sight(loaded, pages, _BUDGET_BYTES)
        for row in left:
            if not (yield from between()):
                return None
            yield Measuring(len(said.texts), total)
            said.add(which, row.id, _ask(sight, row, plan))
        del sight, loaded
        device.release("cuda" if device.choose().device == "cuda" else "cpu")
    yield Measuring(total, total)

    def judged(chosen: list[RunRow]) -> list[Judged]:
        return [_judge(row, said.texts) for row in chosen]

    watched_too = not any(row.side == "watch" for row in rows)
    return decide(judged(held), judged(fixed), watched_too)


def _judge(row: RunRow, texts: dict[tuple[str, str], str]) -> Judged:
    before, after = texts["before", row.id], texts["after", row.id]
    return judge(row.id, row.document, row.question, row.answers, before, after)


def _loaded(folder: Path, adapter: str | None) -> LoadedModel:
    return returned(load(folder, adapter, device.choose()))


def _ask(sight: Sight, row: RunRow, plan: TrainPlan) -> str:
    question = Question(row.question, page_of(row), row.box, plan.splitting, plan.longest_answer)
    try:
        for event in answer(sight, Ask(0, question), None, threading.Event()):
            if isinstance(event, Done):
                return event.answer.text
    except QuestionUnanswerable:  # too long for this model: it has no answer to it
        return ""
    return ""


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
