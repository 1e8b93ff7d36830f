"""Several sequences of a Llama-shaped text model on a CPU, extended together, all as long.

Parts of a page have prompts of the same shape, so that their tokens have the same places. The
weights are then read once for all of them. As in `vlm.llama_step` there is no Python between the
operations, and `read` and `write` are plain Python where they cannot be scripted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.llama import LlamaDecoder
from vlm.llama_few import ordered, times
from vlm.llama_room import LlamaSequence
from vlm.llama_step import Choice, compiled, normed
from vlm.products import FEW, threads_for

ROOM = 32
"""Tokens of room that the rows get at a time."""


def read(
    x: Tensor,
    layers: list[list[Tensor]],
    end: list[Tensor],
    buffer: Tensor,
    start: int,
    cos: Tensor,
    sin: Tensor,
    eps: float,
    scale: float,
) -> Tensor:
    """Write tokens into the buffer, as many of each row, and return the logits after the last.

    Args:
        x: The tokens, embedded, ``(rows, T, hidden)`` float32.
        layers: For each layer its weights in the order of `Rows`.
        end: The last norm's weight and the head.
        buffer: ``(layers, 2, rows, kv heads, capacity, head)``.
        start: Where every row's first token stands.
        cos: Of all places, ``(places, head)``.
        sin: Signed, ``(places, head)``.
        eps: Of the norms.
        scale: Of queries times keys.

    Returns:
        ``(rows, vocab)``.
    """
    rows, count, kv_heads, size = x.shape[0], x.shape[1], buffer.shape[3], buffer.shape[5]
    stop = start + count
    both = layers[0][1].shape[0] // size - kv_heads  # heads of queries and keys
    heads = both - kv_heads
    cosines, sines = cos[start:stop, None], sin[start:stop, None]
    mask = torch.full((count, stop), float("-inf")).triu_(start + 1)
    mask = mask.repeat(heads // kv_heads, 1)
    keys = buffer[:, 0, :, :, :stop].flatten(1, 2).transpose(2, 3).unbind(0)
    values = buffer[:, 1, :, :, :stop].flatten(1, 2).unbind(0)
    written = buffer[:, :, :, :, start:stop].unbind(0)
    x = x.flatten(0, 1)
    for number, weights in enumerate(layers):
        qkv = times(normed(x, weights[0], eps), weights[1]).view(rows, count, -1, size)
        asking = qkv[:, :, :both]
        asking = torch.addcmul(asking * cosines, asking.roll(size // 2, -1), sines)
        written[number][0].copy_(asking[:, :, heads:].transpose(1, 2))
        written[number][1].copy_(qkv[:, :, both:].transpose(1, 2))
        # Query heads that share a key head are one: (rows * kv heads, group * T, size)
        query = asking[:, :, :heads].transpose(1, 2).reshape(rows * kv_heads, -1, size)
        if count > 1:
            seen = torch.baddbmm(mask, query, keys[number], alpha=scale).softmax(-1)
        else:  # sees everything
            seen = torch.bmm(query.mul_(scale), keys[number]).softmax(-1)
        mixed = torch.bmm(seen, values[number]).view(rows, heads, count, size).transpose(1, 2)
        mixed = mixed.reshape(rows * count, heads * size)
        if number + 1 == len(layers):  # nothing reads the other positions any more
            x = x.view(rows, count, -1)[:, count - 1]
            mixed = mixed.view(rows, count, -1)[:, count - 1]
        x = x + times(mixed, weights[2])
        gate, up = times(normed(x, weights[3], eps), weights[4]).chunk(2, -1)
        x = x + times(functional.silu(gate, inplace=True).mul_(up), weights[5])
    return functional.linear(normed(x, end[0], eps), end[1])


def write(
    scores: Tensor,
    count: int,
    banned: Tensor,
    ends: Tensor,
    embedding: Tensor,
    layers: list[list[Tensor]],
    end: list[Tensor],
    buffer: Tensor,
    place: int,
    cos: Tensor,
    sin: Tensor,
    eps: float,
    scale: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Choose tokens for all rows, one after the other, and write each into the buffer.

    Args:
        scores: The logits before the first of them, ``(rows, vocab)``; may be changed.
        count: Most tokens of a row; there are fewer where every row has ended.
        banned: Ids that are never chosen, ``(any,)``.
        ends: Ids that end a row, ``(any,)``; what follows in it means nothing.
        embedding: ``(vocab, hidden)`` float32.
        layers: As for `read`.
        end: As for `read`.
        buffer: As for `read`.
        place: Where the first token will stand; buffer and angles reach `count` places on.
        cos: As for `read`.
        sin: As for `read`.
        eps: As for `read`.
        scale: As for `read`.

    Returns:
        Ids ``(T, rows)`` int64, the probability of each in [0, 1], and the logits after the last.
    """
    ids: list[Tensor] = []
    sure: list[Tensor] = []
    ended = torch.zeros(scores.shape[0], dtype=torch.bool)
    for here in range(place, place + count):
        if banned.numel() > 0:
            scores.index_fill_(1, banned, float("-inf"))
        highest, best = scores.max(1)
        ids.append(best)
        sure.append((scores - highest[:, None]).exp_().sum(1).reciprocal_())
        ended = ended.logical_or(torch.isin(best, ends))
        if bool(ended.all().item()):
            break
        x = functional.embedding(best, embedding)[:, None]
        scores = read(x, layers, end, buffer, here, cos, sin, eps, scale)
    return torch.stack(ids), torch.stack(sure), scores


@functools.cache
def scripted() -> tuple[Callable[..., Tensor], Callable[..., tuple[Tensor, Tensor, Tensor]]]:
    """Return `read` and `write` without Python between their operations where that is possible."""
    ways: tuple[Any, Any] = compiled(read, write)
    return ways


class Rows:
    """Sequences that are extended together.

    Args:
        decoder: The text model, which knows how to read a few tokens `exactly`.
        count: How many sequences there are.
    """

    def __init__(self, decoder: LlamaDecoder, count: int) -> None:
        self._decoder = decoder
        shape = (len(decoder.layers), 2, count, decoder.kv_heads, 0, decoder.size)
        self._buffer = decoder.embedding.new_empty(shape)
        self.length = 0
        """Tokens of every sequence."""
        assert decoder.exactly is not None
        self._few, self._end = decoder.exactly.layers, decoder.exactly.end
        self._many = list(map(ordered, decoder.layers, decoder.weights))
        self._read, self._write = scripted()

    def __len__(self) -> int:
        return self._buffer.shape[2]

    def begin(self, prefixes: Sequence[Tensor]) -> None:
        """Let every sequence begin with keys and values; see `LlamaSequence.first`.

        Args:
            prefixes: As many as there are sequences, each ``(layers, 2, kv heads, T, head)``.
        """
        length = prefixes[0].shape[3]
        self._make_room(length)
        self.length = length
        for row, prefix in enumerate(prefixes):
            self._buffer[:, :, row, :, : self.length] = prefix

    def extend(self, embedded: Tensor) -> Tensor:
        """Append ``(rows, T, hidden)``; return each row's last logits ``(rows, vocab)``.

        Raises:
            ValueError: If the sequences become longer than the decoder's `limit`.
        """
        count = embedded.shape[1]
        self._make_room(self.length + count)
        start, self.length = self.length, self.length + count
        work = embedded.shape[0] * count
        with threads_for(work * self._decoder.work, self._decoder.device):
            return self._read(embedded, *self._given(work), start, *self._angles)

    def write(self, logits: Tensor, count: int, choice: Choice) -> tuple[Tensor, Tensor, Tensor]:
        """Choose and append up to `count` tokens of every row; see the function `write`.

        Args:
            logits: The last, ``(rows, vocab)``; may be changed.
            count: At least 1.
            choice: Which tokens.
        """
        self._make_room(self.length + count)
        decoder, rows = self._decoder, len(self)
        ends, embedding = torch.tensor(choice.ends, dtype=torch.long), decoder.embedding
        with threads_for(rows * decoder.work, decoder.device):
            found = self._write(
                logits,
                count,
                choice.banned,
                ends,
                embedding,
                *self._given(rows),
                self.length,
                *self._angles,
            )
        self.length += len(found[0])
        return found

    def first(self, row: int) -> LlamaSequence:
        """Return a copy of one row as a sequence of its own."""
        found = self._decoder.resume(self._buffer[:, :, row, :, : self.length])
        assert found is not None
        return found

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows only, in this order."""
        self._buffer = self._buffer[:, :, list(rows)]

    def _given(self, rows: int) -> tuple[list[list[Tensor]], list[Tensor], Tensor]:
        return self._few if rows <= FEW else self._many, self._end, self._buffer

    @property
    def _angles(self) -> tuple[Tensor, Tensor, float, float]:
        decoder = self._decoder
        return *decoder.angles, decoder.layers[0].eps, decoder.scale

    def _make_room(self, tokens: int) -> None:
        old, decoder = self._buffer, self._decoder
        if tokens > decoder.limit:
            raise ValueError(f"{tokens} tokens, and the model holds {decoder.limit}")
        if tokens <= old.shape[4]:
            return
        shape = list(old.shape)
        shape[4] = min(tokens + ROOM, decoder.limit)
        self._buffer = old.new_empty(shape)
        self._buffer[:, :, :, :, : self.length] = old[:, :, :, :, : self.length]
        decoder.reach(shape[4])
