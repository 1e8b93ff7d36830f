"""Weights in 4 or 8 bits on a GPU, through bitsandbytes, where a person prefers small to exact."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import Any

import torch

from vlm.device import Placement
from vlm.types import Precision

SHARES: dict[Precision, float] = {"fast": 0.35, "8bit": 0.6}
"""What packed weights need of their memory otherwise; embeddings and encoder stay as they are."""

LEAST_CARD = (7, 5)
"""The oldest kind of card, by CUDA's number for it, that multiplies in 8 bits."""

EXACT_PARTS = ("lm_head", "vision_model", "vision_tower", "visual", "connector", "perceiver")
"""Modules that are not packed: errors in what is seen, or in the choice of a token, cost most."""


def choose(
    placement: Placement, precision: Precision, tuned: bool
) -> tuple[Placement, dict[str, Any]]:
    """Decide whether a model is packed while it is loaded.

    Args:
        placement: Where it goes.
        precision: What the person wants: "fast" packs in 4 bits, "8bit" in 8.
        tuned: Whether a tuned version is added to the weights, which must then be exact.

    Returns:
        The placement with the reason added, and what `from_pretrained` is given.
    """
    if precision not in SHARES or placement.device != "cuda":
        return placement, {}
    if tuned:
        return _told(placement, "A trained version needs exact numbers, so nothing is packed."), {}
    if importlib.util.find_spec("bitsandbytes") is None:
        reason = (
            "Packing a model on a graphics card needs the package bitsandbytes, which is not "
            "installed, so nothing is packed."
        )
        return _told(placement, reason), {}
    from transformers import BitsAndBytesConfig

    if precision == "8bit":
        if torch.cuda.get_device_capability() < LEAST_CARD:
            reason = "This graphics card is too old to compute in 8 bits, so nothing is packed."
            return _told(placement, reason), {}
        config = BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=list(EXACT_PARTS))
        told = _told(placement, "Its weights are packed in 8 bits, as you chose.")
        return told, {"quantization_config": config, "device_map": {"": 0}}
    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=placement.dtype,
        llm_int8_skip_modules=list(EXACT_PARTS),
    )
    told = _told(placement, "Its weights are packed in 4 bits, as you chose.")
    return told, {"quantization_config": config, "device_map": {"": 0}}


def name_of(model: Any) -> str:
    """Return how a loaded model's weights are packed; "" where they are not.

    What packed weights see and write is not what exact ones do.
    """
    how = getattr(model.config, "quantization_config", None)
    if how is None:
        return ""
    return "packed in 4 bits" if getattr(how, "load_in_4bit", False) else "packed in 8 bits"


def _told(placement: Placement, sentence: str) -> Placement:
    return replace(placement, reason=f"{placement.reason} {sentence}")
