"""Which examples and which views a step learns from: a pure function of the step and the seed."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence

TOGETHER = 4
"""Most questions about one picture that stand together; more would make a step one-sided."""


def batch_of(
    step: int, groups: Sequence[Sequence[int]], batch: int, views: int, seed: int
) -> list[tuple[int, int]]:
    """Return the examples of a step with the view of each.

    Every epoch takes all examples once, in an order of its own; its last batch may be short. From
    one epoch to the next every group of examples moves on to its next view.

    Args:
        step: From 0.
        groups: Examples that stand together and share a view, at least one.
        batch: Examples a step.
        views: Views of each example.
        seed: Decides the orders.
    """
    rows = sum(len(group) for group in groups)
    epoch, part = divmod(step, -(-rows // batch))
    order = list(range(len(groups)))
    random.Random(f"{seed}:{epoch}").shuffle(order)
    ordered = [(index, (epoch + group) % views) for group in order for index in groups[group]]
    return ordered[part * batch : (part + 1) * batch]


def together(keys: Sequence[Hashable]) -> list[list[int]]:
    """Return which examples stand together: up to `TOGETHER` with the same key."""
    groups: list[list[int]] = []
    last: dict[Hashable, list[int]] = {}
    for index, key in enumerate(keys):
        group = last.get(key)
        if group is None or len(group) == TOGETHER:
            last[key] = group = []
            groups.append(group)
        group.append(index)
    return groups


def apart(rows: int) -> list[list[int]]:
    """Return so many examples of which each stands alone."""
    return [[index] for index in range(rows)]


def rate(step: int, steps: int, highest: float, warmup: int) -> float:
    """Return the learning rate of a step: a rise over the warm-up, then a line to a tenth.

    Args:
        step: From 0.
        steps: Steps in all.
        highest: The rate after the warm-up.
        warmup: Steps of the rise; cut to a fifth of short runs.
    """
    rise = min(warmup, steps // 5)
    if step < rise:
        return highest * (step + 1) / (rise + 1)
    gone = (step - rise) / max(1, steps - rise)
    return highest * (1 - 0.9 * gone)
