"""Divides what is too wide to be read at once: between words, or in windows that overlap. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from vlm.blocks import pieces_of

WIDEST = 38.0
"""Width of a part, in em: with air 768 pixels for print of 20."""

OVERLAP = 8.0
"""Em that two windows on one long line share, so that no short value is cut."""

WHITER = 4.0
"""Times the width of white between words; so much farther off a line is rather divided there."""


def narrowed(
    span: tuple[float, float], words: Sequence[tuple[float, float]], em: float
) -> Iterator[tuple[float, float]]:
    """Yield what is too wide for one part in several: divided between words, else in windows.

    Args:
        span: Left and right end.
        words: The same of each word in it; none where only windows are wanted.
        em: Of the print.
    """
    count = math.ceil((span[1] - span[0]) / (WIDEST * em))
    apart = pieces_of(words or [span], 0.0)
    if count == 1 or len(apart) < 2:
        yield from _windows(span, em)
        return
    yield from divided(span, apart, count)


def divided(
    span: tuple[float, float], words: Sequence[tuple[float, float]], count: int
) -> Iterator[tuple[float, float]]:
    """Yield about so many spans of words, two or more, as alike in width as their spaces let.

    Args:
        span: Left and right end of all.
        words: The same of each, from left to right.
        count: Of spans.
    """
    left = span[0]
    for number in range(1, count):
        ideal = span[0] + number * (span[1] - span[0]) / count
        right, after = _white_near(ideal, words)
        if right > left:
            yield left, right
            left = after
    yield left, span[1]


def _white_near(ideal: float, words: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the ends of the white between two words that is wide, or near to a place."""
    whites = [(one[1], other[0]) for one, other in itertools.pairwise(words)]
    return min(whites, key=lambda gap: abs(sum(gap) / 2 - ideal) - WHITER * (gap[1] - gap[0]))


def _windows(span: tuple[float, float], em: float) -> Iterator[tuple[float, float]]:
    """Yield overlapping windows on what is too wide for one."""
    left, right = span
    wide, count = WIDEST * em, 1
    while count * wide - (count - 1) * OVERLAP * em < right - left:
        count += 1
    step = (right - left - wide) / (count - 1) if count > 1 else 0.0
    for number in range(count):
        yield left + number * step, min(right, left + number * step + wide)
