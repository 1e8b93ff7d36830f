"""How alike what a model read is to other words: it misreads letters here and there. Pure."""

from __future__ import annotations

from functools import lru_cache

from vlm.scoring import distance, plain

LEAST_LETTERS = 4
"""Shorter words are alike only when they are the same."""

ALIKE = 0.7
"""Share of equal letters from which on two words count as one, misread."""

REMEMBERED = 2**16
"""Pairs of words whose likeness is remembered: the words of a page are compared with the same names
over and over."""


@lru_cache(REMEMBERED)
def alike(word: str, other: str) -> bool:
    """Tell whether two words in small letters are the same but for a few letters."""
    if word == other:
        return True
    return min(len(word), len(other)) >= LEAST_LETTERS and likeness(word, other) >= ALIKE


def likeness(word: str, other: str) -> float:
    """Return the share of letters that two words have in common, in [0, 1]; 1 for the same."""
    return 1 - distance(word, other) / max(len(word), len(other), 1)


def within(part: str, text: str) -> float:
    """Return how well a text holds something, in [0, 1]: 1 when it stands in it letter by letter.

    Case and spacing do not count.

    Args:
        part: What is looked for; nothing is not held at all.
        text: Where.
    """
    wanted = plain(part)
    return 1 - _cheapest(wanted, plain(text))[0] / len(wanted) if wanted else 0.0


def with_instead(part: str, text: str) -> str:
    """Return a text with something in place of what is most like it; words are taken whole.

    Args:
        part: What should stand there, as "HADRWARE SDN BHD".
        text: What was read, as "(IMPORTE HADRWARE SON BHDO) 123"; its spacing becomes single.
    """
    known = " ".join(text.split())
    _, start, end = _cheapest(part.lower(), known.lower())
    if part[:1].isalpha():
        while start and known[start - 1].isalpha():
            start -= 1
    if part[-1:].isalpha():
        while end < len(known) and known[end].isalpha():
            end += 1
    return known[:start] + part + known[end:]


def _cheapest(wanted: str, given: str) -> tuple[int, int, int]:
    """Return the least edits that make a stretch of a text something, its start and its end."""
    costs, starts = [0] * (len(given) + 1), list(range(len(given) + 1))  # it may begin anywhere
    for i, a in enumerate(wanted, 1):
        above, begun = costs[0], starts[0]
        costs[0], starts[0] = i, 0
        for j, b in enumerate(given, 1):
            best = min((above + (a != b), begun), (costs[j - 1] + 1, starts[j - 1]))
            best = min(best, (costs[j] + 1, starts[j]))
            above, begun = costs[j], starts[j]
            costs[j], starts[j] = best
    end = min(range(len(given) + 1), key=lambda at: (costs[at], abs(at - starts[at] - len(wanted))))
    return costs[end], starts[end], end
