"""One token's step of a Llama-shaped text model in rooms made once, whatever the token's place.

Nothing in it asks the processor what to do next, so that a GPU can record it; see `vlm.graphs`.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.llama import LlamaDecoder

Attend = Callable[[Tensor, Tensor, Tensor, Tensor, float], Tensor]
"""Looks back: queries ``(kv heads, group, head)``, keys and values ``(kv heads, T, head)``, what is
added to each place's score ``(T,)``, the scale of products; returns ``(kv heads, group, head)``."""


def by_products(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float) -> Tensor:
    """Look back in three calls, which keep more of a GPU busy when there are few heads."""
    scores = torch.baddbmm(mask, query, keys.transpose(1, 2), alpha=scale)
    return torch.bmm(scores.softmax(-1), values)


def in_one(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float) -> Tensor:
    """Look back in one call, which reads the room once."""
    found = functional.scaled_dot_product_attention(
        query[None], keys[None], values[None], mask.expand(query.shape[1], -1), scale=scale
    )
    return found[0]


def turn(qkv: Tensor, cos: Tensor, sin: Tensor, turning: int) -> Tensor:
    """Turn queries and keys to their place.

    Args:
        qkv: Query, key and value heads side by side, ``(1, heads * head)``.
        cos: Of the place, ``(1, head)``.
        sin: Signed, see `LlamaDecoder.angles`.
        turning: How many of the heads turn; the values, which come last, do not.

    Returns:
        ``(heads, head)``.
    """
    size = cos.shape[1]
    rows = qkv.view(-1, size)
    asking = rows[:turning]
    turned = torch.addcmul(asking * cos, asking.roll(size // 2, -1), sin)
    return torch.cat([turned, rows[turning:]])


def gate(both: Tensor) -> Tensor:
    """Let the first half of ``(1, 2 * inner)`` decide what passes of the second."""
    first, second = both.chunk(2, dim=-1)
    return functional.silu(first) * second


def join(x: Tensor, more: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """Add what a part of a layer found to ``(1, hidden)``; return the sum, and it normalised."""
    x = x + more
    return x, functional.rms_norm(x, (x.shape[-1],), weight, eps)


@dataclass(frozen=True, slots=True)
class Glue:
    """What happens between a layer's large products; see the functions of the same names."""

    turn: Callable[[Tensor, Tensor, Tensor, int], Tensor]
    gate: Callable[[Tensor], Tensor]
    join: Callable[[Tensor, Tensor, Tensor, float], tuple[Tensor, Tensor]]


PLAIN = Glue(turn, gate, join)


def compiled(backend: str = "inductor") -> Glue | None:
    """Return the glue as one GPU call for each function; they are built when they are first used.

    Args:
        backend: Of `torch.compile`.

    Returns:
        None where what builds them is not installed.
    """
    if backend == "inductor" and importlib.util.find_spec("triton") is None:
        return None
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # three functions need no helpers
    build: Any = partial(torch.compile, fullgraph=True, dynamic=False, backend=backend)
    return Glue(build(turn), build(gate), build(join))


@dataclass(frozen=True, slots=True)
class Way:
    """One way to compute the step."""

    attend: Attend
    glue: Glue = PLAIN


WAYS = (Way(by_products), Way(in_one))
"""Which of them is faster depends on the GPU and the model, so both are tried."""


class StaticStep:
    """One token's step in rooms made once.

    Args:
        decoder: The text model.
        capacity: Tokens of room.
        way: How the step is computed.
    """

    def __init__(self, decoder: LlamaDecoder, capacity: int, way: Way) -> None:
        probe = decoder.start()
        embedded = decoder.embed(torch.zeros(1, dtype=torch.long, device=decoder.device))
        decoder.extend(probe, embedded)
        assert probe.buffer is not None
        layers, two, kv_heads, _, size = probe.buffer.shape
        self._decoder = decoder
        self._way = way
        # Zeros: what a token may not see still takes part, times nothing, and must be a number.
        self.room = probe.buffer.new_zeros((layers, two, kv_heads, capacity, size))
        """Keys and values ``(layers, 2, kv heads, capacity, head)``."""
        self.x = torch.zeros_like(embedded)
        """The token, embedded, ``(1, hidden)``."""
        self.place = torch.zeros(1, dtype=torch.long, device=embedded.device)
        """Where it stands, counted from 0."""
        self._places = torch.arange(capacity, device=embedded.device)
        decoder.reach(capacity)
        self._cos, self._sin = decoder.angles

    def compute(self, tokens: int) -> Tensor:
        """Write the token at `place` into the room and return the next one's logits.

        Args:
            tokens: Of room that is looked at; more than `place`.

        Returns:
            ``(1, vocab)``.
        """
        decoder, place, glue = self._decoder, self.place, self._way.glue
        layers = decoder.layers
        kv_heads, size = self.room.shape[2], self.room.shape[4]
        cos, sin = self._cos.index_select(0, place), self._sin.index_select(0, place)
        hidden = torch.full_like(self._places[:tokens], float("-inf"), dtype=self.x.dtype)
        mask = hidden.masked_fill(self._places[:tokens] <= place, 0.0)
        x, first = self.x, layers[0]
        normed = functional.rms_norm(x, (x.shape[-1],), first.before, first.eps)
        for number, (layer, kept) in enumerate(zip(layers, self.room, strict=True), 1):
            qkv = layer.qkv(normed)
            heads = qkv.shape[1] // size - 2 * kv_heads
            rows = glue.turn(qkv, cos, sin, heads + kv_heads)
            kept.index_copy_(2, place, rows[heads:].view(2, kv_heads, 1, size))
            asked = rows[:heads].view(kv_heads, -1, size)
            keys, values = kept[0, :, :tokens], kept[1, :, :tokens]
            mixed = self._way.attend(asked, keys, values, mask, decoder.scale)
            x, normed = glue.join(x, layer.out(mixed.reshape(1, -1)), layer.between, layer.eps)
            found = layer.down(glue.gate(layer.gate_up(normed)))
            if number == len(layers):
                return decoder.logits(x + found)
            x, normed = glue.join(x, found, layers[number].before, layers[number].eps)
        raise AssertionError("a text model has layers")
