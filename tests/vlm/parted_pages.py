"""Pages of strips for tests, and a reader that answers about each of them by its number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from tests.drawn import line
from tests.vlm.documents import said
from vlm.absence import NOT_ON_PAGE
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_job import PageJob
from vlm.part_answers import answer
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.types import (
    Answer,
    Box,
    PageRef,
    Question,
    View,
    Word,
)

PAGE = PageRef("scan.pdf", 0)
HIGH = 0.04
NEVER = threading.Event()
QUESTION = Question("What is the invoice number?", PAGE)


def strip(number: int) -> Box:
    return Box(0.0, number * HIGH, 1.0, (number + 1) * HIGH)


def absent(confidence: float = 0.9) -> Done:
    return said(NOT_ON_PAGE, confidence, "nothing")


def absent_all(_number: int) -> Done:
    return absent()


@dataclass
class Reader:
    """Answers about parts by their number, and remembers what it was asked."""

    says: Callable[[int], Event]
    asked: list[Question] = field(default_factory=list)

    def __call__(self, question: Question) -> Iterator[Event]:
        """Answer as the engine does."""
        self.asked.append(question)
        assert question.box is not None
        number = round(question.box.y0 / HIGH)
        yield Progress(1, "Looking at view 1 of 1")
        view = View("Whole", question.box, 640, 64, 120.0, 10)
        yield Saw(1, (view,), f"warning {number}")
        last = self.says(number)
        if isinstance(last, Done):
            last = Done(1, msgspec.structs.replace(last.answer, views=(view,)))
        yield last

    @property
    def parts(self) -> list[int]:
        """The parts that were asked, by number."""
        return [round(one.box.y0 / HIGH) for one in self.asked if one.box is not None]


def page(count: int, *words: str) -> PageParts:
    """Return a page of strips; one of these texts in each, from the top."""
    laid = [line(*text.split(), y=(at + 0.3) * HIGH) for at, text in enumerate(words)]
    boxes = tuple(strip(number) for number in range(count))
    return of_lines(boxes, tuple(word for one in laid for word in one))


def of_lines(boxes: tuple[Box, ...], words: tuple[Word, ...] = ()) -> PageParts:
    """Return a page whose parts are lines, one in each row and none a label of the next."""
    rows = tuple((number,) for number in range(len(boxes)))
    return PageParts(boxes, len(boxes), rows, ((),) * len(boxes), boxes, words)


def run(
    reader: Reader,
    parts: PageParts,
    question: Question = QUESTION,
    cancel: threading.Event = NEVER,
    readings: dict[Box, str] | None = None,
    learned: LearnedNames = NO_NAMES,
) -> list[Event]:
    """Answer from parts that have been read before, unless `readings` says what was."""
    if readings is None:
        readings = dict.fromkeys(parts.asked, "")
    told = {
        box: Told(box, said(text, 0.89, "no_text").answer, "", 2) for box, text in readings.items()
    }
    events = list(answer(PageJob(1, question, parts, told, reader, cancel, learned)))
    assert sum(isinstance(event, Done | Failed | Cancelled) for event in events) == 1
    return events


def done(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Done), events[-1]
    return events[-1].answer
