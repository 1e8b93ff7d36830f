"""The text of a box as it is copied: a line for each of its lines, a tab between columns.

Spreadsheets take that for a table. Knows where words stand, not what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from app.labelling.suggestion import lines_under
from vlm.types import Box, Word

GUTTER = 1.5
"""Letters' widths of a gap that goes through all lines, at least, to part two columns."""
GAP = 3.0
"""The same for one line by itself, where no gap goes through all of them."""

_Line = Sequence[Word]


def copied(words: Sequence[Word], box: Box) -> str:
    """Return the text in a box with its lines and columns.

    Args:
        words: Of the page, in any order.
        box: In fractions of the page.
    """
    lines = lines_under(words, box)
    if not lines:
        return ""
    letter = median(_letter(word) for line in lines for word in line)
    cuts = _gutters(lines, letter)
    if cuts:
        return "\n".join(_in_columns(line, cuts) for line in lines)
    return "\n".join(_by_gaps(line, letter) for line in lines)


def _letter(word: Word) -> float:
    return (word.box.x1 - word.box.x0) / len(word.text)


def _gutters(lines: Sequence[_Line], letter: float) -> list[float]:
    """Return where columns are parted: in the middle of gaps that no line crosses."""
    if len(lines) < 2:
        return []
    cuts: list[float] = []
    words = sorted((word for line in lines for word in line), key=lambda word: word.box.x0)
    reach = words[0].box.x1
    for word in words[1:]:
        if word.box.x0 - reach >= GUTTER * letter:
            cuts.append((word.box.x0 + reach) / 2)
        reach = max(reach, word.box.x1)
    return cuts


def _in_columns(line: _Line, cuts: Sequence[float]) -> str:
    edges = [float("-inf"), *cuts, float("inf")]
    cells = [
        " ".join(word.text for word in line if left <= word.box.x0 < right)
        for left, right in pairwise(edges)
    ]
    return "\t".join(cells).rstrip("\t")


def _by_gaps(line: _Line, letter: float) -> str:
    said = line[0].text
    for before, word in pairwise(line):
        wide = word.box.x0 - before.box.x1 >= GAP * letter
        said += ("\t" if wide else " ") + word.text
    return said
