from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec
import pytest

from tests.drawn import line
from tests.vlm.documents import said
from vlm import part_answers
from vlm.absence import NOT_ON_PAGE, says_absent
from vlm.part_answers import answer, worth
from vlm.part_finder import MOST_PARTS, PageParts
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.types import WHOLE_PAGE, Answer, Box, Evidence, PageRef, Question, Unsure, View

PAGE = PageRef("scan.pdf", 0)
HIGH = 0.04
NEVER = threading.Event()
QUESTION = Question("What is the invoice number?", PAGE)


def strip(number: int) -> Box:
    return Box(0.0, number * HIGH, 1.0, (number + 1) * HIGH)


def absent(confidence: float = 0.9) -> Done:
    return said(NOT_ON_PAGE, confidence, "nothing")


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
    return PageParts(boxes, boxes, tuple(word for one in laid for word in one))


def run(
    reader: Reader,
    parts: PageParts,
    question: Question = QUESTION,
    cancel: threading.Event = NEVER,
) -> list[Event]:
    events = list(answer(1, question, parts, reader, cancel))
    assert sum(isinstance(event, Done | Failed | Cancelled) for event in events) == 1
    return events


def done(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Done), events[-1]
    return events[-1].answer


def test_the_surest_part_answers_and_says_where_it_was_read() -> None:
    sure = {1: 0.6, 2: 0.8}
    reader = Reader(lambda n: said(f"no. {n}", sure[n], "no_text") if n in sure else absent())
    events = run(reader, page(4))
    found = done(events)
    assert (found.text, found.confidence) == ("no. 2", 0.8)
    assert found.evidence == Evidence("no_text", part=strip(2))
    assert [view.box for view in found.views] == [strip(2)]
    assert found.visual_tokens == 40, "all that was looked at"
    assert found.timings.first_token == 0, "says nothing of how fast the model is"
    assert reader.parts == [0, 1, 2, 3]
    (saw,) = [event for event in events if isinstance(event, Saw)]
    assert (saw.views, saw.warning) == (found.views, "warning 2")
    told = [event.text for event in events if isinstance(event, Progress)]
    assert told == [f"Looking at part {number} of 4" for number in (1, 2, 3, 4)]


def test_parts_are_asked_like_boxes_that_a_person_draws() -> None:
    reader = Reader(lambda n: absent())
    run(reader, page(2))
    assert {one.text for one in reader.asked} == {QUESTION.text}
    assert not any(one.splitting for one in reader.asked)
    assert all(one.max_new_tokens <= part_answers.PART_TOKENS for one in reader.asked)


def test_where_no_part_answers_it_says_so_and_guesses_nothing() -> None:
    sure = (0.9, 0.7, 0.95)
    reader = Reader(lambda n: absent(sure[n]))
    found = done(run(reader, page(3)))
    assert found.text == NOT_ON_PAGE
    assert found.confidence == 0.7, "it may stand in the part it was least sure of"
    assert found.evidence == Evidence("nothing")
    assert [view.name for view in found.views] == ["Part 1", "Part 2", "Part 3"]


def test_what_stands_in_its_part_is_preferred_to_what_stands_elsewhere_or_nowhere() -> None:
    kinds = ("absent", "page", "crop")
    reader = Reader(lambda n: said(f"answer {n}", 0.9 - 0.2 * (n == 2), kinds[n]))  # type: ignore[arg-type]
    assert done(run(reader, page(3))).text == "answer 2"


def test_parts_with_the_questions_words_come_first_and_weigh_more() -> None:
    parts = page(4, "Keller Mainz", "Delivery number 77", "Invoice number 5414", "Thank you")
    reader = Reader(lambda n: said(f"answer {n}", 0.9, "crop"))
    assert done(run(reader, parts)).text == "answer 2"
    assert reader.parts == [2, 1, 0, 3], "the others are asked as well"
    reader = Reader(lambda n: said("Mainz", 0.9, "crop") if n == 0 else absent())
    assert done(run(reader, parts)).text == "Mainz", "and answer when those do not"


def test_a_sure_and_confirmed_answer_where_it_should_stand_ends_the_search() -> None:
    parts = page(4, "Keller Mainz", "Delivery number 77", "Invoice number 5414", "Thank you")
    reader = Reader(lambda n: said("5414", 0.99, "crop"))
    assert done(run(reader, parts)).text == "5414"
    assert reader.parts == [2]
    for almost in (said("5414", 0.9, "crop"), said("5414", 0.99, "absent"), absent(0.99)):
        reader = Reader(lambda n, almost=almost: almost)  # type: ignore[misc]
        run(reader, parts)
        assert len(reader.parts) == 4
    reader = Reader(lambda n: said("5414", 0.99, "crop"))
    run(reader, page(4, "Keller Mainz"))
    assert len(reader.parts) == 4, "no part has a word of the question"


def test_there_is_a_bound_on_parts_and_it_never_says_what_it_has_not_read() -> None:
    reader = Reader(lambda n: absent())
    many = tuple(Box(0, n / 100, 1, (n + 1) / 100) for n in range(MOST_PARTS + 4))
    found = done(run(reader, PageParts(many, many, ())))
    assert len(reader.asked) == MOST_PARTS
    assert found.text != NOT_ON_PAGE
    assert says_absent(found.text), "no evidence is looked for, nothing is learned from it"
    assert str(MOST_PARTS) in found.text


def test_there_is_a_bound_on_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_answers, "MOST_SECONDS", -1.0)
    reader = Reader(lambda n: said("x", 0.5, "no_text"))
    assert done(run(reader, page(3))).text == "x"
    assert reader.parts == [0], "one is read at least"


def test_a_cancel_acts_between_parts_and_inside_one() -> None:
    cancel = threading.Event()

    def says(number: int) -> Event:
        if number == 1:
            cancel.set()
        return said(f"answer {number}", 0.5 + number / 10, "no_text")

    reader = Reader(says)
    assert run(reader, page(4), cancel=cancel)[-1] == Cancelled(1, "answer 1")
    assert reader.parts == [0, 1]
    reader = Reader(lambda n: Cancelled(1) if n else absent())
    assert run(reader, page(4))[-1] == Cancelled(1, "")
    assert reader.parts == [0, 1]


def test_a_failure_ends_the_job() -> None:
    late = Failed(1, "page_timeout", "The page took too long.")
    reader = Reader(lambda n: late if n == 1 else absent())
    assert run(reader, page(4))[-1] == late
    assert reader.parts == [0, 1]


def test_a_page_that_is_one_part_is_asked_as_a_whole() -> None:
    reader = Reader(lambda n: said("x", 0.5, "no_text"))
    whole = PageParts((WHOLE_PAGE,), (WHOLE_PAGE,), ())
    assert done(run(reader, whole)).evidence.part is None
    assert [one.splitting for one in reader.asked] == [True]


def test_a_request_to_read_gets_everything_in_its_order() -> None:
    def says(number: int) -> Event:
        if number == 1:
            return absent()
        text = ("Invoice 5414", "", "Total 7")[number]
        given = said(text, (0.9, 0, 0.4)[number], "crop").answer
        return Done(1, msgspec.structs.replace(given, unsure=(Unsure(0, 5, 0.3),)))

    reading = msgspec.structs.replace(QUESTION, text="What does it say?")
    reader = Reader(says)
    found = done(run(reader, page(3, "Invoice 5414", "", "Total 7"), reading))
    assert found.text == "Invoice 5414\nTotal 7"
    assert [found.text[one.start : one.end] for one in found.unsure] == ["Invoi", "Total"]
    assert 0.4 < found.confidence < 0.9
    assert found.evidence.kind == "page"
    assert len(found.evidence.boxes) == 2
    assert reader.parts == [0, 1, 2]
    nothing = Reader(lambda n: said("", 0.2, "no_text"))
    assert done(run(nothing, page(2), reading)).text == NOT_ON_PAGE


def test_worth_puts_what_says_nothing_last() -> None:
    unknown = said("x", -1.0, "crop").answer
    assert worth(unknown, 1.0) == part_answers.UNKNOWN
    assert worth(unknown, 0.5) == part_answers.UNKNOWN / 4
    assert worth(absent(1.0).answer, 1.0) < worth(said("x", 0.0, "absent").answer, 0.1)
