"""The steps that this program's own trainer takes, for `benchmarks.tuning`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import torch
from accelerate import Accelerator

from benchmarks.stock import BATCH, MICRO, RANK, ROWS, answer, pictures, question
from finetune import plan as plans
from finetune.base_model import load_base, place
from finetune.checkpoint import Checkpoints, Progress
from finetune.disk import RealDisk
from finetune.features import Features
from finetune.kept import KeptPages
from finetune.lessons import Lesson, lesson_of
from finetune.plan import Precision, TrainPlan
from finetune.runs import RunRow
from finetune.trainer import Looked, TorchLearner
from vlm import device
from vlm.loader import LoadedModel
from vlm.types import PageSize


def steps(folder: Path, variant: str, questions: int) -> Iterator[float]:
    """Yield the CPU seconds of each step, its checkpoint included.

    Args:
        folder: Holds `model`; features and checkpoints are kept there.
        variant: A key of `benchmarks.tuning.WORDS`.
        questions: About each page.
    """
    learner = _learner(folder, variant, questions)
    for _ in learner.prepare():
        pass
    keeper = Checkpoints(folder / f"{variant}-checkpoints", RealDisk())
    number = 0
    while True:
        start = time.process_time()
        learner.step(number)
        number += 1
        keeper.save(Progress(number), learner.state())
        yield time.process_time() - start


def _learner(folder: Path, variant: str, questions: int) -> TorchLearner:
    half = variant.endswith("half")
    plan = _plan(folder, variant)
    model = _model(folder, plan, variant)
    drawn = pictures()
    rows = _rows(drawn, questions)
    lessons = [lesson_of(model, row, True) for row in rows]
    assert {len(lesson.layout.tiles) for lesson in lessons} == {5}
    kept = folder / variant if variant.startswith("cached") else None
    kind = _Apart if variant == "plain" else Features
    pages = KeptPages(rows, lambda row: drawn[int(row.picture)])
    features = kind(model, pages, kept, RealDisk())
    accelerator = Accelerator(cpu=True, mixed_precision="bf16" if half else "no")
    return TorchLearner(plan, model, lessons, Looked(lessons[:1]), features, accelerator)


def _plan(folder: Path, variant: str) -> TrainPlan:
    thorough = variant.startswith("thorough")
    return msgspec.structs.replace(
        plans.preset("quick", "benchmark", str(folder / "model"), ""),
        rank=RANK,
        alpha=2 * RANK,
        method="lora" if variant.endswith("lora") else "dora",
        batch=BATCH,
        micro_batch=MICRO,
        views=1,
        epochs=1000,
        trains_vision=thorough,
        connector="full" if thorough else "frozen",
    )


def _model(folder: Path, plan: TrainPlan, variant: str) -> LoadedModel:
    """Load the base as a run would; where features are frozen, pictures are encoded fast."""
    fast = plan.caches_features and variant != "plain"
    encode = device.choose("cpu").encode if fast else torch.float32
    numbers: Precision = "bfloat16" if variant.endswith("half") else "auto"
    return load_base(folder / "model", place(numbers, "cpu", encode))


def _rows(drawn: list[bytes], questions: int) -> list[RunRow]:
    return [
        RunRow(
            id=f"r{n}",
            side="train",
            document=f"d{n}",
            question=question(n),
            answers=(answer(n),),
            picture=f"{n // questions:06}",
            sha256=hashlib.sha256(drawn[n // questions]).hexdigest(),
            size=PageSize(595.0, 842.0),
            box=None,
            rotation=0,
            words=(),
        )
        for n in range(ROWS)
    ]


class _Apart(Features):
    """Shares nothing between rows."""

    def key(self, lesson: Lesson, view: int) -> str:
        """Name what is seen as if no other row showed it."""
        return f"{lesson.row.id}-{view}"
