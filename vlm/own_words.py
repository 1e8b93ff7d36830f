"""Corrects what a small model read by the words that a page has of its own. Pure.

The value at the label that a question names counts more than what the model made of the picture;
else a letter or two that it misread are put right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlm.absence import says_something
from vlm.evidence import locate
from vlm.labelled import values
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.nearest import nearest
from vlm.reading_requests import asks_to_read
from vlm.scoring import plain
from vlm.types import Question, Word

CLEAR = 0.85
"""What a value at its label counts at least to be the answer to a question about a box."""

SURE = 0.95
"""Confidence in such a value, at most."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as the page has it.

    Attributes:
        text: The answer.
        confidence: In it; None where that of the model stays.
    """

    text: str
    confidence: float | None = None


def written(
    text: str, question: Question, words: Sequence[Word], learned: LearnedNames = NO_NAMES
) -> Written:
    """Return a small model's answer about one page, corrected by the page's own words.

    Args:
        text: What the model said.
        question: What was asked.
        words: The page's text layer; nothing is corrected where it has none.
        learned: What the person's own documents call things.
    """
    if not words or asks_to_read(question.text):
        return Written(text)
    box = question.box
    inside = [word for word in words if box is not None and box.holds(word.box)]
    found = values(question.text, inside, learned=learned) if not question.page.rotation else ()
    clear = [one for one in found if one.weight >= CLEAR]
    if len({plain(one.text) for one in clear}) == 1 and plain(clear[0].text) != plain(text):
        return Written(clear[0].text, SURE * clear[0].weight)
    if not says_something(text) or locate(text, words, box).kind in ("crop", "page"):
        return Written(text)
    return Written(nearest(text, words, box) or text)
