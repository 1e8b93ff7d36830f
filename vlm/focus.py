"""Tells how much each part of a page has to do with a question, by the words in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vlm.finding import LEAST_PREFIX, telling
from vlm.types import Box, Word


def shared(parts: Sequence[Box], words: Sequence[Word], question: str) -> tuple[float, ...]:
    """Return for each part which share of the question's telling words stands in it, in [0, 1].

    A part that says nothing besides the question's own words cannot answer it and shares nothing.

    Args:
        parts: Of one page.
        words: The page's text layer.
        question: As a person asks it.
    """
    wanted = telling(question)
    said = [(word.box, telling(word.text)) for word in words]
    return tuple(_share([one for box, one in said if part.holds(box)], wanted) for part in parts)


def _share(said: Sequence[tuple[str, ...]], wanted: Sequence[str]) -> float:
    """Return the share of the wanted words that are said, 0 when nothing else is."""
    spoken = {piece for one in said for piece in one}
    met = [word for word in wanted if any(_meets(word, piece) for piece in spoken)]
    if not met or not any(all(not _meets(word, piece) for word in wanted) for piece in spoken):
        return 0.0
    return len(met) / len(wanted)


def _meets(word: str, piece: str) -> bool:
    return piece == word or (len(word) >= LEAST_PREFIX and piece.startswith(word))
