"""Tells where the words that were read in a line stand in it: where the line has ink. Pure.

The white between words of print tells one from the next. Where more or fewer of them are seen than
were read, words share a place, or have several, as their letters are wide.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from vlm.blocks import Line
from vlm.types import Box

Span = tuple[float, float]
"""Left and right end."""

NARROW, WIDE = frozenset("fijlrtI1.,:;!'’|()[]/-"), frozenset("mwMW@%&—")
SLIM, BROAD, CAPITAL, BLANK = 0.6, 1.5, 1.25, 0.55
"""Widths of letters, those of most small ones and of digits being 1."""

AIR = 0.11
"""Of the height of a line that is read, what is free above its letters, and below: the rest is as
high as words of a text layer are."""

SHARE = 0.25
"""Of the white between two words, what belongs to the letters of either at most."""

MOST_JOINED = 4
"""Words that are seen as one, or pieces that one is seen in, at most."""

JOINED = 1.0
"""What each of these counts against it, in widths of a letter."""

FAR = 1.6
"""Widths of a letter for each word by which all of them are amiss on average where what was read
is not what stands there, and its letters are rather taken to be as wide as each other."""


def ink_in(box: Box, lines: Sequence[Line], width: int, height: int) -> tuple[Span, ...]:
    """Return where the words of a part stand that shows one line, as shares of the page's width.

    Args:
        box: The part.
        lines: Those of the page, in pixels of the drawing.
        width: Of the drawing.
        height: Of it.

    Returns:
        From left to right; nothing where that is not known.
    """
    left, right, top, end = box.x0 * width, box.x1 * width, box.y0 * height, box.y1 * height
    inside = [
        words
        for line in lines
        if top <= line.top
        and line.end <= end
        and (words := [one for one in line.words if left <= one[0] and one[1] <= right])
    ]
    return (
        tuple((one / width, other / width) for one, other in inside[0]) if len(inside) == 1 else ()
    )


def print_in(line: Box, ink: Sequence[Span]) -> Box:
    """Return where the print of a line stands.

    Args:
        line: With the air that it is read with.
        ink: Where its words stand; empty where that is not known.
    """
    spare = AIR * line.height
    left, right = (ink[0][0], ink[-1][1]) if ink else (line.x0, line.x1)
    return Box(left, line.y0 + spare, right, line.y1 - spare)


def places(words: Sequence[str], ink: Sequence[Span]) -> list[Span] | None:
    """Return where each of the words that were read in a line stands.

    Args:
        words: From left to right.
        ink: Where the line has words, from left to right.

    Returns:
        None where what was read does not suit the ink.
    """
    if not words or not ink:
        return None
    wide = [_wide(word) for word in words]
    letters = sum(wide) + BLANK * (len(words) - 1)
    letter = (ink[-1][1] - ink[0][0]) / letters
    best = _aligned(wide, ink, letter)
    if best is None or best[0] > FAR * len(words):
        return None
    found = list[Span]()
    for some, pieces in best[1]:
        found += _shared(wide[some], ink[pieces.start][0], ink[pieces.stop - 1][1])
    return [
        _at_least(span, one * letter, before[1], behind[0])
        for span, one, before, behind in zip(
            found,
            wide,
            [(-math.inf, -math.inf), *found],
            [*found[1:], (math.inf, math.inf)],
            strict=False,
        )
    ]


def _at_least(span: Span, wide: float, before: float, behind: float) -> Span:
    """Return the place of a word as a text layer has it, where its ink is narrower: that of "1".

    Args:
        span: Where it has ink.
        wide: How wide its letters are.
        before: Where the word before it ends.
        behind: Where the next one begins.
    """
    left, right = span
    air = max(0.0, (wide - right + left) / 2)
    return left - min(air, SHARE * (left - before)), right + min(air, SHARE * (behind - right))


_Pair = tuple[slice, slice]


def _aligned(
    wide: Sequence[float], ink: Sequence[Span], letter: float
) -> tuple[float, list[_Pair]] | None:
    """Return which words stand where in order, and how many letters they are amiss in all."""
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for word, piece in itertools.product(range(len(wide) + 1), range(len(ink) + 1)):
        for words, pieces in _STEPS:
            before = (word - words, piece - pieces)
            if before not in best or (word, piece) == (0, 0):
                continue
            some = wide[before[0] : word]
            seen = (ink[piece - 1][1] - ink[before[1]][0]) / letter
            amiss = abs(seen - sum(some) - BLANK * (words - 1)) + JOINED * (words + pieces - 2)
            total = best[before][0] + amiss
            if total < best.get((word, piece), (math.inf, before))[0]:
                best[word, piece] = total, before
    at = len(wide), len(ink)
    if at not in best:
        return None
    pairs, total = list[_Pair](), best[at][0]
    while at != (0, 0):
        before = best[at][1]
        pairs.append((slice(before[0], at[0]), slice(before[1], at[1])))
        at = before
    return total, pairs[::-1]


_STEPS = tuple(
    dict.fromkeys(step for many in range(1, MOST_JOINED + 1) for step in ((many, 1), (1, many)))
)


def _shared(wide: Sequence[float], left: float, right: float) -> Iterator[Span]:
    """Yield the places of words that stand between two ends together."""
    letter = (right - left) / (sum(wide) + BLANK * (len(wide) - 1))
    for one in wide:
        yield left, left + one * letter
        left += (one + BLANK) * letter


def _wide(word: str) -> float:
    return sum(
        SLIM if one in NARROW else BROAD if one in WIDE else CAPITAL if one.isupper() else 1.0
        for one in word
    )
