"""Text models of Llama's shape (Llama, Mistral) in few operations, for answers at low latency.

transformers' own modules spend much of a small model's time outside of arithmetic. Here each layer
is two dozen calls, projections that read the same input are one product, weights lie in memory the
way that a single token's product reads them fastest, and keys and values are written into room
that is already there. On a CPU, a single token and a few have ways of their own, in which nothing
is done that only more of them need. `fast` proves the result equal before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.decoder import Decoder, StockDecoder, TextModel
from vlm.llama_few import MOST, FewTokens
from vlm.llama_layer import Layer, angles_of, layer_of, look_back, weights_of
from vlm.llama_layer import supports as supports
from vlm.llama_room import LlamaSequence, Recorded, causal
from vlm.llama_step import OneToken, scripted
from vlm.products import (
    FEW,
    OneRow,
    columns,
    exact,
    int8,
    laid_out,
    one_row,
    one_row_int8,
    one_rows,
    one_rows_int8,
    threads_for,
)

ROOM = 384
"""Tokens of room behind a prompt before the buffers have to grow."""

HEAD_COPY = 2**24
"""Numbers of the largest embedding of which the head may have a copy of its own."""

TWICE = 2**26
"""Numbers of all projections up to which each may be held in more than one layout."""

TOLERANCE = {torch.float32: 3e-4, torch.float16: 2e-2, torch.bfloat16: 1e-1}
"""Root mean square of logits' differences that is rounding, in their standard deviations. The
largest one grows with the vocabulary: above 0.2 in bfloat16 at 8 billion weights."""


class LlamaDecoder:
    """A `Decoder` for text models that `supports` accepts.

    The stacked projections take over the memory of the model's own, which stay usable as views.

    Args:
        text: Its modules.
    """

    def __init__(self, text: TextModel) -> None:
        body = text.body
        config = body.config
        first = body.layers[0].self_attn
        self._heads: int = config.num_attention_heads
        self.kv_heads: int = config.num_key_value_heads
        self.size: int = first.head_dim
        self.scale: float = first.scaling
        self._eps: float = config.rms_norm_eps
        self._width: tuple[int] = (config.hidden_size,)
        self.embedding: Tensor = text.embedding.weight
        self._norm: Tensor = body.norm.weight
        self._head_weight: Tensor = text.head.weight
        if self._head_weight is not self.embedding or self._head_weight.numel() <= HEAD_COPY:
            self._head_weight = columns(self._head_weight)
        self._head = exact(self._head_weight)
        self.weights = [weights_of(layer) for layer in body.layers]
        self.small = sum(weight.numel() for layer in self.weights for weight in layer) <= TWICE
        """Whether its weights may be held in several layouts."""
        ready = laid_out(self.weights) if self.small else list(map(list, self.weights))
        self.layers = list(map(layer_of, body.layers, self.weights, ready))
        self.work = max(weight.numel() for weight in self.weights[0])
        """Multiplications of a token in its largest product."""
        self._rotary: Any = body.rotary_emb
        self._cos, self._sin = angles_of(self._rotary, self.embedding, 512)
        self.limit: int = config.max_position_embeddings
        window = getattr(config, "sliding_window", None)
        if window is not None:
            self.limit = min(self.limit, int(window))
        self.plain = self.embedding.device.type == "cpu" and self.embedding.dtype == torch.float32
        """Whether it computes in float32 on the CPU."""
        self.exact = True
        self.device = self.embedding.device
        self.replay: Recorded | None = None
        self.between: Callable[[], None] | None = None
        """Called before each layer when several tokens are read; raises to stop there."""
        *_, self._normed = scripted()
        both = self.plain and self.small
        self.rows = (
            one_rows(self.weights) if both else [list(map(one_row, w)) for w in self.weights]
        )
        """For each layer its weights as a single token's exact products read them."""
        self.one = self.one_token(self.rows, one_row) if self.plain else None
        """Writes single tokens."""
        self.ahead: OneToken | None = None
        """Guesses single tokens."""
        few = self.layers, self._norm, self._head_weight, self.scale
        self.few = self.exactly = FewTokens(*few) if both else None
        """Reads a few tokens; `exactly` stays where `shrink` gives that up."""

    def start(self) -> LlamaSequence:
        """Return an empty sequence."""
        return LlamaSequence()

    def resume(self, saved: Tensor) -> LlamaSequence | None:
        """Return a sequence of saved keys and values, or None where they are another model's.

        Args:
            saved: What `LlamaSequence.first` returned, ``(layers, 2, kv heads, T, head)``.
        """
        expected = (len(self.layers), 2, self.kv_heads, saved.shape[3], self.size)
        if saved.shape != expected or saved.dtype != self.embedding.dtype:
            return None
        sequence, count = LlamaSequence(), saved.shape[3]
        self.room(sequence, count, self.embedding)[:, :, :, :count] = saved
        sequence.length = count
        return sequence

    def embed(self, ids: Tensor) -> Tensor:
        """Embed ids ``(T,)`` as ``(T, hidden)``."""
        return functional.embedding(ids, self.embedding)

    @property
    def vocabulary(self) -> int:
        """How many tokens there are."""
        return len(self._head_weight)

    def shrink(self) -> Callable[[], None]:
        """Compute in 8 bits from now on, faster and not quite equal; only where it is `plain`.

        Returns:
            What makes it exact again.
        """
        before = [replace(layer) for layer in self.layers], self._head
        ways = self.one, self.ahead, self.few
        for layer, weights in zip(self.layers, self.weights, strict=True):
            layer.qkv, layer.out, layer.gate_up, layer.down = map(int8, weights)
        if self._head_weight.numel() > HEAD_COPY:
            self._head = int8(self._head_weight)
        self.one = self._in_8_bits() if self.small else None
        self.ahead = self.few = None
        self.exact = False  # rows that come in together share one scale

        def undo() -> None:
            self.layers, self._head = before
            self.one, self.ahead, self.few = ways
            self.exact = True

        return undo

    def one_token(
        self, rows: Sequence[Sequence[OneRow]], way: Callable[[Tensor], OneRow]
    ) -> OneToken:
        """Return the first layers and the head in a form for single tokens.

        Args:
            rows: The weights of as many layers as there shall be.
            way: Brings the head into that form; it stays exact where it is small.
        """
        norms = [(layer.before, layer.between) for layer in self.layers[: len(rows)]]
        small = self._head_weight.numel() <= HEAD_COPY
        head = one_row(self._head_weight) if small else way(self._head_weight)
        return OneToken(norms, rows, self._norm, head, self._eps, self.scale)

    def _in_8_bits(self) -> OneToken:
        return self.one_token(one_rows_int8(self.weights), one_row_int8)

    def look_ahead(self, wanted: bool) -> None:
        """Have a way to guess in 8 bits what the exact weights would write, or no longer.

        It takes a quarter of the weights' memory; only where it is `plain` and `exact`.
        """
        self.ahead = self._in_8_bits() if wanted else None

    def extend(self, sequence: LlamaSequence, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)``; return the last position's logits ``(vocab,)``.

        Raises:
            ValueError: If the sequence becomes longer than `limit`.
        """
        with threads_for(len(embedded) * self.work, self.device):
            return self._extend(sequence, embedded, 1)[0]

    def extend_all(self, sequence: LlamaSequence, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)``; return every new position's logits ``(T, vocab)``.

        Raises:
            ValueError: If the sequence becomes longer than `limit`.
        """
        with threads_for(len(embedded) * self.work, self.device):
            return self._extend(sequence, embedded, len(embedded))

    def _extend(self, sequence: LlamaSequence, embedded: Tensor, wanted: int) -> Tensor:
        count, start = len(embedded), sequence.length
        end = start + count
        buffer = self.room(sequence, end, embedded)
        if self.replay is not None and self.replay.takes(sequence, count):
            logits = self.replay.write(sequence, buffer, embedded)
            sequence.length = end
            return logits
        if count == 1 and self.one is not None:
            sequence.length = end
            return self.one(embedded, buffer, start, self._cos[start], self._sin[start])
        cos, sin = self._cos[start:end, None], self._sin[start:end, None]
        if self.few is not None and 1 < count <= MOST and self.between is None:
            sequence.length = end
            return self.few(embedded, buffer, start, wanted, cos, sin)
        mask = causal(count, start, self._heads // self.kv_heads, embedded.device)
        if mask is not None and self._by_hand(count):
            mask = torch.zeros(mask.shape).masked_fill_(~mask, float("-inf"))
        x = embedded
        for place, (layer, kept) in enumerate(zip(self.layers, buffer, strict=True)):
            if self.between is not None:
                self.between()
            last = place + 1 == len(self.layers)
            mixed = self._attend(layer, kept, x, cos, sin, start, mask)
            if last and wanted < count:  # nothing reads the other positions any more
                x, mixed = x[-wanted:], mixed[-wanted:]
            x = self.finish(layer, x, mixed)
        sequence.length = end
        return self.logits(x)

    def finish(self, layer: Layer, x: Tensor, mixed: Tensor) -> Tensor:
        """Run the rest of a layer on what its heads saw, ``(T, heads * head)``."""
        x = x + layer.out(mixed)
        gate, up = layer.gate_up(self._rows_normed(x, layer.between)).chunk(2, dim=-1)
        return x + layer.down(functional.silu(gate).mul_(up))

    def logits(self, x: Tensor) -> Tensor:
        """Turn what the last layer returned, ``(T, hidden)``, into ``(T, vocab)``."""
        return self._head(self._rows_normed(x, self._norm))

    def turned(
        self, layer: Layer, x: Tensor, cos: Tensor, sin: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values of tokens at their places, each ``(T, heads, head)``.

        Args:
            layer: Whose.
            x: ``(T, hidden)``.
            cos: ``(T, 1, head)``, from `angles`.
            sin: ``(T, 1, head)``.
        """
        both, heads = self._heads + self.kv_heads, self._heads
        qkv = layer.qkv(self._rows_normed(x, layer.before)).view(len(x), -1, self.size)
        asking = qkv[:, :both]
        asking = torch.addcmul(asking * cos, asking.roll(self.size // 2, -1), sin)
        return asking[:, :heads], asking[:, heads:], qkv[:, both:]

    def _attend(
        self,
        layer: Layer,
        kept: Tensor,
        x: Tensor,
        cos: Tensor,
        sin: Tensor,
        start: int,
        mask: Tensor | None,
    ) -> Tensor:
        """Run a layer's attention; `kept` is its ``(2, kv heads, capacity, head)``.

        Returns:
            What the heads saw, side by side, ``(T, heads * head)``.
        """
        count, end = len(x), start + len(x)
        heads, kv_heads, size = self._heads, self.kv_heads, self.size
        query, key, value = self.turned(layer, x, cos, sin)
        kept[0, :, start:end] = key.transpose(0, 1)
        kept[1, :, start:end] = value.transpose(0, 1)
        # The query heads that share a key head are queries of one head: (kv heads, group * T, size)
        query = query.transpose(0, 1).reshape(kv_heads, -1, size)
        mixed = look_back(query, kept[:, :, :end], mask, self.scale)
        return mixed.view(heads, count, size).transpose(0, 1).reshape(count, heads * size)

    def _by_hand(self, count: int) -> bool:
        """Tell whether attention of so many rows is quicker in plain products than in one call."""
        return self.plain and count <= FEW

    def _rows_normed(self, x: Tensor, weight: Tensor) -> Tensor:
        """Normalise rows ``(T, hidden)``."""
        if not self._by_hand(len(x)):
            return functional.rms_norm(x, self._width, weight, self._eps)
        return self._normed(x, weight, self._eps)

    def room(self, sequence: LlamaSequence, end: int, like: Tensor) -> Tensor:
        """Return a buffer that holds at least `end` tokens, with what there was copied.

        Raises:
            ValueError: If that is more than `limit`.
        """
        if end > self.limit:
            raise ValueError(f"{end} tokens, and the model holds {self.limit}")
        old = sequence.buffer
        if old is not None and old.shape[3] >= end:
            return old
        capacity = min(self.limit, max(end + ROOM, 2 * (0 if old is None else old.shape[3])))
        shape = (len(self.layers), 2, self.kv_heads, capacity, self.size)
        sequence.buffer = like.new_empty(shape)
        if old is not None:
            sequence.buffer[:, :, :, : sequence.length] = old[:, :, :, : sequence.length]
        self.reach(capacity)
        return sequence.buffer

    @property
    def angles(self) -> tuple[Tensor, Tensor]:
        """Cosines and signed sines by position, ``(positions, head)``; see `reach`."""
        return self._cos, self._sin

    def reach(self, count: int) -> None:
        """Have the angles of the first `count` positions."""
        if count > len(self._cos):
            self._cos, self._sin = angles_of(self._rotary, self.embedding, count)


@torch.inference_mode()
def fast(text: TextModel) -> Decoder:
    """Return the fastest decoder whose logits are the model's own, as a short text shows."""
    stock = StockDecoder(text)
    head: Tensor = text.head.weight
    if head.device.type == "meta" or not supports(text):
        return stock
    expected = _probe(stock, head)
    decoder = LlamaDecoder(text)
    found = _probe(decoder, head)
    spread = expected.float().std().clamp_min(1e-6)
    difference = (expected.float() - found.float()).square().mean().sqrt() / spread
    return decoder if difference <= TOLERANCE.get(head.dtype, 0.0) else stock


def _probe(decoder: Decoder, head: Tensor) -> Tensor:
    """Return logits after a short text that is extended, rewound and extended again."""
    ids = torch.arange(1, 9, device=head.device) * 7 % head.shape[0]
    sequence = decoder.start()
    decoder.extend(sequence, decoder.embed(ids[:5]))
    decoder.extend(sequence, decoder.embed(ids[5:]))
    sequence.rewind(4)
    decoder.extend(sequence, decoder.embed(ids[1:3]))
    return decoder.extend(sequence, decoder.embed(ids[3:4]))
