"""Everything on a page is read: its own words as they are, all else line by line."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.drawn import line
from tests.vlm.documents import said
from tests.vlm.parted_pages import HIGH, PAGE, Reader, done, of_lines, page, strip
from vlm.absence import NOT_ON_PAGE
from vlm.errors import OutOfMemory
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.part_readings import SURE, read
from vlm.protocol import Cancelled, Done, Event, Failed, Progress
from vlm.types import Box, PageRef, Question

READING = Question("What does it say?", PAGE)
TEXTS = ("Deposit 4.1", "The Tenant pays", "a deposit of £1,250")


def run(
    reader: Reader,
    parts: PageParts,
    exact: bool,
    readings: dict[Box, Told] | None = None,
    cancel: threading.Event | None = None,
    question: Question = READING,
) -> list[Event]:
    known = {} if readings is None else readings
    never = cancel or threading.Event()
    return list(read(1, question, parts, known, reader, never, exact=exact))


def test_a_page_with_words_of_its_own_says_these_whatever_the_model_makes_of_them() -> None:
    reader = Reader(lambda _n: said("Lebensit signent", 0.4, "absent"))
    found = done(run(reader, page(3, *TEXTS), exact=True))
    assert found.text == "\n".join(TEXTS)
    assert found.confidence == SURE
    assert found.evidence.kind == "page"
    assert len(found.evidence.boxes) == 3
    assert (found.views, found.visual_tokens) == ((), 0), "the model has read nothing of it"
    assert len(reader.asked) == 1


def test_a_page_that_lies_on_its_side_is_read_as_it_is_shown() -> None:
    words = tuple(word for at, text in enumerate("abc") for word in line(text, x=0.5 - 0.1 * at))
    turned = Question(READING.text, PageRef(PAGE.path, 0, 90))
    reader = Reader(lambda _n: said("x"))
    parts = of_lines((Box(0.0, 0.0, 1.0, 0.5),), words)
    assert done(run(reader, parts, exact=True, question=turned)).text == "c\nb\na"


def test_a_scan_is_read_line_by_line_and_each_line_once() -> None:
    reader = Reader(lambda n: said(TEXTS[n], 0.8, "no_text"))
    readings: dict[Box, Told] = {}
    events = run(reader, page(3), False, readings)
    found = done(events)
    assert found.text == "\n".join(TEXTS)
    assert found.confidence == pytest.approx(0.8)
    assert reader.parts == [0, 1, 2]
    assert [view.box for view in found.views] == [strip(number) for number in range(3)]
    shares = [event.fraction for event in events if isinstance(event, Progress)]
    assert shares == [pytest.approx(0.0), pytest.approx(1 / 3), pytest.approx(2 / 3)]
    assert done(run(reader, page(3), False, readings)).text == found.text
    assert reader.parts == [0, 1, 2], "what was read is not read again"


def test_what_is_a_picture_on_a_page_of_words_is_read_where_it_stands() -> None:
    reader = Reader(lambda n: said("Larkspur & Sons" if n == 1 else "never", 0.8, "absent"))
    words = (*line("Deposit", y=0.3 * HIGH), *line("Rent", y=2.3 * HIGH))
    found = done(run(reader, of_lines(tuple(map(strip, range(3))), words), exact=True))
    assert found.text == "Deposit\nLarkspur & Sons\nRent"
    assert reader.parts == [1]


def test_nothing_to_read_is_said() -> None:
    reader = Reader(lambda _n: said("", 0.2, "no_text"))
    found = done(run(reader, page(2), exact=False))
    assert (found.text, found.evidence.kind) == (NOT_ON_PAGE, "nothing")
    assert len(found.views) == 2


def test_what_was_read_until_it_was_stopped_stays() -> None:
    stop = threading.Event()

    def says(number: int) -> Event:
        if number == 1:
            stop.set()
        return said(TEXTS[number], 0.8, "no_text")

    last = run(Reader(says), page(3), False, cancel=stop)[-1]
    assert last == Cancelled(1, "\n".join(TEXTS[:2]))


@pytest.mark.parametrize("exact", [True, False])
def test_a_line_that_cannot_be_read_ends_it(exact: bool) -> None:
    failed = Failed(1, OutOfMemory.code, "No memory.")
    assert run(Reader(lambda _n: failed), page(3, *TEXTS), exact)[-1] == failed
    halted = Reader(lambda _n: Cancelled(1, ""))
    assert isinstance(run(halted, page(3, *TEXTS), exact)[-1], Cancelled)


def test_a_page_without_lines_is_shown_to_the_model_as_it_is() -> None:
    reader = Reader(lambda _n: Done(1, said("Hello", 0.9, "no_text").answer))
    whole = of_lines((Box(0.0, 0.0, 1.0, 1.0),))
    assert done(run(reader, whole, exact=False)).text == "Hello"
    assert [one.text for one in reader.asked] == [READING.text]


def test_the_lines_of_two_columns_of_a_scan_are_read_down_each_of_them() -> None:
    left = [Box(0.05, n * HIGH, 0.49, (n + 1) * HIGH) for n in range(1, 4)]
    right = [Box(0.48, n * HIGH + 0.01, 0.95, (n + 1) * HIGH + 0.01) for n in range(1, 4)]
    boxes = tuple(box for pair in zip(left, right, strict=True) for box in pair)
    ink = tuple(((box.x0 + 0.01, box.x1 - 0.01),) for box in boxes)
    text = {box: f"line {n} of a column of text" for n, box in enumerate([*left, *right])}
    reader = Reader(lambda _n: said("never"))
    told = {box: Told(box, said(text[box], 0.9, "no_text").answer, "") for box in boxes}
    found = done(run(reader, replace(of_lines(boxes), ink=ink), False, told))
    assert found.text.splitlines() == list(text.values())
    assert reader.asked == []


def test_a_line_too_long_to_be_read_at_once_is_one_line() -> None:
    halves = (Box(0.0, 0.1, 0.5, 0.13), Box(0.5, 0.1, 1.0, 0.13))
    long = [half for n in range(3) for half in (moved(half, n) for half in halves)]
    told = {
        box: Told(box, said(f"half {n} of these long lines", 0.9, "no_text").answer, "")
        for n, box in enumerate(long)
    }
    found = done(run(Reader(lambda _n: said("never")), of_lines(tuple(long)), False, told))
    assert [line.split()[1] for line in found.text.splitlines()] == ["0", "2", "4"]
    assert [line.split()[7] for line in found.text.splitlines()] == ["1", "3", "5"]


def moved(box: Box, lines: int) -> Box:
    return Box(box.x0, box.y0 + 0.02 * lines, box.x1, box.y1 + 0.02 * lines)
