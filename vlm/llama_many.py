"""Several continuations of one prefix, computed together; the prefix's keys are there once.

Each continuation has a row of its own. Its query looks at the prefix and at its own tokens, with
one softmax over both, so that the result is that of the continuation alone.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence

ROOM = 64
"""Tokens of room that the rows get at a time."""


class Branches:
    """Continuations of one sequence, which must not change meanwhile.

    Args:
        decoder: The text model.
        prefix: What all continuations share; at least one token.
        count: How many there are.
    """

    def __init__(self, decoder: LlamaDecoder, prefix: LlamaSequence, count: int) -> None:
        if prefix.buffer is None:
            raise ValueError("there is no prefix to continue")
        self._decoder = decoder
        self._prefix = prefix.buffer[:, :, :, : prefix.length]  # (layers, 2, kv heads, P, head)
        self._start = prefix.length
        self.lengths = torch.zeros(count, dtype=torch.long, device=prefix.buffer.device)
        """Tokens of each continuation, ``(rows,)``."""
        shape = self._prefix.shape
        self._own = prefix.buffer.new_empty((shape[0], 2, count, shape[2], 0, shape[4]))

    def keep(self, rows: list[int]) -> None:
        """Go on with these rows only, in this order."""
        chosen = torch.tensor(rows, device=self.lengths.device)
        self.lengths = self.lengths[chosen]
        self._own = self._own[:, :, chosen]

    def extend(self, embedded: Tensor, counts: Tensor) -> Tensor:
        """Append tokens to every continuation; return each one's last logits ``(rows, vocab)``.

        Args:
            embedded: ``(rows, T, hidden)``; what lies beyond a row's count is ignored.
            counts: How many tokens each row gets, ``(rows,)``, from 1 to T.
        """
        decoder = self._decoder
        rows, most, _ = embedded.shape
        places = self.lengths[:, None] + torch.arange(most, device=embedded.device)  # (rows, T)
        self._make_room(int(places.max()) + 1)
        decoder.reach(self._start + self._own.shape[4])
        cos, sin = (table[self._start + places].flatten(0, 1)[:, None] for table in decoder.angles)
        # A token sees its row's own tokens up to its place: (rows, 1, T, own)
        own = torch.arange(self._own.shape[4], device=embedded.device)
        seen = (own[None, None] <= places[:, :, None])[:, None]
        x = embedded.reshape(rows * most, -1)
        for layer, shared, kept in zip(decoder.layers, self._prefix, self._own, strict=True):
            query, key, value = decoder.turned(layer, x, cos, sin)
            index = places[:, None, :, None].expand(rows, key.shape[1], most, key.shape[2])
            for store, given in zip(kept, (key, value), strict=True):
                # (rows * T, kv heads, head) -> (rows, kv heads, T, head)
                store.scatter_(
                    2, index, given.reshape(rows, most, *given.shape[1:]).transpose(1, 2)
                )
            asked = query.reshape(rows, most, *query.shape[1:])
            mixed = _attention(asked, shared, kept, seen, decoder.scale)
            x = decoder.finish(layer, x, mixed.flatten(0, 1))
        self.lengths = self.lengths + counts
        ends = torch.arange(rows, device=x.device) * most + counts - 1
        return decoder.logits(x[ends])

    def _make_room(self, tokens: int) -> None:
        old = self._own
        if tokens <= old.shape[4]:
            return
        shape = list(old.shape)
        shape[4] = tokens + ROOM
        self._own = old.new_zeros(shape)
        self._own[:, :, :, :, : old.shape[4]] = old


def _attention(query: Tensor, shared: Tensor, own: Tensor, seen: Tensor, scale: float) -> Tensor:
    """Look at the prefix and at each row's own tokens.

    Args:
        query: ``(rows, T, heads, head)``.
        shared: The prefix's keys and values ``(2, kv heads, P, head)``.
        own: Each row's ``(2, rows, kv heads, S, head)``.
        seen: Which of its own each token may see, ``(rows, 1, T, S)``.
        scale: Of the products.

    Returns:
        ``(rows, T, heads * head)``.
    """
    rows, most, heads, size = query.shape
    kv_heads = shared.shape[1]
    group = heads // kv_heads
    # Query heads that share a key head stand together: (rows, kv heads, group, T, head)
    asked = query.view(rows, most, kv_heads, group, size).permute(0, 2, 3, 1, 4) * scale
    # For the prefix, all rows are queries of one head: (kv heads, rows * group * T, head)
    together = asked.transpose(0, 1).reshape(kv_heads, -1, size)
    before = torch.bmm(together, shared[0].transpose(1, 2))
    before = before.view(kv_heads, rows, group, most, -1).transpose(0, 1)
    alone = asked.reshape(rows, kv_heads, group * most, size)
    after = torch.matmul(alone, own[0].transpose(2, 3)).view(rows, kv_heads, group, most, -1)
    after = after.masked_fill(~seen[:, :, None], float("-inf"))
    weights = torch.cat([before, after], dim=-1).softmax(-1)
    split = before.shape[-1]
    first = weights[..., :split].transpose(0, 1).reshape(kv_heads, rows * group * most, split)
    mixed = torch.bmm(first, shared[1]).view(kv_heads, rows, group, most, size).transpose(0, 1)
    second = weights[..., split:].reshape(rows, kv_heads, group * most, -1)
    mixed = mixed + torch.matmul(second, own[1]).view(rows, kv_heads, group, most, size)
    return mixed.permute(0, 3, 1, 2, 4).reshape(rows, most, heads * size)
