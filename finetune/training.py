"""One run from its folder to a measured adapter, as a generator of events.

Loaded by the training process only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import torch
from accelerate import Accelerator

from finetune import loop, ranks, runs
from finetune.base_model import load_base, place
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk, save
from finetune.errors import AdapterInvalid, NothingToTrain
from finetune.features import Features
from finetune.fingerprint import base_fingerprint
from finetune.kept import KeptPages
from finetune.lessons import Lesson, lesson_of
from finetune.measuring import measure
from finetune.plan import TrainPlan
from finetune.protocol import Control, Event, Measured, Preparing
from finetune.runs import RunRow
from finetune.saving import save_adapter
from finetune.trainer import TorchLearner

_FEATURES = "features"


def train(run: Path, plan: TrainPlan, rows: list[RunRow], disk: Disk) -> Iterator[Event]:
    """Train, save the adapter, measure it; the last event is `Ended` or `Measured`.

    Among several processes only the main one writes, and only its events count.

    Raises:
        DeskError: When the run cannot be done.
        OSError: When a disk cannot be written for another reason than being full.
    """
    yield Preparing("Loading the model", 0.0)
    if plan.threads:
        torch.set_num_threads(plan.threads)
    accelerator = Accelerator(mixed_precision=_precision(plan))
    learner = _learner(run, plan, rows, disk, accelerator)
    for done, total in learner.prepare():
        yield Preparing("Looking at the pictures", done / total)
    checkpoints = Checkpoints(run / runs.CHECKPOINTS, disk)
    keeper = checkpoints if accelerator.is_main_process else ranks.Follower(checkpoints)

    def asked() -> Control:
        return runs.asked(run)

    world = loop.Surroundings(ranks.agreed(accelerator, asked), asked)
    schedule = loop.Schedule(learner.steps, plan.watch_every, plan.patience)
    yield from loop.train(learner, schedule, keeper, world)
    accelerator.end_training()
    if not accelerator.is_main_process:
        return
    best = keeper.best()
    if best is not None:
        learner.restore_adapter(best)
    save_adapter(learner.wrapped, run / runs.ADAPTER)
    del learner, accelerator
    if any(row.side == "held_out" for row in rows):
        gate = yield from measure(run, plan, rows)
        save(disk, run / runs.GATE, [msgspec.json.encode(gate)])
        yield Measured(gate.passed, " ".join(gate.reasons))


def _precision(plan: TrainPlan) -> str:
    if plan.precision == "auto":
        fast = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16" if fast else "no"
    return "bf16" if plan.precision == "bfloat16" else "no"


def _learner(
    run: Path, plan: TrainPlan, rows: list[RunRow], disk: Disk, accelerator: Accelerator
) -> TorchLearner:
    train = [row for row in rows if row.side == "train"]
    watch = [row for row in rows if row.side == "watch"]
    watch = watch or [row for row in rows if row.side == "held_out"]
    if not train or not watch:
        raise NothingToTrain("This run has no examples to learn from, or none to measure on.")
    base = Path(plan.base)
    if base_fingerprint(base) != plan.base_fingerprint:
        raise AdapterInvalid(f"The model in {base} is not the one this run was started with.")
    loaded = load_base(base, place(plan.precision, accelerator.device.type))

    def lessons(chosen: list[RunRow]) -> list[Lesson]:
        return [lesson_of(loaded, row, plan.splitting) for row in chosen]

    pages = KeptPages(rows, lambda row: runs.read_picture(run, row), plan.seed)
    folder = run / _FEATURES if plan.caches_features else None
    features = Features(loaded, pages, folder, disk)
    return TorchLearner(plan, loaded, lessons(train), lessons(watch), features, accelerator)
