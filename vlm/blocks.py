"""Finds lines and blocks of text on a drawn page by where there is ink. Pure; knows no words.

Rows of ink are lines; where columns side by side make one tall row of them, each column is looked
at on its own. Lines close to each other are a block. Blocks are what a small model reads well, so
long ones are divided and, where a page has too many, neighbours are joined.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm.types import Box

MOST_LINES = 5
"""Lines of one block."""

MARGIN = 0.35
"""Of a line's height, left free around a block."""

CONTRAST = 48
"""Levels (of 255) by which ink is darker than the page's paper."""

SPECK = 3
"""Dark pixels in a row of a line; fewer are dirt."""

LOWEST = 0.004
"""Height of a line as a fraction of the page's; lower ones are rules and dirt."""

GAP = 1.1
"""White between two blocks, in heights of the line above."""

APART = 1.8
"""White between two pieces of a line, in heights of the line; no space between words is as wide."""

TALL = 1.8
"""A row of ink of so many usual heights is more than one line."""

RULE_DOWN, RULE_ALONG = 0.045, 0.08
"""Strokes of these fractions of the longer side are rules and frames, no letters."""

SPOT = 0.5
"""Of the usual height of a line; lower ink that stands alone is dirt or a row of dots."""

DEEPEST = 3
"""How often rows and columns are divided again."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, in pixels of a drawing.

    Attributes:
        top: Its first row.
        end: The row after its last one.
        pieces: First column and the one after the last of each piece, from left to right; wide
            white lies between them.
    """

    top: float
    end: float
    pieces: tuple[tuple[float, float], ...]

    @property
    def height(self) -> float:
        """Pixels, above 0."""
        return self.end - self.top

    @property
    def left(self) -> float:
        """The first column."""
        return self.pieces[0][0]

    @property
    def right(self) -> float:
        """The column after the last one."""
        return max(piece[1] for piece in self.pieces)


def find(gray: NDArray[np.uint8], most: int) -> tuple[Box, ...]:
    """Return the blocks from top to bottom.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
        most: At most so many blocks.
    """
    height, width = gray.shape
    ink = _ink(gray)
    lines = _rows(ink)
    if not lines:
        return ()
    groups = _join(_grouped(lines), most)
    return tuple(_box(ink, group, width, height) for group in groups)


def find_lines(gray: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Return the lines of text from top to bottom, columns side by side each with its own.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    ink = _without_rules(_ink(gray))
    rows = _rows(ink)
    if not rows:
        return ()
    usual = float(np.quantile([end - top for top, end in rows], 0.4))
    found = _divided(ink, (0, 0, ink.shape[1], ink.shape[0]), usual, DEEPEST)
    return tuple(sorted(found, key=lambda line: (line.top, line.left)))


def pieces_of(
    spans: Sequence[tuple[float, float]], apart: float
) -> tuple[tuple[float, float], ...]:
    """Join spans that touch or have little white between them.

    Args:
        spans: Left and right ends, in any order; at least one.
        apart: More white than this divides two pieces.
    """
    joined: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if joined and left - joined[-1][1] <= apart:
            joined[-1] = (joined[-1][0], max(joined[-1][1], right))
        else:
            joined.append((left, right))
    return tuple(joined)


def _ink(gray: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return gray < int(np.percentile(gray, 90)) - CONTRAST


def _divided(
    ink: NDArray[np.bool_], within: tuple[int, int, int, int], usual: float, depth: int
) -> Iterator[Line]:
    """Yield the lines within (left, top, right, end); tall rows of ink column by column."""
    left, top, right, end = within
    part = ink[top:end, left:right]
    lowest = max(3.0, LOWEST * ink.shape[0])
    for first, after in _runs(part.sum(axis=1) >= SPECK):
        if after - first < max(lowest, SPOT * usual):
            continue
        high = float(after - first)
        apart = APART * min(high, usual)
        columns = _clean(part[first:after], apart, SPOT * usual)
        if high > TALL * usual and len(columns) > 1 and depth:
            for start, stop in columns:
                inner = (left + int(start), top + first, left + int(stop), top + after)
                yield from _divided(ink, inner, usual, depth - 1)
        elif columns:
            pieces = tuple((left + start, left + stop) for start, stop in columns)
            yield Line(top + first, top + after, pieces)


def _clean(row: NDArray[np.bool_], apart: float, least: float) -> list[tuple[float, float]]:
    """Return the pieces of a row of ink that are at least so many pixels high: no dots, no dirt."""
    filled: NDArray[np.bool_] = np.logical_or.reduce(row, axis=0)
    found = pieces_of(_runs(filled), apart)
    return [
        (left, right) for left, right in found if _reach(row[:, int(left) : int(right)]) >= least
    ]


def _reach(ink: NDArray[np.bool_]) -> int:
    rows = np.flatnonzero(ink.any(axis=1))
    return int(rows[-1] - rows[0]) + 1


def _without_rules(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take away strokes that are too long for letters: rules and the frames of tables."""
    longer = max(ink.shape)
    rules = _strokes(ink, max(8, round(RULE_DOWN * longer)))
    rules |= _strokes(ink.T, max(8, round(RULE_ALONG * longer))).T
    return ink & ~rules


def _strokes(ink: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Return the pixels that belong to an unbroken stroke down of at least so many."""
    height = ink.shape[0]
    if height < length:
        return np.zeros_like(ink)
    sums = np.zeros((height + 1, ink.shape[1]), np.int32)
    np.cumsum(ink, axis=0, out=sums[1:])
    starts = sums[length:] - sums[:-length] == length
    change = np.zeros_like(sums)
    change[: len(starts)] += starts
    change[length : length + len(starts)] -= starts
    return np.cumsum(change, axis=0)[:height] > 0


def _runs(dark: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where each run of True begins and the place after its end."""
    padded = np.concatenate(([False], dark, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _rows(ink: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first row of each line and the row after its last one."""
    lowest = max(3.0, LOWEST * ink.shape[0])
    found = _runs(ink.sum(axis=1) >= SPECK)
    return [(top, end) for top, end in found if end - top >= lowest]


def _grouped(lines: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    groups = [[lines[0]]]
    for line in lines[1:]:
        top, end = groups[-1][-1]
        if line[0] - end > GAP * (end - top) or len(groups[-1]) == MOST_LINES:
            groups.append([])
        groups[-1].append(line)
    return groups


def _join(groups: list[list[tuple[int, int]]], most: int) -> list[list[tuple[int, int]]]:
    """Join the two neighbours with the least white between them until there are few enough."""
    while len(groups) > most:
        gaps = [below[0][0] - above[-1][1] for above, below in itertools.pairwise(groups)]
        at = gaps.index(min(gaps))
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    return groups


def _box(ink: NDArray[np.bool_], lines: list[tuple[int, int]], width: int, height: int) -> Box:
    top, end = lines[0][0], lines[-1][1]
    columns = np.flatnonzero(ink[top:end].any(axis=0))
    margin = MARGIN * max(end - start for start, end in lines)
    return Box(
        max(0.0, (int(columns[0]) - margin) / width),
        max(0.0, (top - margin) / height),
        min(1.0, (int(columns[-1]) + 1 + margin) / width),
        min(1.0, (end + margin) / height),
    )
