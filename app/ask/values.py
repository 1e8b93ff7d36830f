"""What the asking panel tells the rest of the window. Knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from vlm.types import WHOLE_PAGE, Answer, Box, Evidence, HeatMap, PageRef, Question


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question reads: a page, with `box` a part of it, or the whole document around it."""

    page: PageRef
    box: Box | None = None
    whole: bool = False


def scope_of(question: Question) -> Scope:
    """Return what a question reads."""
    return Scope(question.page, question.box, question.whole_document)


def as_turned(question: Question, shown: Scope | None) -> Question:
    """Return a question about its page as the person has turned it since; its box stays.

    Args:
        question: As it was asked.
        shown: What the window shows; of another document the question stays as it was.
    """
    page = question.page
    if shown is None or shown.page.path != page.path:
        return question
    turned = msgspec.structs.replace(page, rotation=shown.page.rotation)
    return msgspec.structs.replace(question, page=turned)


def answered_on(question: Question, answer: Answer) -> Question:
    """Return a question to a whole document with the page that answered it."""
    if answer.read is None or not answer.read.found:
        return question
    number = answer.read.pages[0].page
    if number == question.page.page:
        return question
    return msgspec.structs.replace(question, page=PageRef(question.page.path, number))


def looked_at(question: Question, answer: Answer) -> Question | None:
    """Return a question as the model was asked it: of the part of the page where it was read.

    Returns:
        None when the answer is of several parts, so that none of them alone explains it, and when
        it is the page's own words, or words of a scan that no vision-language model read.
    """
    if answer.evidence.kind == "no_text" and answer.evidence.part and not answer.visual_tokens:
        return None
    if answer.evidence.kind in ("crop", "page") and not (answer.views or answer.visual_tokens):
        return None
    if question.box is not None or not answer.text:
        return question
    if (part := answer.evidence.part) is not None:
        return msgspec.structs.replace(question, box=part, splitting=False)
    whole = not answer.views or any(view.box == WHOLE_PAGE for view in answer.views)
    return question if whole else None


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A model that could not be loaded: its folder, and why, in a sentence."""

    folder: str
    sentence: str

    def is_of(self, folder: str | Path) -> bool:
        """Tell whether it is the model in a folder that could not be loaded."""
        return Path(self.folder).resolve() == Path(folder).resolve()


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as it was typed, and what it is about."""

    text: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class EvidenceClick:
    """Words of an answer that stand on a page.

    With `jump` the person clicked the badge: go there. Without it the answer has just arrived:
    draw the boxes when that page is shown, and move nothing. `proven` where the page's own text
    has them, else they were only read there.
    """

    page: PageRef
    boxes: tuple[Box, ...]
    jump: bool = True
    proven: bool = True

    @classmethod
    def of(cls, page: PageRef, found: Evidence, jump: bool = True) -> EvidenceClick:
        """Return where the check of an answer found its words, or where they were read."""
        proven = found.kind != "no_text" or not found.boxes
        return cls(page, found.boxes, jump, proven)


@dataclass(frozen=True, slots=True)
class Looks:
    """Where the model looked, to lay over a page; without maps take away what lies there."""

    page: PageRef
    maps: tuple[HeatMap, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its finished answer."""

    question: Question
    answer: Answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the person thinks of an answer; `right` is None when they took it back.

    `correction` is what it should have been, "" when they wrote nothing else.
    """

    question: Question
    answer: Answer
    right: bool | None
    correction: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What the answer should have been, in the person's words."""

    question: Question
    answer: Answer
    right_text: str
