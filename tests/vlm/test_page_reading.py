from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tests.drawn import DrawnPages, Picture
from tests.vlm.documents import said
from vlm import blocks
from vlm.cancel import returned
from vlm.page_reading import READ, Model, PageReader
from vlm.protocol import Cancelled, Event
from vlm.readings import Readings
from vlm.types import Box, PageRef, Question, Word

PAGE = PageRef("scan.pdf", 0)


def sheet(*lines: tuple[int, int, int], width: int = 400, height: int = 600) -> Image.Image:
    """Draw lines of ink: their left edge, top and right edge."""
    image = Image.new("RGB", (width, height), (250, 248, 240))
    pen = ImageDraw.Draw(image)
    for left, top, right in lines:
        for x in range(left, right, 12):
            pen.rectangle((x, top, x + 6, top + 9), fill=(40, 40, 60))
    return image


def gray(image: Image.Image) -> Any:
    return np.asarray(image.convert("L"))


def test_lines_close_to_each_other_are_a_block() -> None:
    page = gray(sheet((40, 50, 200), (40, 65, 300), (60, 200, 380)))
    first, second = blocks.find(page, 10)
    assert first.holds(Box(40 / 400, 50 / 600, 300 / 400, 75 / 600))
    assert first.y1 < 90 / 600
    assert second.x0 > 0.1
    assert second.holds(Box(60 / 400, 200 / 600, 380 / 400, 210 / 600))


def test_long_blocks_are_divided_and_many_are_joined() -> None:
    page = gray(sheet(*[(40, 20 + 15 * line, 300) for line in range(12)]))
    assert len(blocks.find(page, 10)) == 3
    apart = gray(sheet(*[(40, 20 + 40 * line, 300) for line in range(12)]))
    assert len(blocks.find(apart, 10)) == 10
    assert len(blocks.find(apart, 1)) == 1


def test_paper_and_rules_are_no_text() -> None:
    blank = sheet()
    assert blocks.find(gray(blank), 10) == ()
    ImageDraw.Draw(blank).line((0, 300, 400, 300), fill=(0, 0, 0))
    assert blocks.find(gray(blank), 10) == ()


class Scans(DrawnPages):
    """Two lines apart on every page; the second page has them elsewhere."""

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        self.renders.append((box, width, height))
        top = 100 + 50 * page.page
        image = sheet((40, top, 300), (40, top + 200, 300), width=width, height=height)
        return Picture(width, height, image.tobytes())


def read(reader: PageReader, page: PageRef = PAGE) -> str | None:
    return returned(reader.read(page))


def test_a_page_is_read_once_for_each_model() -> None:
    asked: list[Question] = []

    def ask(question: Question) -> Iterator[Event]:
        asked.append(question)
        yield said(f"words {len(asked)}")

    readings = Readings(None)
    reader = PageReader(Scans(), readings, Model("m", False), ask)
    assert reader.known(PAGE) is None
    found = read(reader)
    assert found == "words 1"
    assert reader.known(PAGE) == found
    assert [(question.text, question.box) for question in asked] == [(READ, None)]
    assert reader.known(PageRef("scan.pdf", 1)) is None, "other pixels"
    assert PageReader(Scans(), readings, Model("other", False), ask).known(PAGE) is None
    readings.close()


def test_a_small_model_reads_the_lines_of_a_page() -> None:
    read_in: list[PageRef] = []

    def lines(page: PageRef) -> Generator[str, None, str | None]:
        read_in.append(page)
        yield "part 1 of 2"
        yield "part 2 of 2"
        return "first\nsecond"

    readings, never = Readings(None), lambda _question: iter(())
    at_once = PageReader(Scans(), readings, Model("m", True), lambda _question: iter([said("x")]))
    assert read(at_once) == "x"
    reader = PageReader(Scans(), readings, Model("m", True), never, lines)
    assert reader.known(PAGE) is None, "what was read in another way"
    steps = reader.read(PAGE)
    assert (next(steps), next(steps)) == ("part 1 of 2", "part 2 of 2")
    assert returned(steps) == "first\nsecond"
    assert reader.known(PAGE) == "first\nsecond"
    assert read_in == [PAGE]
    readings.close()


def test_a_page_that_was_not_read_to_its_end_is_not_kept() -> None:
    def stopped(_page: PageRef) -> Generator[str, None, str | None]:
        yield "part 1 of 2"
        return None

    readings = Readings(None)
    halted = PageReader(Scans(), readings, Model("m", False), lambda _: iter([Cancelled(1)]))
    by_line = PageReader(Scans(), readings, Model("m", True), lambda _: iter(()), stopped)
    for reader in (halted, by_line):
        assert read(reader) is None
        assert reader.known(PAGE) is None
    readings.close()


def test_a_page_whose_ink_is_all_words_needs_no_reading() -> None:
    class Slip(DrawnPages):
        def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
            lines = [(100, 100, 300)] if page.page == 0 else [(100, 100, 300), (100, 700, 300)]
            return Picture(width, height, sheet(*lines, width=width, height=height).tobytes())

    readings = Readings(None)
    reader = PageReader(Slip(), readings, Model("m", True), lambda question: iter(()))
    word = Word("Total", Box(100 / 850, 98 / 1200, 310 / 848, 112 / 1200))
    assert reader.covered(PAGE, (word,))
    assert not reader.covered(PageRef("scan.pdf", 1), (word,)), "there is a scanned line as well"
    readings.close()
