"""Takes rules and frames out of ink: they join letters to one mark, or look like one. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm.ink import LONG, Marks, marks_of, runs_of

RULE, THICK = 2.5, 0.3
"""Heights of letters: level ink so long and at most so thick is a rule."""

WORD = 10.0
"""Heights of letters; no edge of a word's letters that touch is as long."""

BODY, ROWS, SOFT = 0.2, 3, 0.5
"""Heights of letters beyond which, and rows in which, there is ink above or below such an edge, and
over which share of it: under print on a rule there is less."""


HOLLOW, WIDE = 0.45, 1.3
"""Share of a frame's box that is ink at most, and times as wide as high what no letter is."""

IN_WIDE, IN_SQUARE = 0.25, 0.6
"""Height of what stands in a frame, of the frame's: a zero may have a dot in it, "@" has an "a"."""

EDGE, FILLED = 3, 0.8
"""Rows at the upper and the lower edge of an empty frame, one of which is filled so far."""

UPRIGHT = 1.8
"""Heights of letters from which on a stroke is no letter."""


def unframed(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ink without the frames of cells and boxes that something stands in.

    Args:
        ink: ``(height, width)`` bool.

    Returns:
        The same array where there are none.
    """
    marks = marks_of(ink)
    frames = frames_of(marks)
    return ink & ~marks.where(frames) if frames.any() else ink


def frames_of(marks: Marks) -> NDArray[np.bool_]:
    """Tell which marks are frames: hollow, with another mark inside or with long level edges.

    Args:
        marks: Of a drawing.

    Returns:
        ``(marks,)`` bool.
    """
    boxes, high, wide = marks.boxes, marks.heights, marks.widths
    lengths = marks.runs[:, 2] - marks.runs[:, 1]
    inked = np.bincount(marks.owner, weights=lengths, minlength=len(boxes))
    hollow: NDArray[np.bool_] = np.less_equal(inked, HOLLOW * high * wide)
    found = hollow & (high > 2 * EDGE)
    edged = _edged(marks) & (wide >= WIDE * high)
    for number in np.flatnonzero(found & ~edged):
        left, top, right, end = boxes[number]
        inside = (boxes[:, 0] > left) & (boxes[:, 2] < right)
        inside &= (boxes[:, 1] > top) & (boxes[:, 3] < end)
        least = IN_WIDE if wide[number] >= WIDE * high[number] else IN_SQUARE
        inside &= high >= least * high[number]
        found[number] = inside.any()
    return found


def _edged(marks: Marks) -> NDArray[np.bool_]:
    """Tell which marks have a long level edge above and one below."""
    rows, starts, ends = marks.runs.T
    boxes, owner = marks.boxes, marks.owner
    long = ends - starts >= FILLED * marks.widths[owner]
    found = np.zeros((2, len(boxes)), np.bool_)
    found[0, owner[long & (rows < boxes[owner, 1] + EDGE)]] = True
    found[1, owner[long & (rows >= boxes[owner, 3] - EDGE)]] = True
    both: NDArray[np.bool_] = np.logical_and(found[0], found[1])
    return both


def strokes_of(marks: Marks, usual: float) -> NDArray[np.bool_]:
    """Tell which marks are upright strokes higher than letters, as the sides of cells.

    Args:
        marks: Of a drawing.
        usual: Height of its letters, pixels.

    Returns:
        ``(marks,)`` bool.
    """
    found: NDArray[np.bool_] = marks.heights > LONG * marks.widths
    return found & (marks.heights >= UPRIGHT * usual)


def unruled(ink: NDArray[np.bool_], usual: float) -> NDArray[np.bool_]:
    """Return ink without thin level rules, which join the letters on them to one mark.

    Args:
        ink: ``(height, width)`` bool.
        usual: Height of letters, pixels.

    Returns:
        The same array where there are none.
    """
    rows, starts, ends = runs_of(ink)
    long = ends - starts >= RULE * usual
    if not long.any():
        return ink
    word = long & (ends - starts < WORD * usual)
    long[word] = _alone(ink, rows[word], starts[word], ends[word], usual)
    height, width = ink.shape
    change = np.zeros((height, width + 1), np.int8)
    change[rows[long], starts[long]] += 1
    change[rows[long], ends[long]] -= 1
    rules = np.cumsum(change, axis=1, dtype=np.int8)[:, :width] > 0
    return ink & ~(rules & ~_opened(rules, max(2, round(THICK * usual)) + 1))


def _alone(
    ink: NDArray[np.bool_],
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    usual: float,
) -> NDArray[np.bool_]:
    """Tell which level runs have no letters close to all of them, as the edges of soft print have.

    Args:
        ink: ``(height, width)`` bool.
        rows: Of each run.
        starts: First column of each.
        ends: The column after the last one.
        usual: Height of letters, pixels.

    Returns:
        ``(runs,)`` bool.
    """
    height = ink.shape[0]
    total = np.cumsum(np.pad(ink, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    near = max(2, round(BODY * usual))
    alone = np.ones(len(rows), np.bool_)
    for side in (1, -1):
        beside = np.ones(len(rows), np.bool_)
        for away in range(near, near + ROWS):
            at = rows + side * away
            inside = (at >= 0) & (at < height)
            at = np.clip(at, 0, height - 1)
            inked = (total[at, ends] - total[at, starts]) / (ends - starts)
            beside &= inside & (inked >= SOFT)
        alone &= ~beside
    return alone


def _opened(mask: NDArray[np.bool_], high: int) -> NDArray[np.bool_]:
    """Keep what is at least so many rows high."""
    height = mask.shape[0]
    if height < high:
        return np.zeros_like(mask)
    least = np.logical_and.reduce([mask[y : height - high + 1 + y] for y in range(high)])
    wide = np.zeros_like(mask)
    for y in range(high):
        wide[y : height - high + 1 + y] |= least
    return wide
