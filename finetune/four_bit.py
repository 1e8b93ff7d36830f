"""Keeps the text model's frozen weights in 4-bit numbers while an adapter learns beside them.

Through bitsandbytes, which is only asked for where it is used: it needs a CUDA device.
"""

from __future__ import annotations

import importlib
from typing import Any

import torch
from torch import nn

from finetune.errors import NothingToTrain
from finetune.estimate import BITS, four_bit_refusal
from vlm.errors import ModelUnsupported
from vlm.family_names import PARTS


def shrink(model: Any, device: str) -> int:
    """Replace the text model's linear layers by 4-bit ones in place; return how many.

    They are NF4 with doubly quantised constants and compute in bfloat16. Sight and connector stay
    as they are: they are small, and reading small print depends on them.

    Args:
        model: Freshly loaded, without an adapter, in the main memory.
        device: Where the model goes; weights become 4-bit numbers on the way.

    Raises:
        ModelUnsupported: When they cannot be used there, see `four_bit_refusal`.
        NothingToTrain: When nobody knows where the model has its text model.
    """
    if reason := four_bit_refusal(device == "cuda"):
        raise ModelUnsupported(reason)
    count = replace(model)
    model.to(device)
    return count


def replace(model: Any) -> int:
    """Put 4-bit layers that hold the same weights in place of the text model's linear ones."""
    bits: Any = importlib.import_module(BITS)
    kind = model.config.model_type
    if kind not in PARTS:
        raise NothingToTrain("This model has no layer that an adapter can be put on.")
    count = 0
    for place in PARTS[kind].text:
        inside: nn.Module = model.get_submodule(place)
        for name, layer in list(inside.named_modules()):
            if not isinstance(layer, nn.Linear):
                continue
            small = bits.nn.Linear4bit(
                layer.in_features,
                layer.out_features,
                bias="bias" in layer.state_dict(),
                compute_dtype=torch.bfloat16,
                compress_statistics=True,
                quant_type="nf4",
            )
            small.load_state_dict(layer.state_dict())
            small.requires_grad_(False)
            parent, _, own = name.rpartition(".")
            setattr(inside.get_submodule(parent), own, small)
            count += 1
    model.is_loaded_in_4bit = True  # peft asks for it before it wraps such layers
    return count
