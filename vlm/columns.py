"""Divides lines of print where columns meet, and where print beside each other is not level.

Pure; knows no words.
What stands far apart but level, as a label and its amount, stays one line.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm.blocks import APART

Mark = tuple[int, int, int, int]
"""Left, top, and the column and row after the last of letters close beside each other."""

GUTTER, FREE = 0.55, 0.5
"""White between columns: at least so wide in a line, in heights of the line, and so wide in all of
the lines that leave it free, in heights of letters."""

RUNNING = 12.0
"""Width of a line of running text, in heights of letters."""

SEVERAL, MOSTLY = 5, 0.5
"""Lines on each side of such white that are running text, and which share of all on that side: in
justified text, white goes through four lines by chance."""

LEVEL = 0.35
"""Heights of letters by which the feet of letters beside each other differ on one line, at most."""

BESIDE = 0.7
"""Share of the height of letters that lies beside those before them on one line, at least."""

FEWEST = 4
"""Letters that tell where a line stands."""


@dataclass(frozen=True, slots=True)
class _Gutter:
    """White between two columns: where it is free in all lines from a row to another."""

    left: int
    right: int
    top: int
    end: int

    def goes_through(self, left: int, right: int, y: float) -> bool:
        return left <= self.left and self.right <= right and self.top <= y <= self.end


def divided(
    lines: Sequence[Sequence[Mark]], letters: NDArray[np.int64], usual: float, height: int
) -> list[list[Mark]]:
    """Return lines, none of which goes over two columns.

    Args:
        lines: Each from left to right.
        letters: ``(any, 4)`` int64, those of a drawing: boxes as `Mark` says.
        usual: Height of letters, pixels.
        height: Of the drawing.
    """
    columns = _Columns(lines, usual, height)
    whole, cut = list[list[Mark]](), list[list[Mark]]()
    for line in lines:
        tall = _tall(line)
        between = [columns.meet(*pair, tall) for pair in itertools.pairwise(line)]
        parts = [
            one
            for part in _cut(line, between)
            for one in _level(part, APART * tall, letters, usual)
        ]
        (cut if len(parts) > 1 else whole).extend(parts)
    for part in sorted(cut, key=lambda one: one[0]):
        before = (one for one in whole if columns.go_on(one, part))
        behind = (one for one in whole if columns.go_on(part, one))
        if (one := next(before, None)) is not None:
            one += part
        elif (one := next(behind, None)) is not None:
            one[:0] = part
        else:
            whole.append(part)
    return whole


class _Columns:
    """Knows where columns of running text meet.

    Args:
        lines: Of a drawing.
        usual: Height of its letters, pixels.
        height: Of the drawing.
    """

    def __init__(self, lines: Sequence[Sequence[Mark]], usual: float, height: int) -> None:
        self._lines, self._usual, self._height = lines, usual, height
        self._marks = np.array([mark for line in lines for mark in line], np.int64).reshape(-1, 4)
        self._known: list[_Gutter] = []

    def meet(self, one: Mark, other: Mark, tall: float) -> bool:
        """Tell whether two neighbours in a line, so high, stand in different columns."""
        left, right = one[2], other[0]
        if right - left < GUTTER * tall:
            return False
        middle = (min(one[1], other[1]) + max(one[3], other[3])) / 2
        if any(gutter.goes_through(left, right, middle) for gutter in self._known):
            return True
        gutter = self._free(left, right, middle)
        found = all(map(self._is_running, self._beside(gutter)))
        if found:
            self._known.append(gutter)
        return found

    def go_on(self, line: Sequence[Mark], other: Sequence[Mark]) -> bool:
        """Tell whether a line goes on with another: it began at the end of one beside it."""
        one, next_one, tall = line[-1], other[0], min(_tall(line), _tall(other))
        lower = min(one[3] - one[1], next_one[3] - next_one[1])
        beside = min(one[3], next_one[3]) - max(one[1], next_one[1])
        white = next_one[0] - one[2]
        near = 0 <= white <= APART * tall and beside >= BESIDE * lower
        return near and not self.meet(one, next_one, tall)

    def _free(self, left: int, right: int, middle: float) -> _Gutter:
        """Return the white that goes up and down from that between two marks."""
        marks = self._marks[(self._marks[:, 2] > left) & (self._marks[:, 0] < right)]
        away = np.abs((marks[:, 1] + marks[:, 3]) / 2 - middle)
        top, end = 0, self._height
        for x0, y0, x1, y1 in marks[np.argsort(away)].tolist():
            if y1 <= top or y0 >= end or x1 <= left or x0 >= right:
                continue
            start, stop = max((left, min(x0, right)), (max(x1, left), right), key=_width)
            if stop - start >= FREE * self._usual:
                left, right = start, stop
            elif (y0 + y1) / 2 < middle:
                top = y1
            else:
                end = y0
        return _Gutter(left, right, top, end)

    def _beside(self, gutter: _Gutter) -> tuple[list[float], list[float]]:
        """Return the widths of what stands on the left of white, and on the right of it."""
        before, behind = list[float](), list[float]()
        for line in self._lines:
            inside = [one for one in line if gutter.top <= (one[1] + one[3]) / 2 <= gutter.end]
            left = [one for one in inside if one[2] <= gutter.left]
            right = [one for one in inside if one[0] >= gutter.right]
            before += [_reach(left[::-1])] if left else []
            behind += [_reach(right)] if right else []
        return before, behind

    def _is_running(self, widths: Sequence[float]) -> bool:
        count = sum(width >= RUNNING * self._usual for width in widths)
        return count >= max(SEVERAL, MOSTLY * len(widths))


def _tall(line: Sequence[Mark]) -> float:
    return statistics.median(end - top for _, top, _, end in line)


def _width(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _reach(marks: Sequence[Mark]) -> float:
    """Return how far marks go on from the first without wide white between."""
    tall = _tall(marks)
    left, right = marks[0][0], marks[0][2]
    for mark in marks[1:]:
        if max(mark[0] - right, left - mark[2]) > APART * tall:
            break
        left, right = min(left, mark[0]), max(right, mark[2])
    return right - left


def _cut(line: Sequence[Mark], between: Iterable[bool]) -> Iterator[list[Mark]]:
    """Divide a line behind those of its marks of which that is said."""
    part = [line[0]]
    for mark, cut in zip(line[1:], between, strict=True):
        if cut:
            yield part
            part = []
        part.append(mark)
    yield part


def _level(
    line: Sequence[Mark], apart: float, letters: NDArray[np.int64], usual: float
) -> Iterator[list[Mark]]:
    """Divide a line where there is more white than `apart` and it goes on higher or lower."""
    wide = [right[0] - left[2] > apart for left, right in itertools.pairwise(line)]
    part, at = list[Mark](), None
    for piece in _cut(line, wide) if any(wide) else [list(line)]:
        foot = _foot(piece, letters) if any(wide) else None
        if part and foot is not None and at is not None and abs(foot - at) > LEVEL * usual:
            yield part
            part = []
        part += piece
        at = at if foot is None else foot
    yield part


def _foot(piece: Sequence[Mark], letters: NDArray[np.int64]) -> float | None:
    """Return the row on which letters stand; None where too few tell."""
    left, right = piece[0][0], max(mark[2] for mark in piece)
    top, end = min(mark[1] for mark in piece), max(mark[3] for mark in piece)
    middle = (letters[:, 1] + letters[:, 3]) / 2
    inside = letters[
        (letters[:, 0] >= left) & (letters[:, 2] <= right) & (middle >= top) & (middle <= end)
    ]
    return float(np.median(inside[:, 3])) if len(inside) >= FEWEST else None
