"""Finds the blocks of text on a scanned page by where there is ink. Pure; knows no words.

Rows of ink are lines; lines close to each other are a block. Blocks are what a small model reads
well, so long ones are divided and, where a page has too many, neighbours are joined.
"""

from __future__ import annotations

import itertools

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


def find(gray: NDArray[np.uint8], most: int) -> tuple[Box, ...]:
    """Return the blocks from top to bottom.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
        most: At most so many blocks.
    """
    height, width = gray.shape
    paper = int(np.percentile(gray, 90))
    ink = gray < paper - CONTRAST
    lines = _lines(ink)
    if not lines:
        return ()
    groups = _join(_grouped(lines), most)
    return tuple(_box(ink, group, width, height) for group in groups)


def _lines(ink: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first row of each line and the row after its last one."""
    height = ink.shape[0]
    dark = np.concatenate(([False], ink.sum(axis=1) >= SPECK, [False]))
    edges = np.flatnonzero(dark[1:] != dark[:-1])
    found = [(int(top), int(end)) for top, end in edges.reshape(-1, 2)]
    return [(top, end) for top, end in found if end - top >= max(3.0, LOWEST * height)]


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
