"""Decides when running text answers a question about a page, and answers with the page's words.

A word inside a sentence is no label, and what stands at a label outside of the text is no part of a
sentence: where both may answer, the one that fits better does. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from vlm.asked_names import asks_for_field
from vlm.evidence import lines_of
from vlm.field_names import quoted_in
from vlm.labelled import Value, is_told
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_reading import AskPage
from vlm.page_values import shape_of
from vlm.part_asking import Told, about, absent, around, ask_part
from vlm.part_finder import PageParts
from vlm.part_labels import part_with, shown, words_read
from vlm.prose_answers import MOSTLY, Prose, Quoted, prose_of, quoted
from vlm.protocol import Event
from vlm.scoring import plain
from vlm.sentences import running, sentences_of
from vlm.turns import on_page
from vlm.types import (
    WHOLE_PAGE,
    Answer,
    Box,
    Evidence,
    EvidenceKind,
    PageRef,
    Question,
    Word,
    union,
)
from vlm.unlabelled import LAID_OUT
from vlm.value_shapes import UNMISTAKABLE

LABELLED, LABELLED_IN_TEXT = 0.6, 0.7
"""What a value at a label outside of the text counts at least to be preferred to a sentence: on a
page of much else, and on one that is mostly running text."""

HARDLY = 0.15
"""What a value elsewhere counts at most for a page of text to have no answer where its text has
none."""

CERTAIN, LABELLED_FIELD = 0.9, 0.8
"""How well the text suits a question for a field that forms have, and what a value elsewhere counts
at most, for the text to be preferred on a page that is mostly text."""

CLEAR = 0.7
"""How well the text suits a question at least on a page of much else."""

VALUE, SENTENCE, ABSENT = 0.97, 0.85, 0.4
"""Confidence in a value of the text that suits its question entirely, in a whole sentence, and in
that no sentence of a page has what is asked for: 8 of 25 such questions had no answer."""


@dataclass(frozen=True, slots=True)
class FromText:
    """What the running text of a page says for a question.

    Attributes:
        weight: What it is worth beside the answers of other parts: above 0 where it answers.
        told: The answer, or that there is none.
    """

    weight: float
    told: Told


def ask_text(
    question: Question,
    page: PageParts,
    ask: AskPage,
    tokens: int,
    values: Sequence[Value],
    learned: LearnedNames = NO_NAMES,
) -> Generator[Event, None, FromText | None]:
    """Look for the words of a page's running text that answer, and show the model their place.

    Args:
        question: About a whole page.
        page: Its parts and words.
        ask: Answers about one part.
        tokens: Of its answer, at most.
        values: What stands at labels that the question names, the likeliest first; their boxes are
            of the page before its turn.
        learned: What the person's own documents tell: where a page has that, it goes before text.

    Returns:
        The answer, that there is none on a page that is mostly text, or None where that is not for
        the text to say.

    Raises:
        PartFailed: If the part cannot be asked.
        Stopped: If the job shall stop.
    """
    words = shown(page.words, question.page)
    if quoted_in(question.text):
        return None  # a name in quotation marks is a label's, or a column's
    if is_told(question.text, words, False, learned):
        return None
    prose = prose_of(sentences_of(words))
    if not prose.exists or (values and shape_of(question.text) in UNMISTAKABLE):
        return None
    turned = _turned(prose, question.page)
    weights = (value.weight for value in values if not _in_text(value.box, turned))
    found = quoted(question.text, prose)
    if not goes_first(found, prose, max(weights, default=0.0), asks_for_field(question.text)):
        return None
    boxes = [on_page(one.box, WHOLE_PAGE, question.page.rotation) for one in _words(found, prose)]
    part = part_with(union(boxes), page)
    own = yield from ask_part(about(question, part, tokens), ask)
    if found is None:
        return FromText(-1.0, Told(part, absent(own.answer, ABSENT), own.warning))
    given = written(own.answer, found, "page", boxes)
    return FromText(found.score, Told(part, given, own.warning))


def pointed_at(question: str, words: Sequence[Word]) -> Quoted | None:
    """Return what running text in a box answers; None where there is hardly any, or it does not.

    Args:
        question: As a person asks it.
        words: Those in the box, as the page is shown.
    """
    prose = prose_of(sentences_of(words))
    return quoted(question, prose) if prose.share >= MOSTLY else None


def goes_first(found: Quoted | None, prose: Prose, best: float, field: bool) -> bool:
    """Tell whether a page's text answers, or says that nothing does, before anything else.

    Args:
        found: What answers in it.
        prose: All of it.
        best: What the best value at a label outside of it counts, in [0, 1]; 0 for none.
        field: Whether the question wants a field that forms and bills have.
    """
    if not prose.exists:
        return False
    if field:
        score = found.score if found is not None and found.typed else 0.0
        if best == 0:
            return score >= CLEAR
        return prose.is_most and score >= CERTAIN and best < LABELLED_FIELD
    if found is None:
        return prose.is_most and best < HARDLY
    if prose.is_most:
        return best < LABELLED_IN_TEXT or best < found.score
    return best < LABELLED and found.score >= CLEAR


def read_text(
    question: str,
    page: PageParts,
    readings: Mapping[Box, Told],
    labelled: bool,
    best: float = LAID_OUT,
) -> FromText | None:
    """Return what the running text of a scan says, in the words that the model read there.

    Args:
        question: As a person asks it.
        page: The scan's parts.
        readings: What was read in each of its lines, or pieces of them.
        labelled: Whether something else stands at a label that the question names.
        best: What that counts, in [0, 1].
    """
    line_of = words_read(page, readings)
    prose = prose_of(sentences_of(list(line_of)))
    known = labelled and (not prose.is_most or shape_of(question) in UNMISTAKABLE)
    if not prose.exists or known or quoted_in(question):
        return None
    found = quoted(question, prose, misread=True)
    if not goes_first(found, prose, best if labelled else 0.0, asks_for_field(question)):
        return None
    some = dict.fromkeys(line_of[word] for word in _words(found, prose) if word in line_of)
    told = around([readings[line] for line in some])
    if found is None:
        return FromText(-1.0, replace(told, answer=absent(told.answer, ABSENT)))
    given = written(told.answer, found, "no_text", (), read=told.answer.confidence)
    return FromText(found.score * max(told.answer.confidence, 0.0), replace(told, answer=given))


def written(
    own: Answer, found: Quoted, kind: EvidenceKind, boxes: Sequence[Box], read: float = 1.0
) -> Answer:
    """Return an answer in the words of a page.

    Args:
        own: What the model said of the part where they stand.
        found: The words.
        kind: Of the proof.
        boxes: Of the words, in their order.
        read: How surely they were read, in [0, 1].
    """
    sure = (VALUE if found.typed else SENTENCE) * min(1.0, found.score) * min(1.0, max(read, 0.0))
    same = plain(own.text) == plain(found.text)
    return msgspec.structs.replace(
        own,
        text=found.text,
        confidence=max(sure, own.confidence) if same and kind != "no_text" else sure,
        evidence=Evidence(kind, tuple(lines_of(boxes))),
        unsure=(),
        stop="end",
    )


def _words(found: Quoted | None, prose: Prose) -> tuple[Word, ...]:
    """Return the words of an answer; where there is none, those of the first sentence."""
    return found.words if found is not None else running(prose.sentences)[0].words


def _turned(prose: Prose, page: PageRef) -> list[Box]:
    """Return the boxes of the words of running text, on the page before its turn."""
    return [
        on_page(word.box, WHOLE_PAGE, page.rotation)
        for one in running(prose.sentences)
        for word in one.words
    ]


def _in_text(box: Box, words: Sequence[Box]) -> bool:
    """Tell whether a value stands in running text."""
    return any(box.holds(word) for word in words)
