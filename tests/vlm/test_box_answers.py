"""What a person points at with a box, on pages with words of their own."""

from __future__ import annotations

import pytest

from tests.vlm.answering import NEVER
from tests.vlm.documents import said
from tests.vlm.parted_pages import HIGH, Reader, of_lines, page
from tests.vlm.test_parties import words_of as laid
from vlm.absence import NOT_ON_PAGE
from vlm.box_answers import ALONE, POINTED, answer, likely_in, value_in
from vlm.part_finder import PageParts
from vlm.part_labels import SURE
from vlm.part_of_page import has_many_lines
from vlm.part_prose import ABSENT
from vlm.protocol import Cancelled, Done, Event, Failed, Saw, TextDelta
from vlm.types import Box, PageRef, Question, Word

PAGE = PageRef("bill.pdf", 0)


@pytest.mark.parametrize(
    ("question", "rows", "value"),
    [
        ("What is the total?", ("Net|417,35", "Total EUR|496,65"), "496,65"),
        ("What is the total?", ("496,65",), "496,65"),
        ("What is the total?", ("12,80", "496,65"), None),
        ("What is the total?", ("VAT 19 %|79,30",), None),
        ("What is the date?", ("Nr. 31 vom 03.10.2018",), "03.10.2018"),
        ("What is the invoice number?", ("BB-2026-1001",), "BB-2026-1001"),
        ("Who is the buyer?", ("Kunden AG Mitte", "Hans Muster"), "Kunden AG Mitte"),
        ("Who is the buyer?", ("Eva Roth", "7 Elm Street"), "Eva Roth"),
        ("Who is the buyer?", ("Eva Roth", "Hans Muster"), None),
        ("What colour is it?", ("green",), None),
    ],
)
def test_the_only_thing_that_fits_is_what_was_meant(
    question: str, rows: tuple[str, ...], value: str | None
) -> None:
    found = value_in(question, laid(*rows))
    assert (found.text if found is not None else None) == value


BOX = Box(0.0, 0.0, 1.0, 0.05)
TOTAL = Question("What is the total?", PAGE, BOX)


def exact(*rows: str) -> list[Word]:
    """Return words of a page with text enough; only the first rows lie in the box."""
    words = laid(*rows, *("and more text of this page" for _ in range(4)))
    assert words
    return words


def boxed(words: list[Word], rows: int) -> Box:
    """Return a box around the first rows."""
    ys = sorted({word.box.y1 for word in words})
    return Box(0.0, 0.0, 1.0, ys[rows - 1])


def run(question: Question, words: list[Word], ask: Reader, parts: PageParts) -> list[Event]:
    def found(reads: bool) -> PageParts | None:
        return parts if reads or has_many_lines(parts) else None

    return list(answer(1, question, words, found, {}, ask, NEVER))


@pytest.mark.parametrize(("read", "sure"), [("496,65", 0.99), ("496,66", SURE), ("x", SURE)])
def test_the_words_of_the_page_are_the_answer_and_the_model_says_how_sure(
    read: str, sure: float
) -> None:
    words = exact("Total due|496,65")
    reader = Reader(lambda _n: said(read, 0.99, "crop"))
    box = boxed(words, 1)
    events = run(Question(TOTAL.text, PAGE, box), words, reader, page(3))
    done = events[-1]
    assert isinstance(done, Done)
    assert done.answer.text == "496,65"
    assert done.answer.confidence == pytest.approx(sure)
    assert done.answer.evidence.kind == "crop"
    assert [one.box for one in reader.asked] == [box]
    assert any(isinstance(event, Saw) for event in events)
    assert not any(isinstance(event, TextDelta) for event in events), "nothing that is taken back"


def test_what_is_not_clear_is_the_models_to_say() -> None:
    words = exact("12,80|496,65")
    reader = Reader(lambda _n: said("12,80", 0.7, "crop"))
    done = run(Question(TOTAL.text, PAGE, boxed(words, 1)), words, reader, page(3))[-1]
    assert isinstance(done, Done)
    assert (done.answer.text, done.answer.confidence) == ("12,80", 0.7)


def test_on_a_scan_nothing_is_known_before_the_model_has_looked() -> None:
    reader = Reader(lambda _n: said(NOT_ON_PAGE, 0.7, "nothing"))
    done = run(Question("Who is the buyer?", PAGE, BOX), [], reader, page(3))[-1]
    assert isinstance(done, Done)
    assert done.answer.text == NOT_ON_PAGE
    assert done.answer.confidence == ABSENT, "somebody pointed there"


def test_what_cannot_be_asked_ends_the_job() -> None:
    words = exact("Total due|496,65")
    failed = Failed(1, "pages", "The page cannot be drawn.")
    question = Question(TOTAL.text, PAGE, boxed(words, 1))
    assert run(question, words, Reader(lambda _n: failed), page(3))[-1] == failed
    stopped = run(question, words, Reader(lambda _n: Cancelled(1, "")), page(3))
    assert stopped[-1] == Cancelled(1, "")


def test_the_only_value_counts_less_than_one_at_its_label() -> None:
    (alone,) = [value_in("What is the total?", laid("496,65"))]
    assert alone is not None
    assert alone.weight == ALONE


READING = "What does it say?"


def test_a_box_on_a_page_with_words_of_its_own_says_these() -> None:
    words = exact("4.1 The deposit of £1,250", "is kept safe")
    box = boxed(words, 2)
    inside = tuple(word for word in words if box.holds(word.box))
    parts = of_lines((box,), inside)
    reader = Reader(lambda _n: said("Lebensit", 0.3, "absent"))
    question = Question(READING, PAGE, box)
    last = list(answer(1, question, words, lambda _reads: parts, {}, reader, NEVER))[-1]
    assert isinstance(last, Done)
    assert last.answer.text == "4.1 The deposit of £1,250\nis kept safe"
    assert last.answer.evidence.kind == "crop"


def test_two_lines_of_a_scan_are_read_one_by_one_and_a_single_one_as_it_is_pointed_at() -> None:
    low = Question(READING, PAGE, Box(0.0, 0.0, 1.0, 0.05))
    reader = Reader(lambda n: said(("A", "B")[n], 0.9, "no_text"))
    last = list(answer(1, low, (), lambda _reads: page(2), {}, reader, NEVER))[-1]
    assert isinstance(last, Done)
    assert last.answer.text == "A\nB"
    reader = Reader(lambda _n: said("A", 0.9, "no_text"))
    list(answer(1, low, (), lambda _reads: page(1), {}, reader, NEVER))
    assert [one.box for one in reader.asked] == [low.box]


def test_what_is_read_surely_in_a_box_on_a_scan_is_the_answer() -> None:
    reader = Reader(lambda n: said(("Net 417,35", "Total 496,65")[n], 0.99, "no_text"))
    box = Box(0.0, 0.0, 1.0, 2 * HIGH)
    done = run(Question("What is the total?", PAGE, box), [], reader, page(2))[-1]
    assert isinstance(done, Done)
    assert done.answer.text == "496,65"
    assert 0.5 < done.answer.confidence < 0.99
    assert reader.parts == [0, 1], "both lines were read, and nothing was asked"


def test_what_is_read_unsurely_in_a_box_is_asked_of_the_model() -> None:
    asked: list[str] = []

    def says(number: int) -> Event:
        asked.append(reader.asked[-1].text)
        return said("Total 496,65" if len(asked) == 1 else "498,85", 0.6, "no_text")

    reader = Reader(says)
    done = run(TOTAL, [], reader, page(1))[-1]
    assert isinstance(done, Done)
    assert done.answer.text == "498,85"
    assert asked == [READING, TOTAL.text]


def test_a_line_in_a_box_that_cannot_be_read_ends_the_job() -> None:
    failed = Failed(1, "pages", "The page cannot be drawn.")
    assert run(TOTAL, [], Reader(lambda _n: failed), page(1))[-1] == failed
    stopped = run(TOTAL, [], Reader(lambda _n: Cancelled(1, "")), page(1))
    assert stopped[-1] == Cancelled(1, "")


@pytest.mark.parametrize(
    ("question", "rows", "value"),
    [
        ("When will the money arrive?", ("Payment date|28/11/2025",), "28/11/2025"),
        ("How do they pay me?", ("BACS",), "BACS"),
        ("What stands there?", ("BACS",), None),
        ('What is "Method"?', ("BACS",), None),
    ],
)
def test_people_point_at_what_they_mean(
    question: str, rows: tuple[str, ...], value: str | None
) -> None:
    found = likely_in(question, laid(*rows))
    assert (found.text if found is not None else None) == value
    assert found is None or POINTED <= found.weight <= 1
