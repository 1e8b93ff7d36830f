"""Room for what a Llama-shaped text model remembers."""

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


def causal(count: int, start: int, groups: int, device: torch.device) -> Tensor | None:
    """Return which of ``start + count`` keys each of ``groups * count`` queries may see."""
    if count == 1:
        return None
    seen = torch.ones(count, start + count, dtype=torch.bool, device=device).tril(start)
    return seen.repeat(groups, 1) if groups > 1 else seen
