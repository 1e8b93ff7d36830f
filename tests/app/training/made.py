"""Examples, runs and a training process that the tests of the training window use."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from finetune import plan as plans
from finetune import runs, split
from finetune.examples import ExampleStore
from finetune.plan import TrainPlan
from finetune.types import Crop, Example
from tests.finetune.made import example, png_of
from vlm.types import Box, PageSize

TOP, BOTTOM = Box(0.0, 0.0, 1.0, 0.4), Box(0.0, 0.6, 1.0, 1.0)


def crop(number: int) -> Crop:
    return Crop(png_of(number), PageSize(40.0, 40.0))


def examples(documents: int) -> list[Example]:
    """Two questions about each document, each about a part of its page of its own."""
    found: list[Example] = []
    for number in range(documents):
        for place, (question, box) in enumerate((("Total?", TOP), ("Date?", BOTTOM))):
            one = example(
                2 * number + place, f"d{number}", question, f"{number} {place}", box, "label"
            )
            found.append(one)
    return found


def fill(file: Path, documents: int) -> list[Example]:
    """Keep examples of so many documents in a file."""
    found = examples(documents)
    with ExampleStore(file) as store:
        for number, one in enumerate(found):
            store.add(one, crop(number))
    return found


def plan(name: str = "Invoices", **changes: object) -> TrainPlan:
    made = plans.preset("quick", name, "/models/small", "f" * 64)
    small = msgspec.structs.replace(made, epochs=10, batch=4, micro_batch=2, watch_every=5)
    return msgspec.structs.replace(small, patience=1000, **changes)


def frozen(root: Path, name: str = "Invoices", **changes: object) -> Path:
    """Write a run of ten documents: five are learned from, five held out."""
    found = examples(10)
    sides = split.split(found, 0)
    return runs.freeze(root, plan(name, **changes), found, sides, lambda _: crop(0))


def toy_command(run: Path) -> list[str]:
    return [sys.executable, "-m", "tests.app.training.toy_worker", str(run)]
