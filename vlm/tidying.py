"""Shows a small model a part of a page as it was taught: whole lines of print on white paper.

A box around a line, drawn by hand or by this program, also holds the edges of the lines above and
below, from which a small model reads words that are not there. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm.ink import Marks, beside, level, marks_of, strong_ink_on_white, usual_height
from vlm.text_lines import letters_of, lines_of, words_of

EDGE = 1
"""Pixels from the upper or lower edge within which ink is cut by it."""

CUT = 0.5
"""Of a line's width: as much of it that is cut makes it a line of which only a slice is shown."""

AROUND = 0.2
"""Heights of letters about the whole lines in which ink is left, as accents are."""

GRAYS = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue in brightness, ITU-R BT.601."""


def tidied(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make the paper white and wipe out lines that the upper or the lower edge cuts.

    Where every line is cut, or nothing looks like a line, only the paper changes.

    Args:
        pixels: ``(height, width, 3)`` uint8, RGB.

    Returns:
        The same shape and type.
    """
    gray = (pixels @ GRAYS).astype(np.uint8)
    white: NDArray[np.uint8]
    white = np.minimum(pixels * level(gray)[:, :, None], 255).astype(np.uint8)
    marks = marks_of(strong_ink_on_white((white @ GRAYS).astype(np.uint8)))
    if usual := usual_height(marks):
        white[_slices(marks, usual)] = 255
    return white


def _slices(marks: Marks, usual: float) -> NDArray[np.bool_]:
    """Return the pixels that belong to lines of which only a slice is shown.

    Args:
        marks: Of the drawing.
        usual: Height of its letters, pixels.

    Returns:
        ``(height, width)`` bool.
    """
    height = marks.shape[0]
    whole = [
        (min(top for _, top, _, _ in line), max(end for _, _, _, end in line))
        for line in lines_of(words_of(marks, usual), usual)
        if not _is_cut(line, height)
    ]
    if not whole:
        return np.zeros(marks.shape, np.bool_)
    air = AROUND * usual
    first = min(top for top, _ in whole) - air
    last = max(end for _, end in whole) + air
    tops, ends = marks.boxes[:, 1], marks.boxes[:, 3]
    at_edge = (tops <= EDGE) | (ends >= height - EDGE)
    outside = (ends <= first + 2 * air) | (tops >= last - 2 * air)
    beyond = ((tops + ends) / 2 < first) | ((tops + ends) / 2 > last)
    rules = ~letters_of(marks, usual) & (marks.heights < usual)
    through = (tops <= EDGE) & (ends >= height - EDGE)
    lost = marks.where((at_edge & (outside | rules)) | beyond | through)
    return beside(lost)  # with the soft edges of letters


def _is_cut(line: list[tuple[int, int, int, int]], height: int) -> bool:
    total = sum(right - left for left, _, right, _ in line)
    above = sum(right - left for left, top, right, _ in line if top <= EDGE)
    below = sum(right - left for left, _, right, end in line if end >= height - EDGE)
    return max(above, below) >= CUT * total
