"""Makes a deeper model of a trained one that answers the same, so that training goes on from there.

A further layer starts as a copy of the one below it whose two ends add nothing: with residual
connections the model is the same function as before, and has more to learn with (Chen, Goodfellow
and Shlens, "Net2Net", arXiv 1511.05641).
"""

import re
from collections.abc import Iterable

import torch

from pretrain import model
from pretrain.model import Preset
from pretrain.reader import Reader

_LAYER = re.compile(r"(?P<stack>.+\.layers)\.(?P<number>\d+)\.(?P<rest>.+)")
ENDS = ("out_proj", "o_proj", "fc2", "down_proj")
"""Last matrices of the two residual branches of a layer, by the names of the library."""


def _depths(names: Iterable[str]) -> dict[str, int]:
    """Return how many layers each stack of layers has."""
    depths: dict[str, int] = {}
    for name in names:
        if found := _LAYER.fullmatch(name):
            stack, number = found["stack"], int(found["number"])
            depths[stack] = max(depths.get(stack, 0), number + 1)
    return depths


@torch.no_grad()
def deepen(shallow: Reader, preset: Preset) -> Reader:
    """Return a reader of a deeper preset that computes what ``shallow`` does.

    New layers are spread evenly; everything else is copied. With a deeper decoder, the layers whose
    attention is guided are others than before.

    Args:
        shallow: the trained reader.
        preset: a size as wide and nowhere shallower.

    Raises:
        ValueError: the preset is shallower or not as wide.
    """
    deep = Reader(model.build(preset))
    known = dict(shallow.named_parameters())
    names = [name for name, _ in deep.named_parameters()]
    old, new = _depths(known), _depths(names)
    if old.keys() != new.keys() or any(new[stack] < old[stack] for stack in old):
        raise ValueError(f"The deeper model is shallower in some part: {old} to {new}")
    for name, parameter in deep.named_parameters():
        source, added = _source(name, old, new)
        if known[source].shape != parameter.shape:
            raise ValueError(f"The deeper model is not as wide at {name}")
        parameter.copy_(torch.zeros_like(parameter) if added else known[source])
    return deep


def _source(name: str, old: dict[str, int], new: dict[str, int]) -> tuple[str, bool]:
    """Return the parameter that one of the deeper model starts from, and whether it starts at 0."""
    found = _LAYER.fullmatch(name)
    if found is None:
        return name, False
    stack, number = found["stack"], int(found["number"])
    below = number * old[stack] // new[stack]
    first = -(-below * new[stack] // old[stack])  # the layer that is the old one itself
    ends = any(part in ENDS for part in found["rest"].split("."))
    return f"{stack}.{below}.{found['rest']}", ends and number != first
