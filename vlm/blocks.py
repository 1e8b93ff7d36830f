"""Finds blocks of text on a drawn page by where there is ink. Pure; knows no words.

Rows of ink are lines; lines close to each other are a block. Blocks are what a small model reads
well, so long ones are divided and, where a page has too many, neighbours are joined.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm.ink import ink_of, marks_of, usual_height
from vlm.types import Box

MOST_LINES = 5
"""Lines of one block."""

MARGIN = 0.35
"""Of a line's height, left free around a block."""

SPECK = 3
"""Dark pixels in a row of a line; fewer are dirt."""

LOWEST = 0.004
"""Height of a line as a fraction of the page's; lower ones are rules and dirt."""

GAP = 1.1
"""White between two blocks, in heights of the line above."""

APART = 1.8
"""White between two pieces of a line, in heights of the line; no space between words is as wide."""

DIRT = 0.3
"""Of the height of letters; lower marks that are no wider than a letter are dots and dirt."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, in pixels of a drawing.

    Attributes:
        top: Its first row.
        end: The row after its last one.
        pieces: First column and the one after the last of each piece, from left to right; wide
            white lies between them.
        words: The same of each word, where that is known.
    """

    top: float
    end: float
    pieces: tuple[tuple[float, float], ...]
    words: tuple[tuple[float, float], ...] = ()

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
    """Return where there is ink without dirt: marks much lower and narrower than letters."""
    marks = marks_of(ink_of(gray))
    usual = usual_height(marks)
    return marks.where((marks.heights >= DIRT * usual) | (marks.widths >= usual))


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
