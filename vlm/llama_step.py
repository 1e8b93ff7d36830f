"""Single tokens through all layers of a Llama-shaped text model on a CPU, in a single call.

For a small model, asking for operations one by one takes longer than computing them. TorchScript
runs the loop over the layers without Python in between; it needs no compiler. `step` and `write`
are plain Python as well and do the same where they cannot be scripted: a program frozen without its
sources.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.products import OneRow

Step = Callable[
    [Tensor, list[list[Tensor]], list[Tensor], Tensor, int, Tensor, Tensor, float, float], Tensor
]
Norm = Callable[[Tensor, Tensor, float], Tensor]
Write = Callable[..., tuple[list[int], list[float]]]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """How `write` chooses: always the likeliest token that is not banned.

    Attributes:
        banned: Ids that are never chosen, ``(any,)`` int64.
        ends: Ids after which it stops.
    """

    banned: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.long))
    ends: list[int] = field(default_factory=list[int])


_in_8_bits: Any = torch.ops.aten._weight_int8pack_mm


def _times(row: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Return the product of a row ``(1, in)``; in 8 bits ``(1, out)`` bfloat16."""
    if weight.dtype == torch.int8:
        found: Tensor = _in_8_bits(row.to(torch.bfloat16), weight, scales)
        return found
    return torch.mm(row, weight)


def _plus(x: Tensor, row: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Return x and the product of a row."""
    if weight.dtype == torch.int8:
        found: Tensor = _in_8_bits(row.to(torch.bfloat16), weight, scales)
        return x + found
    return torch.addmm(x, row, weight)


def _normed(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Normalise one row ``(1, hidden)``."""
    square = float(torch.dot(x[0], x[0]).item()) / x.shape[1]
    return torch.mul(x, weight).mul_((square + eps) ** -0.5)


def step(
    x: Tensor,
    layers: list[list[Tensor]],
    end: list[Tensor],
    buffer: Tensor,
    place: int,
    cos: Tensor,
    sin: Tensor,
    eps: float,
    scale: float,
) -> Tensor:
    """Write a token into the buffer and return the logits after it, ``(1, vocab)``.

    Args:
        x: The token, embedded, ``(1, hidden)`` float32.
        layers: For each layer its weights in the order of `OneToken`.
        end: The last norm's weight, the head and its scales.
        buffer: ``(layers, 2, kv heads, capacity, head)``.
        place: Where the token stands.
        cos: Of its angles, ``(2, head / 2)``.
        sin: The positive ones, ``(head / 2,)``.
        eps: Of the norms.
        scale: Of queries times keys.
    """
    kv_heads, half = buffer.shape[2], buffer.shape[4] // 2
    rows = layers[0][1].numel() // x.shape[1] // (2 * half)  # heads of queries, keys and values
    asking, turning = rows - 2 * kv_heads, rows - kv_heads
    cosines = torch.ones(rows, 2, half)  # values do not turn
    cosines[:turning] = cos
    keys = buffer[:, 0, :, : place + 1].transpose(2, 3).unbind(0)
    values = buffer[:, 1, :, : place + 1].unbind(0)
    written = buffer[:, :, :, place].unbind(0)
    for number, weights in enumerate(layers):
        heads = _times(_normed(x, weights[0], eps), weights[1], weights[2]).view(rows, 2, half)
        turned = heads * cosines
        turned[:turning, 0].addcmul_(heads[:turning, 1], sin, value=-1)
        turned[:turning, 1].addcmul_(heads[:turning, 0], sin)
        written[number].copy_(turned[asking:].view(2, kv_heads, 2 * half))
        asked = turned[:asking].view(kv_heads, -1, 2 * half)
        scores = torch.bmm(asked, keys[number])
        mixed = torch.bmm(scores.mul_(scale).softmax(-1), values[number]).view(1, -1)
        x = _plus(x, mixed, weights[3], weights[4])
        both = _times(_normed(x, weights[5], eps), weights[6], weights[7])
        gate, up = both.chunk(2, -1)
        x = _plus(x, functional.silu(gate, inplace=True).mul_(up), weights[8], weights[9])
    return _times(_normed(x, end[0], eps), end[1], end[2]).float()


def write(
    last: int,
    count: int,
    banned: Tensor,
    ends: list[int],
    embedding: Tensor,
    cos: Tensor,
    sin: Tensor,
    layers: list[list[Tensor]],
    end: list[Tensor],
    buffer: Tensor,
    place: int,
    eps: float,
    scale: float,
) -> tuple[list[int], list[float]]:
    """Choose tokens one after the other; each but the last chosen is written into the buffer.

    Args:
        last: The token at `place`.
        count: Most tokens to choose; there are fewer where one of them ends the answer.
        banned: Ids that are never chosen, ``(any,)``.
        ends: Ids that end an answer.
        embedding: ``(vocab, hidden)`` float32.
        cos: Of all places, ``(places, head)``.
        sin: Signed, ``(places, head)``.
        layers: As for `step`.
        end: As for `step`.
        buffer: As for `step`.
        place: Where `last` stands; the buffer and the angles reach `count` places on.
        eps: As for `step`.
        scale: As for `step`.

    Returns:
        The ids, and the probability of each, in [0, 1].
    """
    ids: list[int] = []
    sure: list[float] = []
    half = cos.shape[1] // 2
    for here in range(place, place + count):
        angles, signed = cos[here].view(2, half), sin[here, half:]
        x = embedding[last].unsqueeze(0)
        scores = step(x, layers, end, buffer, here, angles, signed, eps, scale)[0]
        if banned.numel() > 0:
            scores.index_fill_(0, banned, float("-inf"))
        highest, best = scores.max(0)
        last = int(best.item())
        ids.append(last)
        sure.append(1.0 / float((scores - highest).exp_().sum().item()))
        if last in ends:
            break
    return ids, sure


def normed(rows: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Normalise rows ``(T, hidden)``."""
    length: Tensor = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    return (rows * length.square_().div_(rows.shape[1]).add_(eps).rsqrt_()).mul_(weight)


class OneToken:
    """The weights of all layers as one token reads them fastest, and the call that does.

    Args:
        norms: For each layer the weights of its two norms.
        weights: For each layer its four products.
        norm: Of the end.
        head: Of the end.
        eps: Of the norms.
        scale: Of queries times keys.
    """

    def __init__(
        self,
        norms: Sequence[tuple[Tensor, Tensor]],
        weights: Sequence[Sequence[OneRow]],
        norm: Tensor,
        head: OneRow,
        eps: float,
        scale: float,
    ) -> None:
        self._layers: list[list[Tensor]] = []
        for (before, between), (qkv, out, gate_up, down) in zip(norms, weights, strict=True):
            self._layers.append([before, *qkv, *out, between, *gate_up, *down])
        self._end = [norm, *head]
        self._eps, self._scale = eps, scale
        self._step, self._write, _ = scripted()

    def __call__(self, x: Tensor, buffer: Tensor, place: int, cos: Tensor, sin: Tensor) -> Tensor:
        """Write the token ``(1, hidden)`` at its place; return logits ``(1, vocab)``.

        Args:
            x: The token, embedded.
            buffer: ``(layers, 2, kv heads, capacity, head)``.
            place: Where it stands.
            cos: Of the angles there, ``(head,)``.
            sin: Their signed sines, ``(head,)``.
        """
        half = len(sin) // 2
        angles = cos.view(2, half), sin[half:]
        return self._step(
            x, self._layers, self._end, buffer, place, *angles, self._eps, self._scale
        )

    def write(
        self,
        last: int,
        count: int,
        choice: Choice,
        embedding: Tensor,
        angles: tuple[Tensor, Tensor],
        buffer: Tensor,
        place: int,
    ) -> list[tuple[int, float]]:
        """Choose up to `count` tokens; return each with its probability. See `write`."""
        ids, sure = self._write(
            last,
            count,
            choice.banned,
            choice.ends,
            embedding,
            *angles,
            self._layers,
            self._end,
            buffer,
            place,
            self._eps,
            self._scale,
        )
        return list(zip(ids, sure, strict=True))


@functools.cache
def scripted() -> tuple[Step, Write, Norm]:
    """Return `step`, `write` and `normed` without Python between their operations.

    Returns:
        The functions themselves where there is no source to read.
    """
    found: tuple[Step, Write, Norm] = compiled(step, write, normed)
    return found


def compiled(*functions: Callable[..., Any]) -> tuple[Any, ...]:
    """Return functions as TorchScript runs them; unchanged where there is no source to read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its successor needs a compiler on the person's machine
        script: Any = torch.jit.script
        try:
            return tuple(script(function) for function in functions)
        except (OSError, RuntimeError):
            return functions
