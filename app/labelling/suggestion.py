"""The text under a box, from a page's text layer."""

from __future__ import annotations

from collections.abc import Sequence

from vlm.types import Box, Word


def text_under(words: Sequence[Word], box: Box) -> str:
    """Return the words in a box, line after line; a word counts where its middle lies.

    Args:
        words: Of the page, in any order.
        box: In fractions of the page.
    """
    return " ".join(word.text for line in lines_under(words, box) for word in line)


def lines_under(words: Sequence[Word], box: Box) -> list[list[Word]]:
    """Return the words in a box as its lines from top to bottom, each from left to right."""
    lines: list[list[Word]] = []
    for word in sorted((w for w in words if box.holds(w.box)), key=_middle):
        if lines and _same_line(lines[-1][0], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.box.x0) for line in lines]


def _middle(word: Word) -> float:
    return (word.box.y0 + word.box.y1) / 2


def _same_line(one: Word, other: Word) -> bool:
    """Tell whether the middle of the lower word lies within the upper one's height."""
    return one.box.y0 <= _middle(other) <= one.box.y1
