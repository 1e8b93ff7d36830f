"""How much a processor gains from bfloat16: from a hundredth of its speed to a few times it."""

import time

import torch

WORTHWHILE = 1.3
"""How much faster bfloat16 must multiply matrices to be worth its lower precision."""


def bfloat16_gain(size: int = 384, rounds: int = 7) -> float:
    """Measure how much faster than float32 this processor multiplies matrices in bfloat16.

    The fastest of several rounds in turn: other programs can only make a round slower.
    """
    best = dict.fromkeys((torch.float32, torch.bfloat16), float("inf"))
    for _ in range(rounds):
        for dtype in best:
            left = torch.ones(size, size, dtype=dtype)
            start = time.perf_counter()
            torch.mm(left, left)
            best[dtype] = min(best[dtype], time.perf_counter() - start)
    return best[torch.float32] / best[torch.bfloat16]
