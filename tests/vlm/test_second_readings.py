from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from tests.vlm.documents import said
from tests.vlm.parted_pages import absent, of_lines, strip
from vlm.part_asking import Told
from vlm.protocol import Done, Event
from vlm.second_readings import LARGER, MOST_LINES, SURE, deciding, read, unsure
from vlm.types import Box, PageRef, Question

PAGE = PageRef("scan.png", 0)


def told(text: str, sure: float, number: int = 0) -> Told:
    """Return what was read in a line."""
    return Told(strip(number), said(text, sure, "no_text").answer, "")


def again(first: Told, second: Done) -> tuple[Told, list[Question]]:
    """Read the first line again and return what is kept of it, and what was asked."""
    asked: list[Question] = []
    readings = {strip(0): first}

    def ask(question: Question) -> Iterator[Event]:
        asked.append(question)
        yield second

    list(read(1, PAGE, of_lines((strip(0),)), [strip(0)], readings, ask, threading.Event()))
    return readings[strip(0)], asked


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [(0.6, 0.9, "new"), (0.6, 0.5, "old"), (0.6, None, "old")],
)
def test_the_surer_reading_stays(first: float, second: float | None, kept: str) -> None:
    answer = absent() if second is None else said("new", second, "no_text")
    found, asked = again(told("old", first), answer)
    assert found.answer.text == kept
    assert found.looks == 2
    assert [(one.larger, one.box) for one in asked] == [(LARGER, strip(0))]


def test_doubted_lines_are_read_together_where_that_is_faster() -> None:
    boxes = tuple(strip(number) for number in range(3))
    readings = {box: told("old", 0.5, number) for number, box in enumerate(boxes)}
    together: list[int] = []

    class Asks:
        at_once = 2

        def __call__(self, question: Question, /) -> Iterator[Event]:
            yield said("new", 0.9, "no_text")

        def several(self, asked: Sequence[Question]) -> dict[int, Told]:
            together.append(len(asked))
            return {number: told("new", 0.9, number) for number in range(len(asked))}

    list(read(1, PAGE, of_lines(boxes), list(boxes), readings, Asks(), threading.Event()))
    assert together == [2]  # the last one is alone
    assert [readings[box].answer.text for box in boxes] == ["new"] * 3


def test_what_was_not_legible_at_first_is_taken_from_the_second_reading() -> None:
    nothing = Told(strip(0), absent().answer, "")
    assert again(nothing, said("5.00", 0.3, "no_text"))[0].answer.text == "5.00"


def test_only_unsure_lines_are_read_again_once_and_not_too_many() -> None:
    boxes = [strip(number) for number in range(9)]
    readings = {box: told("x", 0.5, number) for number, box in enumerate(boxes)}
    assert unsure([*boxes, *boxes], readings) == boxes[:MOST_LINES]
    readings[boxes[0]] = told("x", SURE)
    readings[boxes[1]] = Told(boxes[1], told("x", 0.5).answer, "", looks=2)
    assert unsure([boxes[1], boxes[0], boxes[4], Box(0, 0, 1, 1)], readings) == [boxes[4]]


def test_an_answer_depends_on_its_own_line_and_on_those_beside_the_label() -> None:
    page = of_lines(tuple(strip(number) for number in range(5)))
    texts = ("Miller", "Total", "l2.00", "Thank you for your visit", "15.00")
    relevance = (0.5, 1.0, 1.0, 1.0, 0.5)
    places = [(strip(n), texts[n], relevance[n]) for n in range(5)]
    found = [(0.4, told("15.00", 0.9, 4))]
    lines = deciding("What is the total?", page, found, places)
    assert lines == [strip(4), strip(2)], "words cannot be the amount"
    assert deciding("What is the total?", page, [], places)[-1] == strip(4)
