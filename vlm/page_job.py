"""What a job to a page that is read part by part goes by, from its question to its answer."""

from __future__ import annotations

from dataclasses import dataclass

from vlm.cancel import CancelToken
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_reading import AskPage
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.types import Box, Question


@dataclass(frozen=True, slots=True)
class PageJob:
    """A question about a page, and what may be used for it.

    Attributes:
        job: Its number.
        question: About the page, or a part of it.
        page: The parts of that.
        readings: What the model has read in parts so far; grows.
        ask: Answers about one part, and keeps what it made of it for the next question.
        cancel: Looked at between two parts, and by `ask`.
        learned: What the person's own documents call things.
    """

    job: int
    question: Question
    page: PageParts
    readings: dict[Box, Told]
    ask: AskPage
    cancel: CancelToken
    learned: LearnedNames = NO_NAMES
