"""Answers a question about a page with words of its own from what stands at the label it names.

The small model is shown that part as well: where it reads the same, the answer is as good as sure.
Knows no torch.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import msgspec

from vlm.evidence import locate
from vlm.labelled import Value, values
from vlm.page_reading import AskPage
from vlm.part_asking import Told, about, ask_part
from vlm.part_finder import PageParts
from vlm.protocol import Event
from vlm.scoring import plain
from vlm.turns import as_shown
from vlm.types import Box, PageRef, Question, Word, union

CLEAR = 0.75
"""What a value at a label counts when no other part needs to be asked."""

LEAST = 0.7
"""What any value at a label counts beside what the model says of other parts."""

SURE, SEVERAL = 0.95, 0.6
"""Confidence in a value at its label, and where another one is as likely."""

ALIKE = 0.02
"""Two values of which one counts no more than this above the other are as likely."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What stands at the label that a question names.

    Attributes:
        weight: What it is worth beside the answers of other parts, in (0, 1].
        told: It, as an answer about the part where it stands.
        clear: Whether no other part needs to be asked.
    """

    weight: float
    told: Told
    clear: bool


def ask_at_label(
    question: Question, page: PageParts, ask: AskPage, tokens: int
) -> Generator[Event, None, Labelled | None]:
    """Look for the label that a question names, and ask the model about the part beside it.

    Args:
        question: About a whole page.
        page: Its parts and words.
        ask: Answers about one part.
        tokens: Of its answer, at most.

    Returns:
        The value; None where no label has one.

    Raises:
        PartFailed: If the part cannot be asked.
        Stopped: If the job shall stop.
    """
    found = _values(question.text, page.words, question.page)
    if not found:
        return None
    best, part = found[0], _part(found[0].box, page)
    own = yield from ask_part(about(question, part, tokens), ask)
    same = plain(own.answer.text) == plain(best.text)
    rivals = [one for one in found[1:] if one.weight >= best.weight - ALIKE]
    alone = all(plain(one.text) == plain(best.text) for one in rivals)
    sure = (SURE if alone else SEVERAL) * best.weight
    given = msgspec.structs.replace(
        own.answer,
        text=best.text,
        confidence=max(sure, own.answer.confidence) if same else sure,
        evidence=locate(best.text, page.words, best.box),
        unsure=(),
        stop="end",
    )
    weight = 1.0 if same else LEAST + (1 - LEAST) * best.weight
    clear = same or (alone and best.weight >= CLEAR)
    return Labelled(weight, Told(part, given, own.warning), clear)


def _values(question: str, words: tuple[Word, ...], page: PageRef) -> tuple[Value, ...]:
    """Return the values at labels, with their boxes on the page before its turn."""
    if not page.rotation:
        return values(question, words)
    shown = {Word(one.text, as_shown(one.box, page.rotation)): one for one in words}
    found = values(question, tuple(shown))
    back = [[one.box for new, one in shown.items() if value.box.holds(new.box)] for value in found]
    return tuple(
        Value(value.text, union(boxes), value.weight)
        for value, boxes in zip(found, back, strict=True)
    )


def _part(box: Box, page: PageParts) -> Box:
    """Return the smallest part that shows a value, the value's own box where none does."""
    holding = [part for part in page.asked if part.holds(box)]
    return min(holding, key=lambda part: part.width * part.height, default=box)
