"""How sure a model was of its answer and of its words, from its tokens' probabilities. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from vlm.types import Unsure

UNSURE = 0.5
"""A word to which the model gave less than this is shown as doubted."""

_WORD = re.compile(r"\S+")


def geometric_mean(probabilities: Sequence[float]) -> float:
    """Return the geometric mean of probabilities in [0, 1]; 0 for none or when one is 0."""
    if not probabilities or min(probabilities) <= 0:
        return 0.0
    return math.exp(math.fsum(map(math.log, probabilities)) / len(probabilities))


def unsure_words(
    text: str, ends: Sequence[int], probabilities: Sequence[float], below: float = UNSURE
) -> tuple[Unsure, ...]:
    """Return the words that a model doubted: the product of their tokens' probabilities is low.

    Args:
        text: The answer.
        ends: How many characters there were after each of its tokens; never falling.
        probabilities: Of the same tokens, in [0, 1]; more of them do not matter.
        below: What counts as low.
    """
    found: list[Unsure] = []
    starts, place = [0, *ends], 0
    count = min(len(ends), len(probabilities))
    for word in _WORD.finditer(text):
        while place < count and (
            ends[place] < word.start() or starts[place] < ends[place] == word.start()
        ):
            place += 1
        given, token = 1.0, place
        while token < count and starts[token] < word.end():
            given *= probabilities[token]
            token += 1
        if given < below:
            found.append(Unsure(word.start(), word.end(), given))
    return tuple(found)
