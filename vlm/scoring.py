"""How good answers are: ANLS and exact match, with an interval. Pure.

ANLS is the average normalized Levenshtein similarity of Biten et al., "Scene Text Visual Question
Answering" (2019), https://arxiv.org/abs/1905.13648.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

THRESHOLD = 0.5
"""An answer less similar than this counts as wrong altogether."""

RESAMPLES = 2000
SEED = 20190531


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over rows and the interval that holds it with 95 % confidence (bootstrap)."""

    value: float
    low: float
    high: float


def distance(left: str, right: str) -> int:
    """Return the Levenshtein distance: insertions, deletions and substitutions, each at cost 1."""
    return Levenshtein.distance(left, right)


def plain(text: str) -> str:
    """Write a text the way it is compared: lower case, single blanks."""
    return " ".join(text.lower().split())


def anls(answer: str, truths: Sequence[str], threshold: float = THRESHOLD) -> float:
    """Return the best similarity in [0, 1] of an answer to any of the true ones.

    Args:
        answer: What was answered.
        truths: What would have been right; at least one.
        threshold: Similarities below it count as 0.

    Raises:
        ValueError: If there is nothing to compare with.
    """
    if not truths:
        raise ValueError("a row without answers cannot be scored")
    best = max(_similarity(plain(answer), plain(truth)) for truth in truths)
    return best if best >= threshold else 0.0


def _similarity(left: str, right: str) -> float:
    longest = max(len(left), len(right))
    return 1.0 - distance(left, right) / longest if longest else 1.0


def exact(answer: str, truths: Sequence[str]) -> bool:
    """Tell whether an answer is one of the true ones; case and blanks do not count."""
    return plain(answer) in {plain(truth) for truth in truths}


def mean(values: Sequence[float]) -> Mean:
    """Return the mean and its interval by resampling rows; the same for the same values.

    Raises:
        ValueError: If there are no values.
    """
    if not values:
        raise ValueError("there is nothing to average")
    chance = random.Random(SEED)  # noqa: S311 - a bootstrap, no secret
    count = len(values)
    means = sorted(
        statistics.fmean(chance.choices(values, k=count))
        for _ in range(RESAMPLES if count > 1 else 1)
    )
    low = means[int(0.025 * (len(means) - 1))]
    high = means[round(0.975 * (len(means) - 1))]
    return Mean(statistics.fmean(values), low, high)
