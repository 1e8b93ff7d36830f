"""What is to be read on scans is read by the network for lines, what is asked by the model."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.photographed import bill
from tests.vlm.answering import answered
from vlm import scan_reader
from vlm.cancel import Stopped
from vlm.engine import Engine
from vlm.page_reading import READ
from vlm.types import Box, PageRef, Question

NEVER = threading.Event()
NUMBER = Box(0.05, 0.19, 0.7, 0.26)


@pytest.fixture
def page(tmp_path: Path) -> PageRef:
    bill().save(tmp_path / "scan.png")
    return PageRef(str(tmp_path / "scan.png"), 0)


def test_a_part_is_read_without_a_visual_token_of_the_model(shipped: Engine, page: PageRef) -> None:
    assert shipped.sight is not None
    boxes = [NUMBER, Box(0.0, 0.97, 1.0, 1.0)]
    asked = [Question(READ, page, box) for box in boxes]
    told = scan_reader.read(shipped.sight, asked, None, NEVER)
    assert "48213" in told[0].answer.text
    assert told[0].answer.confidence > 0.9
    assert told[0].answer.visual_tokens == 0
    assert told[1].answer.text == ""
    assert not told[1].useful


def test_what_is_asked_and_a_whole_page_are_left_to_the_model(
    shipped: Engine, page: PageRef
) -> None:
    assert shipped.sight is not None
    left = [Question("What is the total?", page, NUMBER), Question(READ, page)]
    assert scan_reader.read(shipped.sight, left, None, NEVER) == {}


def test_a_part_that_cannot_be_drawn_is_left_to_whoever_says_so(
    shipped: Engine, page: PageRef, tmp_path: Path
) -> None:
    assert shipped.sight is not None
    gone = PageRef(str(tmp_path / "gone.png"), 0)
    some = [Question(READ, gone, NUMBER), Question(READ, page, NUMBER)]
    assert list(scan_reader.read(shipped.sight, some, None, NEVER)) == [1]


def test_a_stop_is_heard(shipped: Engine, page: PageRef) -> None:
    assert shipped.sight is not None
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        scan_reader.read(shipped.sight, [Question(READ, page, NUMBER)], None, stop)


def test_a_box_on_a_scan_is_answered_in_its_own_words(shipped: Engine, page: PageRef) -> None:
    given = answered(shipped, Question("Which number does the bill have?", page, NUMBER))
    assert given.text == "48213"
    assert given.visual_tokens == 0
