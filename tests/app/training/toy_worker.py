"""The training process with a learner of its own instead of a model: all else is the real one.

As a program: ``python -m tests.app.training.toy_worker RUN_DIR``; the plan's seed says how it goes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import msgspec

from finetune import gate, loop, runs, worker
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk, save
from finetune.errors import NothingToTrain
from finetune.gate import Judged
from finetune.plan import TrainPlan
from finetune.protocol import Event, Measured, Measuring, Preparing, Resumed, Waiting
from finetune.runs import RunRow
from tests.finetune.toy import ToyLearner

FAILS, WAITS, IS_ASKED = 101, 102, 103
"""Seeds with which a run cannot be done, first waits for something, or is measured no further
than the person wishes, until it was left once."""
LEFT = "left"
"""In a run folder: its measure was left."""
STEP_SECONDS = 0.02
MEMORY = 123_000_000


class SlowToy(ToyLearner):
    """Takes its time, so that a test can do something meanwhile."""

    def step(self, number: int) -> loop.Taught:
        time.sleep(STEP_SECONDS)
        taught = super().step(number)
        return loop.Taught(taught.loss, taught.examples, MEMORY)


def train(
    run: Path, plan: TrainPlan, rows: list[RunRow], disk: Disk, say: Callable[[Event], None]
) -> Iterator[Event]:
    yield Preparing("Loading the model", 0.5)
    if plan.seed == FAILS:
        raise NothingToTrain("This run has nothing to learn from.")
    if plan.seed == WAITS:
        yield Waiting(0, "Running on battery. Plug it in and the run goes on.")
        while not runs.asked(run).anyway:
            time.sleep(0.02)
        yield Resumed(0)
    learned = sum(row.side == "train" for row in rows)
    steps = plan.steps(learned + plan.replayed(learned))
    schedule = loop.Schedule(steps, plan.watch_every, plan.patience)
    world = loop.Surroundings(lambda: runs.asked(run), lambda: runs.asked(run))
    yield from loop.train(SlowToy(), schedule, Checkpoints(run / runs.CHECKPOINTS, disk), world)
    held = [row for row in rows if row.side == "held_out"]
    for number in range(len(held)):
        if (yield from loop.obey(steps, world, "leave")) == "leave":
            (run / LEFT).touch()
            return
        yield Measuring(number, len(held))
        while plan.seed == IS_ASKED and not (run / LEFT).exists():
            if runs.asked(run).wish != "run":
                break
            time.sleep(0.02)
    judged = [_judged(row) for row in held]
    decided = gate.decide(judged, [])
    save(disk, run / runs.GATE, [msgspec.json.encode(decided)])
    yield Measured(decided.passed, " ".join(decided.reasons))


def _judged(row: RunRow) -> Judged:
    right = row.answers[0]
    return gate.judge(row.id, row.document, row.question, row.answers, "no idea", right)


def main() -> int:
    toy = ModuleType("finetune.training")
    vars(toy)["train"] = train
    sys.modules["finetune.training"] = toy
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
