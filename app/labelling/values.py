"""What labelling tells its parts and the rest of the window. Knows no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from finetune.question_sets import plain
from finetune.types import Example


class Step(Enum):
    """Where the person wants to go."""

    NEXT_PAGE = "next page"
    PREVIOUS_PAGE = "previous page"
    NEXT_DOCUMENT = "next document"
    PREVIOUS_DOCUMENT = "previous document"


class Source(Enum):
    """Where to take the documents to label from."""

    OPEN = "the open documents"
    FILES = "files"
    FOLDER = "a folder"
    SAME_FOLDER = "the folder that was chosen last"


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as it was typed."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer that may be taken; `said` is where it comes from, in words."""

    text: str
    said: str


@dataclass(frozen=True, slots=True)
class RowItem:
    """A row of the page in front; `pending` until it is on the disk."""

    example: Example
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the labelling has come.

    `page` counts from 1 over all documents, `pages` are all; `counted` is false while some
    documents' pages are not known yet. `document` counts from 1.
    """

    page: int
    pages: int
    labelled: int
    counted: bool
    document: int
    documents: int


def first_open(questions: Sequence[str], answered: Sequence[str]) -> str:
    """Return the first question without a row, or the first one when all have theirs."""
    return next((one for one in questions if not _among(one, answered)), (*questions, "")[0])


def following(questions: Sequence[str], answered: Sequence[str], current: str) -> str | None:
    """Return the next question of a set that has no row, after the current one.

    Returns:
        None at the end of the set. A question that is not in the set leads to the first one
        without a row. Without a set it is the same question again.
    """
    if not questions:
        return current
    names = [plain(one) for one in questions]
    start = names.index(plain(current)) + 1 if plain(current) in names else 0
    return next((one for one in questions[start:] if not _among(one, answered)), None)


def beside(questions: Sequence[str], current: str, by: int) -> str | None:
    """Return the question before (-1) or after (1) the current one; None beyond the ends."""
    names = [plain(one) for one in questions]
    if plain(current) not in names:
        return questions[0] if questions else None
    place = names.index(plain(current)) + by
    return questions[place] if 0 <= place < len(questions) else None


def _among(question: str, answered: Sequence[str]) -> bool:
    return plain(question) in {plain(one) for one in answered}
