"""What this machine could do at best: bytes over bandwidth, operations over peak.

Both are measured where they are used, in the same run as what they are compared with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

ROUNDS = 9


@dataclass(frozen=True)
class Machine:
    """One thread of this machine.

    Attributes:
        flop: Float operations a second of a large float32 product.
    """

    flop: float

    @staticmethod
    def measure() -> Machine:
        """Multiply two large matrices."""
        left = torch.ones(1024, 1024)
        return Machine(2 * 1024**3 / best(lambda: torch.mm(left, left)))


def best(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the fewest processor seconds of a call."""
    found = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        call()
        found = min(found, time.process_time() - start)
    return found


def bandwidth(size_bytes: int) -> float:
    """Measure how many bytes a second one thread reads of as many bytes, again and again.

    What fits into the caches is read from there, as it is while an answer is written.
    """
    rows = max(1, size_bytes // 4 // 1024)
    whole, one = torch.ones(rows, 1024), torch.ones(1024)
    return rows * 4096 / best(lambda: torch.mv(whole, one), 3 * ROUNDS)


def _attention(query: Any, key: Any, value: Any, *_: object, **__: object) -> int:
    """Count the operations of attention between tensors of these shapes."""
    count: Any = sdpa_flop_count
    return int(count(query, key, value))


def operations(call: Callable[[], object]) -> int:
    """Count the float operations of a call: products and attention.

    The library knows attention on graphics cards only, and would count none on a processor.
    """
    here = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    counter: Any = FlopCounterMode(display=False, custom_mapping={here: _attention})
    with counter:
        call()
    return int(counter.get_total_flops())


@dataclass(frozen=True)
class Text:
    """A text model's sizes.

    Attributes:
        weights: Numbers of all layers and of the head, which every token reads.
        kept: Bytes of keys and values of the prompt.
    """

    weights: int
    kept: int

    def token(self, width: int) -> float:
        """Return the least seconds of one more token, with weights of `width` bytes a number."""
        size = self.weights * width + self.kept
        return size / bandwidth(size)

    def follow_up(self, machine: Machine, tokens: int) -> float:
        """Return the least seconds of a follow-up's own tokens, in float32."""
        return max(self.token(4), 2 * self.weights * tokens / machine.flop)
