"""Tells how much each part of a page has to do with a question, by the words in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vlm.finding import LEAST_PREFIX, telling
from vlm.likeness import alike
from vlm.types import Box, Word


def texts_of(parts: Sequence[Box], words: Sequence[Word]) -> tuple[str, ...]:
    """Return what the text layer says in each part of a page."""
    return tuple(" ".join(word.text for word in words if part.holds(word.box)) for part in parts)


def shared(texts: Sequence[str], question: str) -> tuple[float, ...]:
    """Return for each text which share of the question's telling words it has, in [0, 1].

    A text that says nothing besides the question's own words cannot answer it and shares nothing.
    Words may have a few letters wrong, as a model reads them.

    Args:
        texts: What stands in the parts of a page.
        question: As a person asks it.
    """
    wanted = telling(question)
    return tuple(_share(telling(text), wanted) for text in texts)


def _share(said: Sequence[str], wanted: Sequence[str]) -> float:
    met = [word for word in wanted if any(_meets(word, piece) for piece in said)]
    if not met or all(any(_meets(word, piece) for word in wanted) for piece in said):
        return 0.0
    return len(met) / len(wanted)


def _meets(word: str, piece: str) -> bool:
    return alike(word, piece) or (len(word) >= LEAST_PREFIX and piece.startswith(word))
