"""Which examples and which views a step learns from: a pure function of the step and the seed."""

from __future__ import annotations

import random


def batch_of(step: int, rows: int, batch: int, views: int, seed: int) -> list[tuple[int, int]]:
    """Return the examples of a step with the view of each.

    Every epoch takes all examples once, in an order of its own; its last batch may be short. From
    one epoch to the next every example moves on to its next view.

    Args:
        step: From 0.
        rows: Number of examples, at least 1.
        batch: Examples a step.
        views: Views of each example.
        seed: Decides the orders.
    """
    per_epoch = -(-rows // batch)
    epoch, part = divmod(step, per_epoch)
    order = list(range(rows))
    random.Random(f"{seed}:{epoch}").shuffle(order)
    chosen = order[part * batch : (part + 1) * batch]
    return [(index, (epoch + index) % views) for index in chosen]


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
