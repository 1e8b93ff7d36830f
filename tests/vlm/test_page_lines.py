"""Scans are read line by line to find their pages by, whichever model then answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.photographed import bill
from tests.vlm.answering import Checkpoint, answered, started
from vlm import skew
from vlm.cancel import Stopped
from vlm.document_questions import stamp
from vlm.page_lines import DPI, PageLines
from vlm.page_reading import READ
from vlm.pages.client import PageClient
from vlm.protocol import Done, Failed, Prepare, Progress
from vlm.types import Box, PageRef, Question

NUMBER = Box(0.05, 0.19, 0.7, 0.26)
NEVER = threading.Event()


@pytest.fixture
def pages() -> Iterator[PageClient]:
    with PageClient() as client:
        yield client


@pytest.fixture
def scan(tmp_path: Path) -> PageRef:
    bill().save(tmp_path / "scan.png")
    return PageRef(str(tmp_path / "scan.png"), 0)


def lines(pages: PageClient, cancel: threading.Event = NEVER) -> PageLines:
    return PageLines(1, pages, skew.Angles(pages, stamp), lambda path: None, cancel)


def test_parts_are_read_together_as_alone(pages: PageClient, scan: PageRef) -> None:
    reader = lines(pages)
    asked = [Question(READ, scan, NUMBER), Question(READ, scan, Box(0.0, 0.97, 1.0, 1.0))]
    told = reader.several(asked)
    assert "48213" in told[0].answer.text
    assert (told[0].answer.confidence, told[0].answer.effective_dpi) > (0.9, DPI - 1)
    assert told[1].answer.text == ""
    last = list(reader(asked[0]))[-1]
    assert isinstance(last, Done)
    assert last.answer.text == told[0].answer.text


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_was_turned_is_read_as_it_is_shown(
    pages: PageClient, tmp_path: Path, turn: int
) -> None:
    file = tmp_path / "turned.png"
    bill().rotate(turn, expand=True).save(file)  # to the left: turned back to the right
    page = PageRef(str(file), 0, turn)  # type: ignore[arg-type]
    last = list(lines(pages)(Question(READ, page)))[-1]
    assert isinstance(last, Done)
    assert "48213" in last.answer.text


def test_what_cannot_be_drawn_is_left_and_said(
    pages: PageClient, scan: PageRef, tmp_path: Path
) -> None:
    gone = Question(READ, PageRef(str(tmp_path / "gone.png"), 0), NUMBER)
    reader = lines(pages)
    assert list(reader.several([gone, Question(READ, scan, NUMBER)])) == [1]
    assert isinstance(list(reader(gone))[-1], Failed)


def test_a_stop_is_heard(pages: PageClient, scan: PageRef) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        lines(pages, stop).several([Question(READ, scan, NUMBER)])


def test_a_large_model_finds_scanned_pages_by_their_lines(
    checkpoint: Checkpoint, pages: PageClient, tmp_path: Path
) -> None:
    file = tmp_path / "book.tif"
    blank = Image.fromarray(np.full((1200, 900, 3), 255, np.uint8))
    blank.save(file, save_all=True, append_images=[blank, bill(), *[blank] * 5])
    engine = started(checkpoint("marked"), pages)
    events = engine.prepare(Prepare(3, str(file)), NEVER)
    told = [one.text for one in events if isinstance(one, Progress)]
    assert "Reading the scanned page 3: part 1 of 19" in told
    assert "Reading the scanned page 1: part 1 of 1" in told, "no line was found there"
    question = Question(
        "What is the invoice number?",
        PageRef(str(file), 0),
        splitting=False,
        max_new_tokens=6,
        whole_document=True,
    )
    found = answered(engine, question)
    assert found.read is not None
    assert found.read.searched == 8
    assert 2 in {page.page for page in found.read.pages}
    engine.close()
