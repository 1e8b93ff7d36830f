"""A model that is held in bfloat16 and computed in float32, part by part.

For memory that is too short for float32 on a processor that is slow in bfloat16: weights are
brought to 32 bits in pieces that stay in its cache, so that hardly more memory is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from vlm.bfloat16 import bfloat16_gain
from vlm.device import Placement

PIECE = 2**18
"""Numbers that are brought to 32 bits at a time: a megabyte, which a core's cache holds."""

SLOW = 0.9
"""Below this share of float32's speed a processor is too slow in bfloat16."""


class Widened(nn.Linear):
    """A layer ``y = x W + b`` whose weights are narrower than what it computes in.

    Args:
        narrow: The layer whose weights it shares.
    """

    def __init__(self, narrow: nn.Linear) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = narrow.in_features, narrow.out_features
        self.weight, self.bias = narrow.weight, narrow.bias

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        """Multiply ``(..., in)``; returns ``(..., out)``, both in the format of `input`."""
        rows = input.reshape(-1, self.in_features)
        product: Any = _Product.apply
        whole: Tensor = product(rows, self.weight).view(*input.shape[:-1], self.out_features)
        bias: Any = self.bias
        return whole if bias is None else whole + bias


class _Product(torch.autograd.Function):
    """Rows ``(T, in)`` times a weight ``(out, in)`` that nothing is learned for."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(weight)
        found = rows.new_empty(len(rows), len(weight))
        wide = rows.new_empty(min(len(weight), _step(weight)), weight.shape[1])
        for start, piece in _pieces(weight):
            end, whole = start + len(piece), wide[: len(piece)].copy_(piece)
            if len(rows) == 1:
                torch.mv(whole, rows[0], out=found[0, start:end])
            else:
                found[:, start:end] = torch.mm(rows, whole.t())
        return found

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        (weight,), (grad,) = ctx.saved_tensors, grad_outputs
        found = grad.new_zeros(len(grad), weight.shape[1])
        for start, piece in _pieces(weight):
            found.addmm_(grad[:, start : start + len(piece)], piece.to(grad.dtype))
        return found, None


def _pieces(weight: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Yield the first row of each piece of a weight, and the piece."""
    step = _step(weight)
    for start in range(0, len(weight), step):
        yield start, weight[start : start + step]


def _step(weight: Tensor) -> int:
    """Return how many rows of a weight are one piece."""
    return max(1, PIECE // weight.shape[1])


def is_better(placement: Placement) -> bool:
    """Tell whether a model that goes there in bfloat16 is better computed in float32."""
    narrow = placement.device == "cpu" and placement.dtype == torch.bfloat16
    return narrow and bfloat16_gain() < SLOW


def widen(model: Any, placement: Placement) -> Placement:
    """Let a model in bfloat16 on the CPU compute in float32.

    Large weights, those of products and embeddings, stay as they are; the others become float32.

    Returns:
        The placement, with the reason added.
    """
    kept: set[int] = set()
    for name, module in list(model.named_modules()):
        if type(module) is nn.Linear:
            kept.add(id(module.weight))
            model.set_submodule(name, Widened(module))
        elif isinstance(module, nn.Embedding) and module.weight.numel() >= PIECE:
            kept.add(id(module.weight))
            module.register_forward_hook(_in_float32)
    for tensor in [*model.parameters(), *model.buffers()]:
        if tensor.is_floating_point() and id(tensor) not in kept:
            tensor.data = tensor.data.float()
    told = "Its weights alone are: this processor is slow in bfloat16 and computes in float32."
    return replace(placement, reason=f"{placement.reason} {told}")


def _in_float32(_module: nn.Module, _given: Any, made: Tensor) -> Tensor:
    return made.float()
