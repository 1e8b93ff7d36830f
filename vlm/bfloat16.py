"""How much a processor gains from bfloat16: from a hundredth of its speed to a few times it."""

import time

import torch

WORTHWHILE = 1.3
"""How much faster bfloat16 must multiply matrices to be worth its lower precision."""

SMALL, HOPELESS = 128, 0.5
"""Matrices that are tried first, and the gain with them below which larger ones are not tried.

A processor without instructions for bfloat16 takes milliseconds for these and half a second for
the larger ones, which a person would wait for at each start.
"""


def bfloat16_gain(size: int = 384, rounds: int = 7) -> float:
    """Measure how much faster than float32 this processor multiplies matrices in bfloat16.

    The fastest of several rounds in turn: other programs can only make a round slower.

    Args:
        size: Of square matrices, in rows; large enough that the products are nearly all of it.
        rounds: How often they are multiplied.
    """
    gain = _gain(min(size, SMALL), 3)
    return gain if gain < HOPELESS else _gain(size, rounds)


def _gain(size: int, rounds: int) -> float:
    best = dict.fromkeys((torch.float32, torch.bfloat16), float("inf"))
    for _ in range(rounds):
        for dtype in best:
            left = torch.ones(size, size, dtype=dtype)
            start = time.perf_counter()
            torch.mm(left, left)
            best[dtype] = min(best[dtype], time.perf_counter() - start)
    return best[torch.float32] / best[torch.bfloat16]
