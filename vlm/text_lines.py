"""Finds lines of print on a drawn page and how large the print is, by its ink. Pure; reads nothing.

Letters are marks of about the same height; close ones are words, and words beside each other are
a line, which may climb or fall, as on a page that lay askew.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vlm import columns
from vlm.blocks import APART, Line, pieces_of
from vlm.ink import LONG, Marks, ink_of, marks_of, strong_ink_of, usual_height
from vlm.rules import unframed, unruled

LOWEST, HIGHEST, WIDEST = 0.45, 3.2, 14.0
"""Of the usual height of letters: lower marks are dots and dirt, higher and wider ones no print."""

WORD_GAP = 0.7
"""White within a word, in heights of letters."""

SPACE = 0.2
"""Least white between two words of a line, in heights of the line."""

LINE_GAP = 14.0
"""White within a line, in heights of letters; beyond it another line begins."""

OVERLAP = 0.5
"""Share of a word's height that lies beside the word before it on the same line."""

UNLIKE = 2.2
"""Times by which words of one line differ in height, at most."""

ASIDE = 0.1
"""What white before a word counts, against its being too high or too low, to choose its line."""

SEVERAL = 1.5
"""Words so many times as wide as letters are high have several letters, some of them tall."""

BESIDE = 0.15
"""Heights of letters above and below a word within which a dot or a dash belongs to its line."""

BROKEN = 0.3
"""White in a letter that the print has left in pieces, in heights of letters."""

ASTRAY = 2.5
"""White before or behind such a letter, in heights of letters."""

WIDEST_DASH = 1.5
"""Heights of letters; what is low and wider is a rule."""

STACKED = 1.8
"""Heights of letters from which on a word may be two, one below the other."""

TOUCHING = 0.2
"""Of the ink of the rows of two such words, what there is at most between them."""

GRAIN, CLEAN = 1.5, 0.5
"""Specks for each letter from which on a line is grain, and below which it is clean print."""

FEWEST_CLEAN, MOST_GRAINY, GRAINY_SHARE = 8, 10, 0.25
"""Lines of clean print beside which others are told to be grain, and how many of those, and which
share, there is at least: up to six lines of a page with dirt or dashes on them are print."""

TALL_EM = 0.76
"""Height of the ink of such a word in em: that of capitals, or of small letters with one of
"b" and "p"."""


@dataclass(slots=True)
class _Growing:
    """A line while words are added, from left to right."""

    words: list[tuple[int, int, int, int]] = field(default_factory=list)
    top: float = 0.0
    end: float = 0.0

    def add(self, word: tuple[int, int, int, int]) -> None:
        """Add a word: left, top, and the column and row after the last."""
        share = 0.5 if self.words else 1.0
        self.top += share * (word[1] - self.top)
        self.end += share * (word[3] - self.end)
        self.words.append(word)

    def takes(self, word: tuple[int, int, int, int], widest: float) -> float | None:
        """Return how far off a word is, in pixels; None when it belongs to no such line."""
        left, top, _, end = word
        white = left - self.words[-1][2]
        lower, higher = sorted((end - top, self.end - self.top))
        beside = min(end, self.end) - max(top, self.top)
        if white > widest or higher > UNLIKE * lower or beside < OVERLAP * lower:
            return None
        return abs(top + end - self.top - self.end) / 2 + ASIDE * max(0, white)


def find_lines(gray: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Return the lines of text from top to bottom, columns side by side each with its own.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    marks, usual = print_of(ink_of(gray))
    letters, rest = marks.boxes[letters_of(marks, usual)], _rest(marks, usual)
    grown = [
        words
        for words in lines_of(words_of(marks, usual), usual)
        if sum(right - left for left, _, right, _ in words) >= usual
    ]
    made = lambda words: _line(words, _fragments(words, rest, usual), letters)  # noqa: E731
    clean = _without_grain(
        list(map(made, grown)), letters, marks.boxes[marks.heights < LOWEST * usual]
    )
    grown = [words for words, one in zip(grown, clean, strict=True) if one]
    found = map(made, columns.divided(grown, letters, usual, gray.shape[0]))
    return tuple(sorted(found, key=lambda line: (line.top, line.left)))


def _without_grain(
    lines: list[Line], letters: NDArray[np.int64], specks: NDArray[np.int64]
) -> list[bool]:
    """Tell which lines are not grain, as of a shadow that a scanner drew in dots, beside print.

    Args:
        lines: All.
        letters: ``(any, 4)`` marks that may be letters.
        specks: ``(any, 4)`` lower ones.
    """
    grainy = [_count(specks, line) / max(1, _count(letters, line)) for line in lines]
    grain, clean = sum(one > GRAIN for one in grainy), sum(one < CLEAN for one in grainy)
    if grain < max(MOST_GRAINY, GRAINY_SHARE * len(lines)) or clean < FEWEST_CLEAN:
        return [True] * len(lines)
    return [one <= GRAIN for one in grainy]


def _count(boxes: NDArray[np.int64], line: Line) -> int:
    """Count the marks whose middle lies in a line."""
    across, down = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    inside = (down > line.top) & (down < line.end) & (across > line.left) & (across < line.right)
    return int(inside.sum())


def print_of(ink: NDArray[np.bool_]) -> tuple[Marks, float]:
    """Return the marks of print on ``(height, width)`` bool ink, and how high letters usually are.

    Rules and frames are none.
    """
    ink = unframed(ink)
    marks = marks_of(ink)
    usual = usual_height(marks)
    if not usual:
        return marks, usual
    left = unruled(ink, usual)
    if left is ink:
        return marks, usual
    marks = marks_of(left)
    return marks, usual_height(marks)


def print_height(gray: NDArray[np.uint8]) -> float | None:
    """Return the size of the print on a drawing.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.

    Returns:
        Pixels of one em, of the size that most of the print has; None where there is none.
    """
    marks = marks_of(unframed(strong_ink_of(gray)))
    usual = usual_height(marks)
    if not usual:
        return None
    words = words_of(marks, usual)
    several = [word for word in words if word[2] - word[0] >= SEVERAL * usual]
    if not several:
        return usual / TALL_EM
    heights = sorted((end - top, right - left) for left, top, right, end in several)
    half = sum(width for _, width in heights) / 2
    for height, width in heights:
        half -= width
        if half <= 0:
            return height / TALL_EM
    raise AssertionError("half of the words is among them")


def letters_of(marks: Marks, usual: float) -> NDArray[np.bool_]:
    """Tell which marks may be letters.

    Args:
        marks: Of a drawing.
        usual: Height of its letters, pixels.

    Returns:
        ``(marks,)`` bool.
    """
    high, wide = marks.heights, marks.widths
    found: NDArray[np.bool_] = (high >= LOWEST * usual) & (high <= HIGHEST * usual)
    found &= (wide <= WIDEST * usual) & (high <= LONG * wide)
    through = (marks.boxes[:, 1] == 0) & (marks.boxes[:, 3] == marks.shape[0])  # a shadow's edge
    return found & ~through if (found & ~through).any() else found


def words_of(marks: Marks, usual: float) -> list[tuple[int, int, int, int]]:
    """Join letters close beside each other.

    Args:
        marks: Of a drawing.
        usual: Height of its letters, pixels.

    Returns:
        Left, top, and the column and row after the last of each, from left to right.
    """
    letters = letters_of(marks, usual)
    if not letters.any():
        return []
    ink = marks.where(letters)
    boxes = marks_of(ink | _gaps(marks, letters, round(WORD_GAP * usual))).boxes
    words = itertools.chain.from_iterable(
        _of_one_line(ink, (left, top, right, end), usual)
        for left, top, right, end in boxes.tolist()
    )
    return sorted(words)


def _of_one_line(
    ink: NDArray[np.bool_], word: tuple[int, int, int, int], usual: float
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the words that a word is made of whose letters touch those of the line below."""
    left, top, right, end = word
    if end - top < STACKED * usual or right - left < usual:
        yield word
        return
    inked = ink[top:end, left:right]
    rows = inked.sum(axis=1)
    third = (end - top) // 3
    at = third + int(rows[third : 2 * third].argmin())
    if rows[at] > TOUCHING * min(rows[:third].max(), rows[2 * third :].max()):
        yield word
        return
    for first, part in ((top, inked[:at]), (top + at, inked[at:])):
        columns, high = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
        start, stop = left + int(columns[0]), left + int(columns[-1]) + 1
        inside = (start, first + int(high[0]), stop, first + int(high[-1]) + 1)
        yield from _of_one_line(ink, inside, usual)


def lines_of(
    words: Iterable[tuple[int, int, int, int]], usual: float
) -> list[list[tuple[int, int, int, int]]]:
    """Put words beside each other into lines.

    Args:
        words: From left to right.
        usual: Height of letters, pixels.
    """
    widest = LINE_GAP * usual
    done: list[_Growing] = []
    growing: list[_Growing] = []
    for word in words:
        near = [line for line in growing if word[0] - line.words[-1][2] <= widest]
        if len(near) < len(growing):
            done += [line for line in growing if word[0] - line.words[-1][2] > widest]
            growing = near
        off = [
            (far, place)
            for place, line in enumerate(growing)
            if (far := line.takes(word, widest)) is not None
        ]
        if not off:
            growing.append(_Growing())
        growing[min(off)[1] if off else -1].add(word)
    return [line.words for line in (*done, *growing)]


def _gaps(marks: Marks, letters: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Return the white of at most so many pixels between letters in a row of pixels."""
    runs = marks.runs[letters[marks.owner]]
    runs = runs[np.lexsort((runs[:, 1], runs[:, 0]))]
    rows, ends, starts = runs[:-1, 0], runs[:-1, 2], runs[1:, 1]
    near = (rows == runs[1:, 0]) & (starts - ends <= most)
    height, width = marks.shape
    change = np.zeros((height, width + 1), np.int8)
    change[rows[near], ends[near]] += 1
    change[rows[near], starts[near]] -= 1
    return np.cumsum(change, axis=1, dtype=np.int8)[:, :width] > 0


def _rest(marks: Marks, usual: float) -> NDArray[np.int64]:
    """Return the boxes of marks that are lower than letters, but no rules."""
    chosen = (marks.heights < LOWEST * usual) & (marks.widths <= WIDEST_DASH * usual)
    found: NDArray[np.int64] = marks.boxes[chosen]
    return found[np.argsort(found[:, 0])]


def _fragments(
    words: Sequence[tuple[int, int, int, int]], rest: NDArray[np.int64], usual: float
) -> list[tuple[float, float]]:
    """Return what else belongs to a line: dots and dashes at its words, and letters in pieces.

    Args:
        words: Of the line, from left to right.
        rest: ``(marks, 4)``, from left to right; see `_rest`.
        usual: Height of letters, pixels.

    Returns:
        The first column and the one after the last of each.
    """
    starts = np.array([word[0] for word in words])
    at = np.searchsorted(starts, (rest[:, 0] + rest[:, 2]) // 2, side="right") - 1
    word = np.array(words)[np.maximum(at, 0)]
    middle, air = (rest[:, 1] + rest[:, 3]) / 2, BESIDE * usual
    level = (middle >= word[:, 1] - air) & (middle <= word[:, 3] + air)
    found = list[tuple[float, float]]()
    for group in _groups(rest[level], BROKEN * usual):
        left, right = float(group[:, 0].min()), float(group[:, 2].max())
        white = min(max(word[0] - right, left - word[2]) for word in words)
        letter = group[:, 3].max() - group[:, 1].min() >= LOWEST * usual
        near = white <= (ASTRAY if letter else WORD_GAP) * usual
        if near and (letter or right - left <= WIDEST_DASH * usual):
            found.append((left, right))
    return found


def _groups(boxes: NDArray[np.int64], most: float) -> list[NDArray[np.int64]]:
    """Divide boxes, from left to right, where there is more white than that beside them."""
    if not len(boxes):
        return []
    ends = np.maximum.accumulate(boxes[:, 2])
    return np.split(boxes, np.flatnonzero(boxes[1:, 0] - ends[:-1] > most) + 1)


def _line(
    words: list[tuple[int, int, int, int]],
    more: list[tuple[float, float]],
    letters: NDArray[np.int64],
) -> Line:
    tall = statistics.median(end - top for _, top, _, end in words)
    spans = [(float(left), float(right)) for left, _, right, _ in words] + more
    top, end = min(word[1] for word in words), max(word[3] for word in words)
    pieces = pieces_of(spans, APART * tall)
    middle = (letters[:, 1] + letters[:, 3]) / 2
    level = letters[(middle >= top) & (middle <= end)][:, ::2].astype(float).tolist()
    inside = [(left, right) for left, right in level if pieces[0][0] <= left < pieces[-1][1]]
    apart = pieces_of([*inside, *more], SPACE * tall)
    return Line(float(top), float(end), pieces, apart)
