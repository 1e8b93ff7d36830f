"""Answers a question about a page by weighing all that its words offer together. Knows no torch.

Questions for usual fields, such as the total of a bill, go by what is known of these; what a
person's own documents tell goes before everything.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

import msgspec

from vlm import option_ranker
from vlm.asked_names import asks_for_field, can_be_weighed, key_of
from vlm.evidence import lines_of
from vlm.labelled import is_told
from vlm.learned_names import LearnedNames
from vlm.option_ranker import Likely, Weighed
from vlm.page_reading import AskPage
from vlm.page_values import page_values_among, shape_of
from vlm.part_asking import Told, about, absent, ask_part
from vlm.part_finder import PageParts
from vlm.part_labels import as_read, nothing_told, part_with
from vlm.prose_answers import quoted
from vlm.protocol import Event
from vlm.turns import on_page
from vlm.types import WHOLE_PAGE, Box, Evidence, Question, Word, union

CLEAR, LABELLED, AT_LABEL = 0.5, 0.7, 0.8
"""How likely an answer is at least to be it, whatever labels say; what a value at its label counts
at least to go before a less likely one, and what is left of that: 32 such values scored 0.79."""

ABSENT = 0.5
"""What is left of how likely it is that a page has no answer: that is never called sure."""

QUOTED, TEXT = 0.5, 0.65
"""How well a sentence suits a question at least for its words to be the answer without that all is
weighed, and which share of a page is running text at least for that."""


def can_be_ranked(
    question: str, words: Sequence[Word], learned: LearnedNames, misread: bool = False
) -> bool:
    """Tell whether all that a page says is weighed for a question.

    Args:
        question: As a person asks it; one for a usual field, or a town, goes by
            what is known of these.
        words: As the page is shown; where they are mostly running text, a sentence that suits the
            question goes before.
        learned: What the person's own documents call things: that goes before everything.
        misread: Whether letters of the words may be wrong.
    """
    usual = asks_for_field(question) or shape_of(question) == "town"
    if not words or usual or not can_be_weighed(question):
        return False
    if learned.of(key_of(question)) or is_told(question, words, misread, learned):
        return False
    prose = option_ranker.page_of(tuple(words), misread).prose
    found = quoted(question, prose, misread) if prose.share >= TEXT else None
    return found is None or found.score < QUOTED


def weigh(question: str, words: Sequence[Word], misread: bool = False) -> Weighed:
    """Return what a page says for a question, weighed together.

    Args:
        question: One that `can_be_ranked`.
        words: As the page is shown.
        misread: Whether letters of them may be wrong.
    """
    weighed = option_ranker.weigh(question, words, misread)
    page = option_ranker.page_of(tuple(words), misread)
    best = best_of(weighed)
    if best is not None and best.share >= CLEAR:
        return weighed
    values = page_values_among(question, page.rows)
    if not values or values[0].weight < LABELLED:
        return weighed
    share = AT_LABEL * values[0].weight
    at_label = Likely(values[0].text, (values[0].box,), share)
    return Weighed((at_label, *weighed.found), min(weighed.none, 1 - share))


def best_of(weighed: Weighed) -> Likely | None:
    """Return the likeliest answer; None where that the page has none is likelier."""
    best = weighed.found[0] if weighed.found else None
    return best if best is not None and best.share >= weighed.none else None


def ask_ranked(
    question: Question, page: PageParts, ask: AskPage, tokens: int, weighed: Weighed
) -> Generator[Event, None, tuple[float, Told]]:
    """Answer from a page's own words, and show the model the part where they stand.

    Args:
        question: About a whole page; one that `can_be_ranked`.
        page: Its parts and words.
        ask: Answers about one part.
        tokens: Of its answer, at most.
        weighed: What the page says for the question.

    Returns:
        What the answer is worth, above 0 where there is one, and it.

    Raises:
        PartFailed: If the part cannot be asked.
        Stopped: If the job shall stop.
    """
    best = best_of(weighed)
    if best is None:
        sure = ABSENT * weighed.none
        return -1.0, (yield from nothing_told(question, page, ask, tokens, sure))
    boxes = [on_page(box, WHOLE_PAGE, question.page.rotation) for box in best.boxes]
    part = part_with(union(boxes), page)
    own = yield from ask_part(about(question, part, tokens), ask)
    given = msgspec.structs.replace(
        own.answer,
        text=best.text,
        confidence=best.share,
        evidence=Evidence("page", tuple(lines_of(boxes))),
        unsure=(),
        stop="end",
    )
    return 1.0, Told(part, given, own.warning)


def read_ranked(
    question: str,
    page: PageParts,
    line_of: Mapping[Word, Box],
    readings: Mapping[Box, Told],
) -> tuple[float, Told]:
    """Answer from the words that were read on a scan.

    Args:
        question: One that `can_be_ranked`.
        page: The scan's parts.
        line_of: The words that were read, each with its line.
        readings: What was read in each of its lines, one or more.

    Returns:
        As `ask_ranked`: as sure as the answer is likely and its letters were read.
    """
    weighed = weigh(question, list(line_of), misread=True)
    best = best_of(weighed)
    if best is None:
        first = next(iter(readings.values()))
        return -1.0, replace(first, answer=absent(first.answer, ABSENT * weighed.none))
    return 1.0, as_read(best.text, union(best.boxes), best.share, page, line_of, readings)
