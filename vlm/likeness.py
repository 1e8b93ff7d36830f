"""How alike what a model read is to other words: it misreads letters here and there. Pure."""

from __future__ import annotations

from vlm.scoring import distance, plain

LEAST_LETTERS = 4
"""Shorter words are alike only when they are the same."""

ALIKE = 0.7
"""Share of equal letters from which on two words count as one, misread."""


def alike(word: str, other: str) -> bool:
    """Tell whether two words in small letters are the same but for a few letters."""
    if word == other:
        return True
    longer = max(len(word), len(other))
    if min(len(word), len(other)) < LEAST_LETTERS:
        return False
    return 1 - distance(word, other) / longer >= ALIKE


def within(part: str, text: str) -> float:
    """Return how well a text holds something, in [0, 1]: 1 when it stands in it letter by letter.

    Case and spacing do not count.

    Args:
        part: What is looked for; nothing is not held at all.
        text: Where.
    """
    wanted, given = plain(part), plain(text)
    if not wanted:
        return 0.0
    row = [0] * (len(given) + 1)  # it may begin anywhere
    for i, a in enumerate(wanted, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(given, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return 1 - min(row) / len(wanted)
