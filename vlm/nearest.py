"""Writes an answer as the page has it, where a small model misread a letter or two. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vlm.scoring import distance, plain
from vlm.types import Box, Word

LEAST_LETTERS = 4
"""A shorter answer may be like anything."""

ALIKE = 0.75
"""Share of equal letters from which on words of the page are what the model meant."""

MOST_LETTERS = 160
"""A longer answer is no value, and takes long to compare."""

_AROUND = ".,;:!?()[]\"'"


def nearest(answer: str, words: Sequence[Word], box: Box | None) -> str | None:
    """Return the words of a page that are most like an answer, as the page writes them.

    Args:
        answer: As the model read it; one line.
        words: The page's text layer, in reading order.
        box: The part that was asked about; None for the whole page.

    Returns:
        The page's words in a row, without marks around them that the answer has not; None where
        none are like enough, where only blanks differ, and for what is too short or long to tell.
    """
    wanted = _letters(answer.strip().strip(_AROUND))
    if "\n" in answer.strip() or not LEAST_LETTERS <= len(wanted) <= MOST_LETTERS:
        return None
    inside = [word.text for word in words if box is None or box.holds(word.box)]
    best, most = None, ALIKE
    for start in range(len(inside)):
        for end in range(start + 1, len(inside) + 1):
            some = inside[start:end]
            letters = _letters("".join(some).strip(_AROUND))
            if len(letters) > len(wanted) / ALIKE:
                break
            longest = max(len(letters), len(wanted))
            if len(letters) < ALIKE * len(wanted):
                continue
            share = 1 - distance(letters, wanted) / longest
            if share > most:
                best, most = _trimmed(" ".join(some), answer), share
    return best if most < 1 else None


def _letters(text: str) -> str:
    return "".join(plain(text).split())


def _trimmed(text: str, answer: str) -> str:
    """Return a text without the marks at its ends that an answer has not there."""
    asked = answer.strip()
    while text and text[-1] in _AROUND and not asked.endswith(text[-1]):
        text = text[:-1]
    while text and text[0] in _AROUND and not asked.startswith(text[0]):
        text = text[1:]
    return text
