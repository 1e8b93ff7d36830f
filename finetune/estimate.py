"""Says before a run what it will need, from the sizes in the model's files. Rough by nature.

Counts what dominates: weights, what AdamW remembers, one micro-batch's activations; and what all
steps and the test multiply, see `finetune.effort`, against a measured speed of this processor.
"""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from finetune.adapter_check import tensor_shapes
from finetune.effort import TEXT_TOKENS, Model, Questions, learning_work, lessons, measuring_work
from finetune.errors import AdapterInvalid
from finetune.page_cost import look_of, part_of
from finetune.plan import TrainPlan
from vlm import amounts, parted
from vlm import memory as memories
from vlm.errors import ModelIncomplete
from vlm.types import Box, Value

BITS = "bitsandbytes"
"""The package of 4-bit weights."""
_PARTS = {
    "connector": {
        "connector",
        "multi_modal_projector",
        "perceiver_resampler",
        "qformer",
        "language_projection",
        "merger",
        "deepstack_merger_list",
    },
    "vision_model": {"vision_model", "vision_tower", "visual"},
}
"""What the families call the parts in their files; what is in neither is the text model's."""

_LAYER = re.compile(r"\.(?:layers|layer|blocks|block)\.(\d+)\.")
_ACTIVATIONS = 34
"""Numbers kept for the backward pass for each token, layer and unit of width."""
_CHECKPOINTED = 4
"""The same when parts are computed twice."""
LEARNED_BYTES = 4
"""Bytes of a learned number on disk."""
_PROCESS_BYTES = 600_000_000
"""What Python, torch and transformers take without any model."""
_EFFICIENCY = 0.35
"""Share of the speed of one large product that training small ones reaches."""


class Estimate(Value, frozen=True):
    """What a run will need. `seconds` to learn are -1 where no speed is known, as on a GPU.

    `step_bytes` is the part of `memory_bytes` that a step takes and gives back; `testing_seconds`
    are for the held-out questions, before and after.
    """

    memory_bytes: int
    free_bytes: int
    seconds: float
    learned_numbers: int
    reasons: tuple[str, ...]
    step_bytes: int = 0
    testing_seconds: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether there is enough memory now."""
        return self.memory_bytes <= self.free_bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """Numbers in a part of the model, and the sizes of its linear layers."""

    weights: int
    linear: tuple[tuple[int, int], ...]
    width: int
    layers: int


def estimate(
    plan: TrainPlan,
    learned: Questions,
    held: Questions | None = None,
    views_per_page: int = 5,
    flops: float | None = None,
    versions: int = 2,
) -> Estimate:
    """Estimate a run on this machine's processor.

    Args:
        plan: What will be done.
        learned: What is learned from.
        held: What it is tested on; None to leave the test out.
        views_per_page: Images that a page is shown in.
        flops: Multiplications and additions a second; None to measure.
        versions: How many are asked what it is tested on, see `effort.measuring_work`.

    Raises:
        ModelIncomplete: When the model's files cannot be read.
    """
    base = Path(plan.base)
    parts = _parts(base)
    counted = _learned(plan, parts) if plan.weights else 0
    total = sum(part.weights for part in parts.values())
    page = look_of(base, views_per_page, plan.splitting)
    vision = parts["vision_model"]
    model = Model(
        parts["text_model"].weights,
        page,
        part_of(base) if parted.reads_parts(base) else None,
        lambda look: 2 * look.patches * (vision.weights + _attention(vision, look.together)),
    )
    at_once = model.part is None or lessons(learned, model).rows > 0
    seen = page if at_once or model.part is None else model.part
    kept = _activations(plan, parts, seen.tokens + TEXT_TOKENS, seen.patches)
    step_bytes = 4 * kept if plan.weights else 0
    memory = 4 * total + 16 * counted + step_bytes + _PROCESS_BYTES
    free = int(psutil.virtual_memory().available)
    speed = (flops or measured_flops()) * _EFFICIENCY
    return Estimate(
        memory,
        free,
        learning_work(plan, learned, model) / speed,
        counted,
        _reasons(plan, memory, free, counted),
        step_bytes,
        measuring_work(plan, held, model, versions) / speed if held else 0.0,
    )


def first_step_bytes(plan: TrainPlan, boxes: Sequence[Box | None]) -> int:
    """Return what a first step is thought to need beside the model that is already there.

    Args:
        plan: What will be done.
        boxes: What each row that is taught or watched is about; None for a whole page.

    Raises:
        ModelIncomplete: When the model's files cannot be read.
    """
    whole = sum(box is None for box in boxes)
    return estimate(plan, Questions(len(boxes), whole), flops=1.0).step_bytes


def _activations(plan: TrainPlan, parts: Mapping[str, _Part], tokens: int, patches: int) -> int:
    """Return how many numbers a micro-batch keeps for its backward pass."""
    kept = _CHECKPOINTED if plan.gradient_checkpointing else _ACTIVATIONS
    text, vision = parts["text_model"], parts["vision_model"]
    numbers = tokens * text.layers * text.width
    if plan.trains_vision:
        numbers += patches * vision.layers * vision.width
    return plan.micro_batch * kept * numbers


def _attention(part: _Part, length: int) -> int:
    """Return what every patch's look at all others multiplies, in the patch's own layers."""
    return 2 * length * part.width * part.layers


def measured_flops() -> float:
    """Measure how many multiplications and additions a second this processor does in 32 bits."""
    size = 512
    left = np.ones((size, size), np.float32)
    _ = left @ left
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        _ = left @ left
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best


def _reasons(plan: TrainPlan, memory: int, free: int, learned: int) -> tuple[str, ...]:
    found = [f"What it learns takes about {amounts.size(learned * LEARNED_BYTES)} on disk."]
    if not plan.weights:
        found = ["The model stays as it is; what is learned takes hardly any room on disk."]
    elif plan.caches_features:
        found.append("Pictures are looked at once, so steps are short.")
    if plan.four_bit and (refused := four_bit_refusal(memories.look().gpu is not None)):
        found.append(refused)
    if memory > free:
        found.append(
            f"It needs about {memory / 1e9:.1f} GB of memory and {free / 1e9:.1f} are free. A "
            "smaller micro_batch or gradient_checkpointing needs less."
        )
    return tuple(found)


def four_bit_refusal(has_cuda: bool) -> str:
    """Say in a sentence why 4-bit weights cannot be used here, "" when they can.

    Args:
        has_cuda: Whether the run would compute on a graphics card with CUDA.
    """
    if not has_cuda:
        return (
            "4-bit weights need a graphics card with CUDA, and this run would use the processor. "
            "Switch four_bit off."
        )
    if importlib.util.find_spec(BITS) is None:
        return (
            f"4-bit weights need the package {BITS}, which is not installed here. Install it, or "
            "switch four_bit off."
        )
    return ""


def _learned(plan: TrainPlan, parts: Mapping[str, _Part]) -> int:
    adapted = ["text_model"]
    adapted += ["vision_model"] if plan.trains_vision else []
    adapted += ["connector"] if plan.connector == "adapter" else []
    count = 0
    for name in adapted:
        for wide, deep in parts[name].linear:
            count += plan.rank * (wide + deep) + (wide if plan.method == "dora" else 0)
    return count + (parts["connector"].weights if plan.connector == "full" else 0)


def _parts(base: Path) -> dict[str, _Part]:
    shapes: dict[str, tuple[int, ...]] = {}
    try:
        for file in sorted(base.glob("*.safetensors")):
            shapes.update(tensor_shapes(file))
    except AdapterInvalid as error:
        raise ModelIncomplete(f"The model in {base} cannot be read: {error}") from error
    found: dict[str, _Part] = {}
    for part in ("text_model", *_PARTS):
        own = {name: shape for name, shape in shapes.items() if _part_of(name) == part}
        linear = tuple(
            (shape[0], shape[1])
            for name, shape in own.items()
            if len(shape) == 2 and name.endswith(".weight") and "embed" not in name
        )
        layers = {match[1] for name in own if (match := _LAYER.search(name))}
        weights = sum(wide * deep for wide, deep in linear)
        width = min((min(pair) for pair in linear), default=1)
        found[part] = _Part(weights, linear, width, max(1, len(layers)))
    if not found["text_model"].linear:
        raise ModelIncomplete(f"There are no weights of a model in {base}.")
    return found


def _part_of(name: str) -> str:
    """Return the part that a weight belongs to; "" for the head, which is never tuned."""
    words = name.split(".")
    if "lm_head" in words or "shared" in words:
        return ""
    return next((part for part, own in _PARTS.items() if not own.isdisjoint(words)), "text_model")
