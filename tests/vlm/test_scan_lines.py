"""How long a scan's lines are read, on an idle machine and on one that is busy."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec
import pytest

from tests.vlm.documents import said
from vlm import scan_lines
from vlm.absence import NOT_ON_PAGE
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.protocol import Done, Event
from vlm.scan_lines import BUSY
from vlm.types import Answer, Box, PageRef, Question, Unsure

SECONDS = 10.0
COUNT = 50
LINES = tuple(Box(0.0, number / COUNT, 1.0, (number + 1) / COUNT) for number in range(COUNT))
PAGE = PageParts(LINES, COUNT, tuple((n,) for n in range(COUNT)), ((),) * COUNT, LINES, ())


class Clock:
    """Time that passes while a line is read.

    Args:
        wait: Seconds that a line takes.
        compute: Seconds of them in which this process has the processor.
    """

    def __init__(self, wait: float, compute: float) -> None:
        self.wait, self.compute = wait, compute
        self.lines = 0

    def perf_counter(self) -> float:
        """Return seconds that have passed."""
        return self.lines * self.wait

    def process_time(self) -> float:
        """Return seconds that were computed."""
        return self.lines * self.compute

    def ask(self, _question: Question) -> Iterator[Event]:
        """Read a line."""
        self.lines += 1
        yield said("text", 0.9, "no_text")


def lines_read(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> int:
    """Return how many lines are read before it takes too long."""
    monkeypatch.setattr(scan_lines, "time", clock)
    readings: dict[Box, Told] = {}
    page = PageRef("scan.pdf", 0)
    never = threading.Event()
    list(scan_lines.read(1, page, PAGE, readings, clock.ask, never, SECONDS))
    assert len(readings) == clock.lines
    return clock.lines


def test_lines_are_read_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_read(monkeypatch, Clock(wait=1.0, compute=1.0)) == SECONDS + 1


def test_several_threads_do_not_shorten_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_read(monkeypatch, Clock(wait=1.0, compute=4.0)) == SECONDS + 1


def test_a_busy_machine_gets_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_read(monkeypatch, Clock(wait=1.0, compute=0.5)) == 2 * SECONDS + 1


def test_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_read(monkeypatch, Clock(wait=1.0, compute=0.0)) == BUSY * SECONDS + 1


def test_a_page_that_is_read_in_time_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_read(monkeypatch, Clock(wait=0.1, compute=0.1)) == COUNT


HALVES = (Box(0.0, 0.0, 0.5, 0.02), Box(0.5, 0.0, 1.0, 0.02))
LONG = PageParts(LINES[:2], 2, ((0,), (1,)), ((), ()), LINES[:2], (), (HALVES, (LINES[1],)))


def read_long(*answers: Answer) -> tuple[dict[Box, Told], list[Box | None]]:
    """Read a page whose first line is read in two pieces, and return which parts were asked."""
    asked: list[Box | None] = []

    def ask(question: Question) -> Iterator[Event]:
        asked.append(question.box)
        yield Done(1, answers[len(asked) - 1])

    readings: dict[Box, Told] = {}
    at, never = PageRef("scan.pdf", 0), threading.Event()
    list(scan_lines.read(1, at, LONG, readings, ask, never, SECONDS))
    return readings, asked


def answer(text: str, sure: float) -> Answer:
    return said(text, sure, "no_text").answer


def test_a_long_line_is_read_in_pieces_and_known_as_one() -> None:
    doubted = msgspec.structs.replace(answer("26.60", 0.25), unsure=(Unsure(1, 3, 0.4),))
    readings, asked = read_long(answer("Total", 1.0), doubted, answer("Thank you", 0.9))
    assert asked == [*HALVES, LINES[1]]
    assert list(readings) == [LINES[0], LINES[1]]
    whole = readings[LINES[0]]
    assert (whole.part, whole.answer.text) == (LINES[0], "Total 26.60")
    assert whole.answer.unsure == (Unsure(7, 9, 0.4),)
    assert whole.answer.confidence == pytest.approx(0.5)
    assert readings[LINES[1]].answer.text == "Thank you"


def test_a_piece_in_which_nothing_is_read_says_nothing() -> None:
    readings, _ = read_long(answer(NOT_ON_PAGE, 0.9), answer("26.60", 0.8), answer("x", 0.9))
    assert readings[LINES[0]].answer.text == "26.60"
    nothing, _ = read_long(*(answer(NOT_ON_PAGE, 0.9),) * 3)
    assert not nothing[LINES[0]].useful
