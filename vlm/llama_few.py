"""A few tokens through all layers of a Llama-shaped text model on a CPU, in a single call.

A question's own tokens, and guesses that are checked together. As in `vlm.llama_step` there is no
Python between the operations, and `read` is plain Python where it cannot be scripted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.llama_layer import Layer
from vlm.llama_step import compiled, normed

Read = Callable[..., Tensor]

MOST = 128
"""Tokens up to which it pays."""

_packed_product: Any = torch.ops.mkldnn._linear_pointwise


def times(rows: Tensor, weight: Tensor) -> Tensor:
    """Do as `vlm.products.few_times`, which cannot be scripted."""
    if weight.is_mkldnn:
        nothing = [None if weight.is_mkldnn else weight.item()][:0]  # the only list of its type
        found: Tensor = _packed_product(rows, weight, None, "none", nothing, "")
        return found
    return functional.linear(rows, weight)


def read(
    x: Tensor,
    layers: list[list[Tensor]],
    end: list[Tensor],
    buffer: Tensor,
    start: int,
    wanted: int,
    cos: Tensor,
    sin: Tensor,
    eps: float,
    scale: float,
) -> Tensor:
    """Write tokens into the buffer and return the logits after the last `wanted` of them.

    Args:
        x: The tokens, embedded, ``(T, hidden)`` float32, at least 2.
        layers: For each layer its weights in the order of `FewTokens`.
        end: The last norm's weight and the head.
        buffer: ``(layers, 2, kv heads, capacity, head)``.
        start: Where the first token stands.
        wanted: From 1 to T.
        cos: Of their angles, ``(T, 1, head)``.
        sin: Signed, ``(T, 1, head)``.
        eps: Of the norms.
        scale: Of queries times keys.

    Returns:
        ``(wanted, vocab)``.
    """
    count, kv_heads, size = x.shape[0], buffer.shape[2], buffer.shape[4]
    stop = start + count
    both = layers[0][1].shape[0] // size - kv_heads  # heads of queries and keys
    heads = both - kv_heads
    mask = torch.full((count, stop), float("-inf")).triu_(start + 1)
    if heads > kv_heads:
        mask = mask.repeat(heads // kv_heads, 1)
    keys = buffer[:, 0, :, :stop].transpose(2, 3).unbind(0)
    values = buffer[:, 1, :, :stop].unbind(0)
    written = buffer[:, :, :, start:stop].unbind(0)
    for number, weights in enumerate(layers):
        qkv = times(normed(x, weights[0], eps), weights[1]).view(count, -1, size)
        asking = qkv[:, :both]
        asking = torch.addcmul(asking * cos, asking.roll(size // 2, -1), sin)
        written[number][0].copy_(asking[:, heads:].transpose(0, 1))
        written[number][1].copy_(qkv[:, both:].transpose(0, 1))
        # The query heads that share a key head are queries of one head: (kv heads, group * T, size)
        query = asking[:, :heads].transpose(0, 1).reshape(kv_heads, -1, size)
        seen = torch.baddbmm(mask, query, keys[number], alpha=scale).softmax(-1)
        mixed = torch.bmm(seen, values[number]).view(heads, count, size).transpose(0, 1)
        mixed = mixed.reshape(count, heads * size)
        if number + 1 == len(layers):  # nothing reads the other positions any more
            x, mixed = x[count - wanted :], mixed[count - wanted :]
        x = x + times(mixed, weights[2])
        gate, up = times(normed(x, weights[3], eps), weights[4]).chunk(2, -1)
        x = x + times(functional.silu(gate, inplace=True).mul_(up), weights[5])
    return functional.linear(normed(x, end[0], eps), end[1])


def ordered(layer: Layer, weights: Sequence[Tensor]) -> list[Tensor]:
    """Return a layer's norms and products in the order that `read` takes them."""
    qkv, out, gate_up, down = weights
    return [layer.before, qkv, out, layer.between, gate_up, down]


@functools.cache
def scripted() -> Read:
    """Return `read` without Python between its operations where that is possible."""
    found: Read = compiled(read)[0]
    return found


class FewTokens:
    """The weights of all layers as a few tokens read them fastest, and the call that does.

    Args:
        layers: Of the model.
        norm: Of the end.
        head: Of the end.
        scale: Of queries times keys.
    """

    def __init__(self, layers: Sequence[Layer], norm: Tensor, head: Tensor, scale: float) -> None:
        self.layers = [ordered(layer, layer.ready) for layer in layers]
        self.end = [norm, head]
        """The last norm's weight and the head."""
        self._eps, self._scale = layers[0].eps, scale
        self._read = scripted()

    def __call__(
        self, x: Tensor, buffer: Tensor, start: int, wanted: int, cos: Tensor, sin: Tensor
    ) -> Tensor:
        """Write tokens ``(T, hidden)`` at their places; return logits. See `read`."""
        return self._read(
            x, self.layers, self.end, buffer, start, wanted, cos, sin, self._eps, self._scale
        )
