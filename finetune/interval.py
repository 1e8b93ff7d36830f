"""A mean over questions about documents, and how far it may be off by chance. Pure.

Questions about one document succeed and fail together, so whole documents are drawn again. Drawing
from few makes an interval too narrow; it is widened as T. Hesterberg proposes in "What teachers
should know about the bootstrap" (2015): to the percentiles that make up for it, see `_tail`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import NormalDist

from vlm.types import Value

RESAMPLES = 4000
SURE = 0.95
FEWEST = 5
"""Documents below which nothing is told: when all of four gain, that is chance once in sixteen."""


class Interval(Value, frozen=True):
    """A mean and the interval that holds it with 95 % confidence, all in [-1, 1]."""

    value: float
    low: float
    high: float

    @property
    def tells(self) -> bool:
        """Whether there were enough documents to tell anything."""
        return self.high - self.low < 2


def interval(groups: Sequence[Sequence[float]]) -> Interval:
    """Return the mean over all values with its interval; all of [-1, 1] for too few documents.

    Args:
        groups: The values of each document, in [-1, 1]; at least one.
    """
    sums = [(sum(group), len(group)) for group in groups]
    value = sum(s for s, _ in sums) / sum(n for _, n in sums)
    if len(groups) < FEWEST:
        return Interval(value, -1.0, 1.0)
    chance = random.Random(20190531)
    means: list[float] = []
    for _ in range(RESAMPLES):
        drawn = chance.choices(sums, k=len(sums))
        means.append(sum(s for s, _ in drawn) / sum(n for _, n in drawn))
    means.sort()
    beyond = int(_tail(len(groups)) * RESAMPLES)
    # What adds up to nothing must not seem a gain by the last bit.
    low, high = (round(one, 12) for one in (means[beyond], means[-1 - beyond]))
    return Interval(value, low, high)


def _tail(count: int) -> float:
    """Return the share of means to leave out at either end, for so many documents."""
    widened = math.sqrt(count / (count - 1)) * _students(count - 1)
    return NormalDist().cdf(-widened)


def _students(freedom: int) -> float:
    """Return the t of Student's distribution within which `SURE` of it lies, both signs.

    Its integral has a closed form for whole degrees of freedom: Abramowitz and Stegun, 26.7.3 and
    26.7.4.
    """
    low, high = 0.0, 1000.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < SURE else (low, middle)
    return low


def _within(t: float, freedom: int) -> float:
    angle = math.atan(t / math.sqrt(freedom))
    odd = freedom % 2
    term = total = math.cos(angle) if odd else 1.0
    for k in range(2 + odd, freedom - 1, 2):
        term *= (k - 1) / k * math.cos(angle) ** 2
        total += term
    total = math.sin(angle) * total
    if not odd:
        return total
    return 2 / math.pi * (angle + (total if freedom > 1 else 0.0))
