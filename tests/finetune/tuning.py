"""A tiny model, rows with pictures, and a learner of them."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from pathlib import Path

import msgspec
import torch
from accelerate import Accelerator

from finetune import plan as plans
from finetune import runs, split
from finetune.attach import attach
from finetune.base_model import load_base, place
from finetune.checkpoint import Checkpoints
from finetune.disk import RealDisk
from finetune.features import Features
from finetune.fingerprint import base_fingerprint
from finetune.gate import decide, judge
from finetune.kept import KeptPages
from finetune.lessons import lesson_of
from finetune.plan import TrainPlan
from finetune.protocol import StepEvent
from finetune.runs import RunRow
from finetune.saving import save_adapter
from finetune.trainer import Looked, TorchLearner
from finetune.types import Crop, Side
from tests import tiny
from tests.finetune.made import example, png_of
from vlm.loader import LoadedModel
from vlm.types import Box, PageSize, Quarter

torch.set_num_threads(1)  # two would fight over the cores with other test processes


def base(folder: Path, kind: tiny.Kind = "idefics2") -> Path:
    """Save a tiny checkpoint once a folder."""
    target = folder / kind
    if not target.exists():
        tiny.save(kind, target)
    return target


def loaded(folder: Path) -> LoadedModel:
    return load_base(folder, place("auto", "cpu"))


def row(number: int, side: Side = "train", box: Box | None = None, rotation: Quarter = 0) -> RunRow:
    return RunRow(
        id=f"r{number}",
        side=side,
        document=f"d{number}",
        question=f"What is number {number}?",
        answers=(f"it is {number}", f"{number}"),
        picture=f"{number:06}",
        sha256=hashlib.sha256(png_of(number)).hexdigest(),
        size=PageSize(40.0, 40.0),
        box=box,
        rotation=rotation,
        words=(),
    )


def plan_of(folder: Path, **changes: object) -> TrainPlan:
    quick = plans.preset("quick", "mine", str(folder), "f" * 64)
    small = msgspec.structs.replace(
        quick,
        rank=2,
        alpha=4,
        epochs=2,
        batch=3,
        micro_batch=2,
        views=2,
        watch_every=2,
        splitting=False,
        on_battery=True,  # tests also run on laptops
        precision="float32",  # two runs of a test must not measure the machine differently
    )
    return msgspec.structs.replace(small, **changes)


def learner_of(
    plan: TrainPlan, model: LoadedModel, kept: Path | None = None, guard: int = 0
) -> TorchLearner:
    """Return a learner of four rows that watches one, and `guard` more against forgetting."""
    other = {"answers": ("quite another thing",)}
    rows = [row(number) for number in range(5)]
    rows += [msgspec.structs.replace(row(number), **other) for number in range(5, 5 + guard)]
    pages = KeptPages(rows, lambda r: png_of(int(r.picture)))
    lessons = [lesson_of(model, r, plan.splitting) for r in rows]
    accelerator = Accelerator(cpu=True)
    folder = kept if plan.caches_features else None
    features = Features(model, pages, folder, RealDisk())
    looked = Looked(lessons[4:5], lessons[5:])
    return TorchLearner(plan, model, lessons[:4], looked, features, accelerator)


def frozen_run(root: Path, folder: Path, **changes: object) -> Path:
    """Write a run of ten documents: five are learned from, five held out."""
    examples = [example(number, answer=f"it is {number}") for number in range(10)]
    plan = plan_of(folder, base_fingerprint=base_fingerprint(folder), longest_answer=8, **changes)

    def crop_of(id: str) -> Crop:
        return Crop(png_of(int(id[1:])), PageSize(40.0, 40.0))

    return runs.freeze(root, plan, examples, split.split(examples, 0), crop_of)


def go() -> Generator[StepEvent, None, bool]:
    """Go on with every question, see `measuring.Between`."""
    yield from ()
    return True


def learn_at_random(run: Path, by: float = 0.1) -> None:
    """Leave an adapter in a run folder whose every weight was moved, by about so much."""
    plan = runs.read_plan(run)
    wrapped = attach(loaded(Path(plan.base)).model, plan)
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in wrapped.parameters():
            if weight.requires_grad:
                weight.add_(by * torch.randn_like(weight))
    save_adapter(wrapped, run / runs.ADAPTER)


def measured_run(root: Path, folder: Path, by: float) -> Path:
    """Write a run whose adapter moves every weight it has, and whose measure passed."""
    run = frozen_run(root, folder, connector="full")
    learn_at_random(run, by)
    judged = [judge(f"e{n}", f"d{n}", "Q?", ("a",), "x", "a") for n in range(6)]
    (run / runs.GATE).write_bytes(msgspec.json.encode(decide(judged, [])))
    return run


def state_of(run: Path) -> dict[str, bytes]:
    """Return the bytes a run ended with: newest checkpoint, best and saved adapter."""
    found = Checkpoints(run / runs.CHECKPOINTS, RealDisk()).newest()
    assert found is not None
    state = {name: bytes(raw.data) for name, raw in found.tensors.items()}
    state["progress"] = repr(found.progress).encode()
    state["best"] = (run / runs.CHECKPOINTS / "best.safetensors").read_bytes()
    state["adapter"] = (run / runs.ADAPTER / "adapter_model.safetensors").read_bytes()
    return state
