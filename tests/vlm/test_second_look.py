"""A part of a scan is read where the model did not find in it what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec
import pytest

from tests.vlm.answering import NEVER, Checkpoint, started
from tests.vlm.answering import PAGE as DRAWN
from tests.vlm.documents import said
from vlm import models, second_look
from vlm.absence import NOT_ON_PAGE
from vlm.document_questions import Asking, of_more
from vlm.letterhead import Found
from vlm.page_reading import READ, Model
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Done,
    Event,
    Failed,
    Progress,
    Saw,
    TextDelta,
)
from vlm.scan_answers import READ_THERE
from vlm.second_look import answer, helps
from vlm.types import Box, PageRef, Question

PAGE = PageRef("scan.png", 0)
BOX = Box(0.1, 0.1, 0.9, 0.2)
DATE = Question("What is the date?", PAGE, BOX)


class Reader:
    """Answers a question, and what it is told to read, with fixed events."""

    def __init__(self, asked: Event, read: Event) -> None:
        self._last = {False: asked, True: read}
        self.heard: list[Question] = []

    def __call__(self, question: Question) -> Iterator[Event]:
        """Answer as the engine does."""
        self.heard.append(question)
        yield Progress(1, "Looking at view 1 of 1")
        yield TextDelta(1, "…")
        yield self._last[question.text == READ]


def told(question: Question, asked: Event, read: Event) -> tuple[list[Event], Reader]:
    reader = Reader(asked, read)
    return list(answer(1, question, reader)), reader


@pytest.mark.parametrize("first", [NOT_ON_PAGE, "Total", ""])
def test_a_date_that_was_not_found_is_taken_from_what_is_read(first: str) -> None:
    events, reader = told(
        DATE, said(first, 0.9, "nothing"), said("Date: 15/01/2018 10:27", 0.8, "no_text")
    )
    done = events[-1]
    assert isinstance(done, Done)
    assert done.answer.text == "15/01/2018"
    assert done.answer.confidence == pytest.approx(0.8 * READ_THERE)
    assert done.answer.timings.total == 2.0
    assert [one.text for one in reader.heard] == [DATE.text, READ]
    assert reader.heard[1].box == BOX
    assert not any(isinstance(one, TextDelta) for one in events)
    assert isinstance(events[0], Progress)


def test_an_answer_of_the_right_form_stays_and_nothing_is_read() -> None:
    right = said("15/01/2018", 0.4, "no_text")
    events, reader = told(DATE, right, said("16/01/2018", 0.9, "no_text"))
    assert events[-1] == right
    assert len(reader.heard) == 1


@pytest.mark.parametrize(
    "read",
    [
        said("Thank you", 0.9, "no_text"),  # nothing of that form
        said("Date: 15/01/2018", 0.9, "crop"),  # a page with words, which the answer was held to
        said(NOT_ON_PAGE, 0.9, "nothing"),
        Failed(1, "page_unreadable", "It cannot be drawn."),
    ],
)
def test_where_reading_brings_nothing_the_first_answer_stays(read: Event) -> None:
    first = said(NOT_ON_PAGE, 0.9, "nothing")
    events, _ = told(DATE, first, read)
    assert events[-1] == first


def test_of_several_amounts_a_total_is_the_largest_and_another_the_first() -> None:
    read = said("TOTAL 11.00 15.60 4.60", 0.9, "no_text")
    for text, amount in (("What is the total?", "15.60"), ("What is the tax?", "11.00")):
        events, _ = told(Question(text, PAGE, BOX), said(NOT_ON_PAGE, 0.9, "nothing"), read)
        done = events[-1]
        assert isinstance(done, Done)
        assert done.answer.text == amount


@pytest.mark.parametrize("last", [Cancelled(1, "15"), Failed(1, "page_unreadable", "No.")])
def test_what_ends_the_first_question_ends_the_job(last: Event) -> None:
    events, reader = told(DATE, last, said("15/01/2018"))
    assert events[-1] == last
    assert len(reader.heard) == 1


def test_a_stop_while_reading_ends_it() -> None:
    events, _ = told(DATE, said(NOT_ON_PAGE, 0.9, "nothing"), Cancelled(1, ""))
    assert events[-1] == Cancelled(1, NOT_ON_PAGE)


def test_only_a_small_model_looks_again_and_only_for_what_has_a_form() -> None:
    assert helps(DATE)
    assert not helps(Question("What is the company?", PAGE, BOX))
    assert not helps(Question("What is the date?", PAGE))
    assert not helps(Question(READ, PAGE, BOX))
    for small in (True, False):
        asking = Asking(
            1, Reader(said(""), said("")), Model("key", small), lambda _: None, threading.Event()
        )
        assert of_more(DATE, asking) is small


def test_the_engine_looks_again_for_one_question_and_for_several(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "is_shipped", lambda _folder: True)
    answerer = started(checkpoint("marked"))
    read: list[str] = []

    def found(form: str | None, readings: list[str], labelled: bool) -> Iterator[Found]:
        read.extend(readings)
        yield Found("15/01/2018", 0, 1.0)

    monkeypatch.setattr(second_look, "found_in", found)
    monkeypatch.setattr(second_look, "says_something", bool)
    asked = msgspec.structs.replace(DATE, page=DRAWN, max_new_tokens=8)
    told_of = list(answerer.ask(Ask(2, asked), NEVER))
    last = told_of[-1]
    assert isinstance(last, Done)
    done = last.answer
    assert done.text == "15/01/2018"
    saw = [one for one in told_of if isinstance(one, Saw)]
    assert saw[-1].views == done.views, "the pictures on the card are those of the answer"
    assert [view.name for view in done.views] == ["Whole"], "what was read"
    assert len(read) == 1
    events = list(answerer.ask_all(AskAll(3, (asked, asked)), NEVER))
    assert [one.answer.text for one in events if isinstance(one, Answered)] == ["15/01/2018"] * 2
    assert isinstance(events[-1], AllAnswered)
    answerer.close()
