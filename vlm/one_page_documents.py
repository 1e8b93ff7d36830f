"""Questions to several documents at once, some of which have one page only. Knows no model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

import msgspec

from vlm.absence import says_something
from vlm.errors import DeskError
from vlm.protocol import (
    AllAnswered,
    Answered,
    AskAll,
    Cancelled,
    Done,
    Event,
    Failed,
    Unanswered,
)
from vlm.types import Answer, PageAnswer, PagesRead, Question

AskTogether = Callable[[AskAll], Iterator[Event]]
"""Answers several questions about pages; see `AskAll`."""


def of_its_page(question: Question) -> Question:
    """Return a question to a document of one page as one about that page."""
    if not question.whole_document:
        return question
    page = msgspec.structs.replace(question.page, page=0)
    return msgspec.structs.replace(question, page=page, box=None, whole_document=False)


def shared_ones(
    job: int, questions: Sequence[Question], shared: dict[int, Question], together: AskTogether
) -> Generator[Event, None, bool]:
    """Answer what is about pages; returns whether the job goes on."""
    places = list(shared)
    for event in together(AskAll(job, tuple(shared.values()))):
        match event:
            case Answered():
                index = places[event.index]
                given = event.answer
                if questions[index].whole_document:
                    given = of_one_page(given)
                yield Answered(job, index, given)
            case Unanswered():
                yield msgspec.structs.replace(event, index=places[event.index])
            case AllAnswered():
                return True
            case Cancelled() | Failed():
                yield event
                return False
            case _:
                yield event
    return False


def of_one_page(given: Answer) -> Answer:
    """Return an answer about a page as that of its document, which has no other page."""
    useful = says_something(given.text)
    page = PageAnswer(0, given.text, given.confidence, given.evidence, useful)
    return msgspec.structs.replace(given, read=PagesRead(1, 1, (page,)))


def last_of(events: Iterator[Event]) -> Generator[Event, None, Done | Cancelled | Failed]:
    """Pass a job's events on; returns its last one instead."""
    try:
        for event in events:
            if isinstance(event, Done | Cancelled | Failed):
                return event
            yield event
    except DeskError as error:
        return Failed(0, error.code, str(error))
    raise AssertionError("a question has one last event")
