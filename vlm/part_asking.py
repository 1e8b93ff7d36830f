"""Asks a small model about one part of a page, and weighs what it answers. Knows no torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import msgspec

from vlm.absence import NOT_ON_PAGE, says_something
from vlm.cancel import Stopped
from vlm.likeness import within
from vlm.protocol import Cancelled, Done, Event, Failed, Saw
from vlm.types import (
    WHOLE_PAGE,
    Answer,
    Box,
    Evidence,
    EvidenceKind,
    Question,
    Timings,
    View,
    union,
)

AskPage = Callable[[Question], Iterator[Event]]
"""Answers a question about one page; the last event is `Done`, `Cancelled` or `Failed`."""

UNKNOWN = 0.5
"""Stands for a confidence that nobody knows."""

TRUST: dict[EvidenceKind, float] = {
    "crop": 1.0,
    "page": 1.0,
    "no_text": 0.8,
    "nothing": 0.8,
    "absent": 0.4,
}
"""What the check against the page's own text leaves of an answer's confidence."""

STRANGE, MISREAD = 0.3, 0.9
"""The same for an answer of which a part says nothing, and for one with a letter or two wrong."""


class PartFailed(Exception):  # noqa: N818 - it carries the job's last event, it unwinds a job
    """Unwinds a job when a part cannot be asked; its event ends the job."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Told:
    """What one part answered.

    Attributes:
        part: Its box.
        answer: The answer.
        warning: About how legible it is, or "".
        looks: How often it was read, where it was read rather than asked.
    """

    part: Box
    answer: Answer
    warning: str
    looks: int = 1

    @property
    def useful(self) -> bool:
        """Whether it says something."""
        return says_something(self.answer.text)


@runtime_checkable
class AsksSeveral(Protocol):
    """An `AskPage` that can answer about several parts together."""

    @property
    def at_once(self) -> int:
        """About how many parts are best asked together; 1 where that is not faster."""
        ...

    def __call__(self, question: Question, /) -> Iterator[Event]:
        """Answer about one page or part."""
        ...

    def several(self, asked: Sequence[Question]) -> dict[int, Told]:
        """Answer about parts of one document as one by one.

        Returns:
            Answers by the number of their question; those that are missing are to be asked alone.

        Raises:
            Stopped: If the job shall stop.
        """
        ...


def worth(given: Answer, relevance: float, trust: float | None = None) -> float:
    """Weigh an answer against those of other places; those that say nothing come last.

    Args:
        given: The answer.
        relevance: Of its place, in (0, 1].
        trust: What the check against the page leaves of its confidence; None for the usual.
    """
    sure = given.confidence if given.confidence >= 0 else UNKNOWN
    left = TRUST[given.evidence.kind] if trust is None else trust
    # Squared: an answer that is right for another place is worse than one misread at this one.
    weight = sure * left * relevance**2
    return weight if says_something(given.text) else weight - 1.0


def trust(given: Answer, text: str) -> float:
    """Return what a check against a part's text leaves of an answer's confidence, in [0, 1].

    Args:
        given: The answer.
        text: What the part says, of its text layer or as the model has read it before.
    """
    if given.evidence.kind == "crop":
        return TRUST["crop"]
    return STRANGE + (MISREAD - STRANGE) * within(given.text, text)


def about(question: Question, box: Box, tokens: int) -> Question:
    """Return what is asked of one part in at most so many tokens."""
    return msgspec.structs.replace(
        question,
        box=box,
        splitting=question.splitting and box == WHOLE_PAGE,
        max_new_tokens=min(question.max_new_tokens, tokens),
        whole_document=False,
    )


def ask_part(asked: Question, ask: AskPage) -> Generator[Event, None, Told]:
    """Ask about one part; nothing of it is told before the best answer is known.

    Raises:
        PartFailed: If it cannot be asked.
        Stopped: If the job shall stop.
    """
    warning, part = "", asked.box or WHOLE_PAGE
    for event in ask(asked):
        match event:
            case Done():
                return Told(part, event.answer, warning)
            case Failed():
                raise PartFailed(event)
            case Cancelled():
                raise Stopped
            case Saw():
                warning = event.warning
            case _:
                continue
    yield from ()
    raise AssertionError("a question has one last event")


def at_once(ask: AskPage) -> int:
    """Return how many parts are asked together, see `ask_parts`; 1 where that is not faster."""
    return ask.at_once if isinstance(ask, AsksSeveral) else 1


def ask_parts(asked: Sequence[Question], ask: AskPage) -> Generator[Event, None, list[Told]]:
    """Ask about some parts, together where that is faster; nothing of it is told before.

    Args:
        asked: All of one document.
        ask: Answers about one part, or is an `AsksSeveral`.

    Raises:
        PartFailed: If one of them cannot be asked.
        Stopped: If the job shall stop.
    """
    known = ask.several(asked) if isinstance(ask, AsksSeveral) and len(asked) > 1 else {}
    told: list[Told] = []
    for number, one in enumerate(asked):
        told.append(known[number] if number in known else (yield from ask_part(one, ask)))
    return told


def around(told: Sequence[Told]) -> Told:
    """Return what was read in neighbouring lines as if it had been read in one part.

    Args:
        told: One or more; it is as sure as the least sure of them.
    """
    first = told[0]
    if len(told) == 1:
        return first
    answer = msgspec.structs.replace(
        first.answer,
        confidence=min(one.answer.confidence for one in told),
        views=tuple(view for one in told for view in one.answer.views),
    )
    return Told(union([one.part for one in told]), answer, first.warning)


def absent(own: Answer, confidence: float) -> Answer:
    """Return the answer that a page has none.

    Args:
        own: What the model said of a part.
        confidence: In that.
    """
    return msgspec.structs.replace(
        own,
        text=NOT_ON_PAGE,
        confidence=confidence,
        evidence=Evidence("nothing"),
        unsure=(),
        stop="end",
    )


def ended(job: int, found: Answer, told: Sequence[Told], start: float) -> Iterator[Event]:
    """Yield the last events of a job that asked several parts, all of which are shown and counted.

    Args:
        job: The job.
        found: The answer.
        told: All parts that were asked, in their order.
        start: When the job began, of `time.perf_counter`.
    """
    given = msgspec.structs.replace(
        found,
        views=named(told),
        visual_tokens=sum(one.answer.visual_tokens for one in told),
        timings=timings(told, found, time.perf_counter() - start),
    )
    yield Saw(job, given.views, next((one.warning for one in told if one.warning), ""))
    yield Done(job, given)


def named(told: Sequence[Told], name: str = "") -> tuple[View, ...]:
    """Return the images of some parts, all of one name or counted."""
    return tuple(
        msgspec.structs.replace(view, name=name or f"Part {number + 1}")
        for number, one in enumerate(told)
        for view in one.answer.views
    )


def timings(told: Sequence[Told], found: Answer, total: float) -> Timings:
    """Add up what all parts took; says nothing of how soon the model begins to answer.

    Args:
        told: All parts that were asked.
        found: The answer.
        total: Seconds that the job took.
    """
    each = [one.answer.timings for one in told]
    return Timings(
        open=sum(one.open for one in each),
        render=sum(one.render for one in each),
        encode=sum(one.encode for one in each),
        prefill=sum(one.prefill for one in each),
        total=total,
        tokens_per_second=found.timings.tokens_per_second,
    )
