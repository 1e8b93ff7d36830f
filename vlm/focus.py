"""Finds the line of a page that a question is likely about, for models that read lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vlm.finding import telling
from vlm.types import Box, Word

AIR = 0.6
"""Of a line's height, left free around it."""


def focus(words: Sequence[Word], question: str) -> Box | None:
    """Return the line with most of the question's words and at least one that answers it.

    Args:
        words: The page's text layer in reading order.
        question: As a person asks it.

    Returns:
        Its box with some air; None when no line has a word of the question.
    """
    wanted = set(telling(question))
    best: tuple[int, list[Word]] | None = None
    for line in _lines(words):
        said = {part for word in line for part in telling(word.text)}
        shared = len(wanted & said)
        if shared and said - wanted and (best is None or shared > best[0]):
            best = (shared, line)
    return _around(best[1]) if best is not None else None


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        middle = (word.box.y0 + word.box.y1) / 2
        if line and not line[-1].box.y0 <= middle <= line[-1].box.y1:
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _around(line: Sequence[Word]) -> Box:
    top, end = min(word.box.y0 for word in line), max(word.box.y1 for word in line)
    left, right = min(word.box.x0 for word in line), max(word.box.x1 for word in line)
    air = AIR * (end - top)
    return Box(
        max(0.0, left - air), max(0.0, top - air), min(1.0, right + air), min(1.0, end + air)
    )
