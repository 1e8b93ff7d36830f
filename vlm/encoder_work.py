"""Encodes views on as many threads as pay for what there is to compute."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from vlm.families.family import EncodesSeveral, Family
from vlm.spare_cores import SpareCores

SMALL = 2**22
"""Multiplications in a layer's largest product below which one thread is as fast as more."""

UNKNOWN = 2**62
"""What is said of an encoder that has no filter of patches: threads pay in large ones."""

_spare = SpareCores()


def encode(family: Family, model: Any, pixels: dict[str, Any]) -> Tensor:
    """Return what a model's encoder makes of one view; see `Family.encode`.

    Args:
        family: How to talk to the model.
        model: The model.
        pixels: Of the view, from `Family.pixels`.
    """
    work = largest_product(family.encoder(model), pixels)
    with torch.inference_mode(), _threads(work, model.device):
        return family.encode(model, pixels)


def encode_several(
    family: EncodesSeveral, encoder: nn.Module, model: Any, views: Sequence[dict[str, Any]]
) -> list[Tensor]:
    """Return what a model's encoder makes of several views; see `encode`.

    Args:
        family: How to talk to the model.
        encoder: The modules of the model that see.
        model: The model.
        views: The pixels of each.
    """
    work = sum(largest_products(encoder, views))
    with torch.inference_mode(), _threads(work, model.device):
        return family.encode_several(model, views)


@contextmanager
def _threads(work: int, device: torch.device) -> Generator[None]:
    """Compute on one thread where there is little to do, else on as many as others leave."""
    if device.type != "cpu":
        yield
        return
    most = torch.get_num_threads()
    threads = 1 if work < SMALL else _spare.threads(most)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(most)


def largest_product(encoder: nn.Module, pixels: Mapping[str, Any]) -> int:
    """Return the multiplications in the largest product that one layer makes of a view's pixels.

    Args:
        encoder: Of any family.
        pixels: What the family's `encode` takes; ``pixel_values`` of any shape.
    """
    return largest_products(encoder, [pixels])[0]


def largest_products(encoder: nn.Module, views: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the same of several views."""
    filters = [weight for weight in encoder.parameters() if weight.ndim >= 4]
    layers = [part.weight.numel() for part in encoder.modules() if isinstance(part, nn.Linear)]
    found = list[int]()
    for pixels in views:
        values = pixels.get("pixel_values")
        if not filters or not layers or not isinstance(values, Tensor):
            found.append(UNKNOWN)
        else:
            found.append(values.numel() // filters[0][0].numel() * max(layers))
    return found
