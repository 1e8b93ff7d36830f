from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.drawn import line
from tests.photographed import LINES, SHEET, Photographs, sheet
from tests.vlm.documents import said
from vlm.cancel import returned
from vlm.document_questions import stamp
from vlm.part_asking import Told
from vlm.part_finder import PartFinder
from vlm.protocol import Event, Failed
from vlm.skew import Angles
from vlm.types import Box, PageRef, PageSize, Quarter, Question
from vlm.upright import SOME, Reader, Upright

PAGE = PageRef("scan.png", 0)


def lying(turn: Quarter) -> Photographs:
    """Return a scan that has to be turned so far, clockwise, to be read."""
    size = SHEET[::-1] if turn in (90, 270) else SHEET
    return Photographs(size=PageSize(*size), image=sheet().rotate(turn, expand=True))


@dataclass
class Eyes:
    """Reads a page surely when it is turned as it has to be."""

    right: Quarter | None
    sure: float = 0.93
    text: str = "Item 01 of the list"
    asked: list[Question] = field(default_factory=list)

    def __call__(self, question: Question) -> Iterator[Event]:
        """Read a line."""
        self.asked.append(question)
        yield said(self.text, self.sure if question.page.rotation == self.right else 0.6)


@dataclass
class Scan:
    """A page, and who finds out which way up it is."""

    pages: Photographs
    readings: dict[PageRef, dict[Box, Told]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        angles = Angles(self.pages, stamp)
        self.upright = Upright(PartFinder(self.pages, stamp, angles), angles, stamp)

    def turned(self, eyes: Eyes, page: PageRef = PAGE) -> Quarter:
        """Return how a page is turned to be read."""
        reader = Reader(1, eyes, lambda one: self.readings.setdefault(one, {}), None)
        return returned(self.upright.find(page, reader)).rotation


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scan_is_turned_as_it_is_read_most_surely(turn: Quarter) -> None:
    scan = Scan(lying(turn))
    assert scan.upright.is_across(PAGE) is (turn in (90, 270))
    assert scan.turned(Eyes(turn)) == turn
    assert scan.upright.known(PAGE).rotation == turn


def test_an_upright_page_is_read_no_more_than_its_first_question_would() -> None:
    scan, eyes = Scan(lying(0)), Eyes(0)
    assert scan.turned(eyes) == 0
    lines = {question.box for question in eyes.asked}
    assert {question.page for question in eyes.asked} == {PAGE}
    assert len(scan.readings[PAGE]) == SOME < len(LINES)  # the question goes on from there
    assert len(lines) == len(eyes.asked)
    assert scan.turned(eyes) == 0
    assert len(eyes.asked) == len(lines)


@pytest.mark.parametrize(
    "eyes",
    [
        Eyes(None),
        Eyes(180, sure=0.65),
        Eyes(180, sure=0.72),  # as grain is read
        Eyes(180, text="a"),
        Eyes(180, sure=-1.0),
    ],
)
def test_what_is_not_sure_is_left_as_it_is(eyes: Eyes) -> None:
    assert Scan(lying(180)).turned(eyes) == 0


def test_on_its_side_it_is_left_only_where_neither_way_is_read_surely() -> None:
    assert Scan(lying(90)).turned(Eyes(None)) == 0


def test_what_a_person_turned_is_right() -> None:
    eyes = Eyes(0)
    scan = Scan(lying(180))
    assert scan.turned(eyes, PageRef(PAGE.path, 0, 90)) == 90
    assert not eyes.asked
    assert not scan.upright.is_across(PageRef(PAGE.path, 0, 90))


def test_where_it_is_known_how_pages_lie_none_is_turned() -> None:
    class Known(Photographs):
        def angle(self, page: PageRef) -> float:
            return 0.0

    upside = lying(180)
    eyes = Eyes(180)
    assert Scan(Known(size=upside.size, image=upside.image)).turned(eyes) == 0
    assert not eyes.asked


def test_pages_with_words_of_their_own_are_read_as_they_are() -> None:
    pages = lying(180)
    pages.words_of_page = line(*(f"word{number}" for number in range(12)))
    eyes = Eyes(180)
    assert Scan(pages).turned(eyes) == 0
    assert not eyes.asked


def test_where_a_line_cannot_be_read_the_page_stays_and_may_be_tried_again() -> None:
    scan = Scan(lying(180))
    failing = Eyes(180)

    def fails(question: Question) -> Iterator[Event]:
        yield Failed(1, "error", "no")

    reader = Reader(1, fails, lambda one: scan.readings.setdefault(one, {}), None)
    assert returned(scan.upright.find(PAGE, reader)) == PAGE
    assert scan.turned(failing) == 180
