"""Room for what a Llama-shaped text model remembers, and for the one token it computes."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class LlamaSequence:
    """A `Sequence`: keys and values ``(layers, 2, kv heads, capacity, head)`` and a length."""

    def __init__(self) -> None:
        self.buffer: Tensor | None = None
        self.length = 0

    @property
    def size_bytes(self) -> int:
        """Memory of the buffer."""
        return 0 if self.buffer is None else self.buffer.nbytes

    def first(self, length: int) -> Tensor:
        """Return a copy of the keys and values of the first `length` tokens.

        Raises:
            ValueError: If there are fewer.
        """
        if self.buffer is None or self.length < length:
            raise ValueError(f"{self.length} tokens, and {length} are asked for")
        return self.buffer[:, :, :, :length].clone()

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens; they are overwritten, not moved."""
        self.length = min(self.length, length)


class Recorded(Protocol):
    """Writes single tokens in a way of its own; see `vlm.graphs`."""

    def takes(self, sequence: LlamaSequence, count: int) -> bool:
        """Tell whether `write` is for these tokens; must hear of all that become part of one."""
        ...

    def write(self, sequence: LlamaSequence, buffer: Tensor, embedded: Tensor) -> Tensor:
        """Compute a sequence's next token ``(1, hidden)``; return logits ``(1, vocab)``."""
        ...


class Alone:
    """Room and views for the one token that is being computed, made once.

    A token's rows are query heads, key heads, value heads; only the first two turn with the
    position, so the cosines of the last stay one.

    Args:
        heads: Query heads.
        kv_heads: Key heads, and value heads.
        size: Of a head.
    """

    def __init__(self, heads: int, kv_heads: int, size: int) -> None:
        half, rows = size // 2, heads + 2 * kv_heads
        self.turning = heads + kv_heads
        self.turned = torch.empty(rows, 2, half)
        self.left, self.right = self.turned[: self.turning].unbind(1)
        self.query = self.turned[:heads].view(kv_heads, heads // kv_heads, size)
        self.kv = self.turned[heads:].view(2, kv_heads, size)
        self.cos = torch.ones(rows, 2, half)
        self.cos_rows = self.cos[: self.turning].view(self.turning, size)
        self.nothing = torch.zeros(1, 1, 1)


def causal(count: int, start: int, groups: int, device: torch.device) -> Tensor | None:
    """Return which of ``start + count`` keys each of ``groups * count`` queries may see."""
    if count == 1:
        return None
    seen = torch.ones(count, start + count, dtype=torch.bool, device=device).tril(start)
    return seen.repeat(groups, 1) if groups > 1 else seen
