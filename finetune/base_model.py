"""Loads the model that is tuned, in numbers fit for learning."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import torch

from finetune.plan import Precision
from vlm.device import Placement
from vlm.loader import LoadedModel, load


def place(precision: Precision, device: str) -> Placement:
    """Choose number formats: what learns is always kept in 32 bits, this is the rest.

    Args:
        precision: As the plan says.
        device: "cuda", "mps" or "cpu".
    """
    half = precision == "bfloat16"
    reason = "As the plan says."
    if precision == "auto":
        half = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        reason = "The GPU computes in bfloat16." if half else "Exact, and resumes bit by bit."
    dtype = torch.bfloat16 if half else torch.float32
    return Placement(device=device, dtype=dtype, encode=dtype, reason=reason)


def load_base(folder: Path, placement: Placement) -> LoadedModel:
    """Load a model without an adapter.

    Raises:
        DeskError: What loading can raise.
    """
    return returned(load(folder, None, placement))


T = TypeVar("T")


def returned(steps: Generator[object, None, T]) -> T:
    """Run a generator to its end and return what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
