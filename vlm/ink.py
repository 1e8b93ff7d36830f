"""Tells print from paper on a drawn page, whatever its colour and dirt. Pure; knows no words.

Paper is what is light in its neighbourhood; ink is darker than that. Ink that touches is a mark: a
letter, mostly, but also a rule, a stamp or a speck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 24
"""Side in pixels of the squares of which the paper's level is taken."""

LIGHT = 0.85
"""Share of a square's pixels that are no lighter than its paper."""

DARKEST = 96.0
"""Level of the darkest paper that is made white; what is darker, as behind white letters, stays."""

STROKE = 17
"""Pixels; no stroke of print that is lighter than `DARKEST` is as thick."""

CONTRAST = 56
"""Levels (of 255) by which ink is darker than levelled paper, at most."""

PALE, PALEST = 0.4, 24
"""The same as a share of how dark the print thereabouts is, and at least: the letters of a till
that is out of ink break into pieces otherwise."""

PRINTED = 45
"""Levels by which a square's darkest pixels are darker than paper where anything is printed."""

DARK = 0.95
"""Share of a square's pixels that are no darker than its print, which is a stroke or two."""

FAINT = 0.54
"""Share of the contrast that is enough for what touches ink."""

LEAST_PX = 4
"""Height of a letter; lower marks are dots and dirt."""

LONG = 8
"""Times as wide as high, or as high as wide, a mark is no letter."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Ink that touches, each piece of it a mark.

    Attributes:
        shape: Height and width of the drawing.
        boxes: ``(marks, 4)`` int64: left, top, and the column and row after the last.
        runs: ``(runs, 3)`` int64: row, first column and the one after the last of each run of ink.
        owner: ``(runs,)`` int64: the mark that a run belongs to.
    """

    shape: tuple[int, int]
    boxes: NDArray[np.int64]
    runs: NDArray[np.int64]
    owner: NDArray[np.int64]

    @property
    def heights(self) -> NDArray[np.int64]:
        """``(marks,)`` int64, pixels."""
        found: NDArray[np.int64] = self.boxes[:, 3] - self.boxes[:, 1]
        return found

    @property
    def widths(self) -> NDArray[np.int64]:
        """``(marks,)`` int64, pixels."""
        found: NDArray[np.int64] = self.boxes[:, 2] - self.boxes[:, 0]
        return found

    def where(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the pixels of some marks.

        Args:
            chosen: ``(marks,)`` bool.

        Returns:
            ``(height, width)`` bool.
        """
        height, width = self.shape
        change = np.zeros((height, width + 1), np.int8)
        rows, starts, ends = self.runs[chosen[self.owner]].T
        change[rows, starts] += 1  # runs of a row neither touch nor overlap
        change[rows, ends] -= 1
        return np.cumsum(change, axis=1, dtype=np.int8)[:, :width] > 0


def level(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by what each pixel is to be multiplied so that its paper is white.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.

    Returns:
        ``(height, width)`` float32, at least 1.
    """
    height, width = gray.shape
    # A square full of ink takes the level of those about it: the third lightest of nine.
    paper = np.sort(_nine(_of_squares(gray, LIGHT)), axis=0)[6].astype(np.float32)
    smooth = _between(_between(paper.T, width).T, height)
    # Paper changes at once where a shadow has an edge; print is never as wide as that.
    smooth = np.minimum(smooth, _widest(_widest(gray, np.maximum), np.minimum))
    np.maximum(smooth, np.float32(DARKEST), out=smooth)
    np.divide(np.float32(255), smooth, out=smooth)
    found: NDArray[np.float32] = np.maximum(smooth, np.float32(1), out=smooth)
    return found


def levelled(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a drawing on white paper.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    found: NDArray[np.uint8] = np.minimum(gray * level(gray), 255).astype(np.uint8)
    return found


def contrast_of(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return by how many levels each pixel must be darker than paper to be ink.

    Args:
        light: ``(height, width)`` uint8, a levelled drawing.

    Returns:
        ``(height, width)`` uint8, `PALEST` to `CONTRAST`: less where all print is pale.
    """
    dark = np.max(_nine(_of_squares(255 - light, DARK)), axis=0)
    pale = np.clip(PALE * dark, PALEST, CONTRAST).astype(np.uint8)
    squares = np.where(dark < PRINTED, np.uint8(CONTRAST), pale)
    height, width = light.shape
    found: NDArray[np.uint8] = squares.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)
    return found[:height, :width]


def marks_of(ink: NDArray[np.bool_]) -> Marks:
    """Return the marks, those that touch by a corner as well.

    Args:
        ink: ``(height, width)`` bool.
    """
    rows, starts, ends = runs_of(ink)
    owner = _united(rows, starts, ends, ink.shape[1] + 2)
    count = int(owner.max()) + 1 if len(owner) else 0
    boxes = np.zeros((count, 4), np.int64)
    boxes[:, 0], boxes[:, 1] = ink.shape[1], ink.shape[0]
    np.minimum.at(boxes[:, 0], owner, starts)
    np.minimum.at(boxes[:, 1], owner, rows)
    np.maximum.at(boxes[:, 2], owner, ends)
    np.maximum.at(boxes[:, 3], owner, rows + 1)
    return Marks((ink.shape[0], ink.shape[1]), boxes, np.stack([rows, starts, ends], 1), owner)


def beside(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels that touch some, also by a corner, and these themselves."""
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    wider = wide.copy()
    wider[1:] |= wide[:-1]
    wider[:-1] |= wide[1:]
    return wider


def ink_of(gray: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where there is ink, darker than the paper about it.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    light = levelled(gray)
    contrast = contrast_of(light)
    strong = 255 - light > contrast
    return strong | (beside(strong) & (255 - light > FAINT * contrast))


def strong_ink_of(gray: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the same without the soft edges of letters, which make them higher than they are.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    return strong_ink_on_white(levelled(gray))


def strong_ink_on_white(light: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the same of a drawing whose paper is white.

    Args:
        light: ``(height, width)`` uint8, levelled.
    """
    return 255 - light > contrast_of(light)


def usual_height(marks: Marks) -> float:
    """Return the height of letters: half of the height of all marks is in lower ones.

    Returns:
        Pixels, at least `LEAST_PX`; 0.0 where nothing looks like a letter.
    """
    high, wide = marks.heights, marks.widths
    letters = (high >= LEAST_PX) & (wide <= LONG * high) & (high <= LONG * wide)
    if not letters.any():
        return 0.0
    heights = np.sort(high[letters])
    # No frame or stamp counts more than a few letters do.
    total = np.cumsum(np.minimum(heights, LONG * np.median(heights)))
    return float(heights[np.searchsorted(total, total[-1] / 2)])


def _of_squares(gray: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """Return the level that a share of each square's pixels do not exceed, one for each square."""
    height, width = gray.shape
    down, along = -(-height // BLOCK), -(-width // BLOCK)
    spare = ((0, down * BLOCK - height), (0, along * BLOCK - width))
    squares = np.pad(gray, spare, mode="edge").reshape(down, BLOCK, along, BLOCK)
    pixels = squares.transpose(0, 2, 1, 3).reshape(down, along, BLOCK * BLOCK)
    place = int(share * BLOCK * BLOCK)
    found: NDArray[np.uint8] = np.partition(pixels, place, axis=2)[:, :, place]
    return found


def _nine(squares: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what each square and the eight about it hold, ``(9, down, along)``."""
    down, along = squares.shape
    around = np.pad(squares, 1, mode="edge")
    return np.stack([around[y : y + down, x : x + along] for y in range(3) for x in range(3)])


def _widest(gray: NDArray[np.uint8], most: np.ufunc) -> NDArray[np.uint8]:
    """Return the lightest or the darkest of the pixels at most half of `STROKE` away."""
    for axis in (0, 1):
        around = [(0, 0), (0, 0)]
        around[axis] = (STROKE // 2, STROKE // 2)
        wide = np.moveaxis(np.pad(gray, around, mode="edge"), axis, 0)
        have = 1
        while have < STROKE:
            step = min(have, STROKE - have)
            wide = most(wide[:-step], wide[step:])
            have += step
        gray = np.moveaxis(wide, 0, axis)
    return gray


def _between(squares: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Return a value for each pixel between the middles of squares, along the first axis.

    Not as a product of matrices: numpy computes small ones on several threads, which wait for each
    other where other programs use the cores, ten times as long as all of this takes.

    Args:
        squares: ``(count, any)``.
        length: Pixels.

    Returns:
        ``(length, any)`` float32.
    """
    count = len(squares)
    place = np.clip((np.arange(length) + 0.5) / BLOCK - 0.5, 0, count - 1)
    first = np.minimum(place.astype(np.int64), max(0, count - 2))
    share = (place - first).astype(np.float32)[:, None]
    squares = np.ascontiguousarray(squares)
    found: NDArray[np.float32] = squares[first] * (1 - share)
    found += squares[np.minimum(first + 1, count - 1)] * share
    return found


def runs_of(
    ink: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return row, first column and the one after the last of each run, row by row."""
    edges = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return rows, starts, np.nonzero(edges == -1)[1]


def _united(
    rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], stride: int
) -> NDArray[np.int64]:
    """Number the marks that runs belong to: those that touch have the same number, from 0."""
    first = np.searchsorted(rows * stride + ends, (rows + 1) * stride + starts)
    after = np.searchsorted(rows * stride + starts, (rows + 1) * stride + ends, side="right")
    counts = np.maximum(after - first, 0)
    above = np.repeat(np.arange(len(rows)), counts)
    below = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
    least = np.arange(len(rows))
    while True:  # every round at least doubles how far the least number has come
        before = least.copy()
        lower = np.minimum(least[above], least[below])
        for places in (before[above], before[below], above, below):
            np.minimum.at(least, places, lower)
        least = least[least]
        if np.array_equal(before, least):
            return np.unique(least, return_inverse=True)[1]
