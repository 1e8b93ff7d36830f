"""Rows about whole pages become lessons about their parts, which a small model reads for that."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence

import msgspec
from PIL import Image, ImageDraw, ImageFont

from finetune.kept import KeptPages
from finetune.placing import Placer, learnable
from finetune.runs import RunRow
from finetune.types import NOT_ON_PAGE
from tests.finetune import tuning
from vlm.cancel import returned
from vlm.types import Box, PageRef, PageSize

WIDTH, HEIGHT, DPI = 600, 480, 150
LINES = ("Harbour Tea Ltd", "Date 24.11.2026", "Total 19.00", "Cash 20.00", "Change 1.00")


def row_of(question: str, *answers: str) -> RunRow:
    return msgspec.structs.replace(tuning.row(1), question=question, answers=answers)


class Eyes:
    """Reads the lines that `scan` draws."""

    def __init__(self) -> None:
        self.read_boxes: list[Box] = []
        self.weighed: list[str] = []

    def line(self, box: Box) -> str:
        middle = (box.y0 + box.y1) / 2
        return LINES[min(range(5), key=lambda n: abs(30 + 90 * n + 14 - middle * HEIGHT))]

    def read(self, page: PageRef, box: Box) -> str:
        self.read_boxes.append(box)
        return self.line(box)

    def losses(
        self, row: RunRow, page: PageRef, boxes: Sequence[Box], text: str
    ) -> Iterator[list[float]]:
        self.weighed.append(text)
        for box in boxes:
            yield [0.1 if text in self.line(box) else 5.0] * (len(text) + 1)


def scan() -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for number, text in enumerate(LINES):
        draw.text((40, 30 + 90 * number), text, "black", font)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def rows_of(*asked: RunRow) -> list[RunRow]:
    size = PageSize(WIDTH * 72 / DPI, HEIGHT * 72 / DPI)
    return [
        msgspec.structs.replace(row, id=f"r{number}", size=size) for number, row in enumerate(asked)
    ]


def test_a_scans_lines_are_read_once_for_all_questions_about_it() -> None:
    rows = rows_of(row_of("What is the total?", "19.00"), row_of("Which company?", LINES[0]))
    eyes = Eyes()
    placer = Placer(KeptPages(rows, lambda row: scan()), eyes)
    total, company = (returned(placer.place(row)) for row in rows)
    assert len(eyes.read_boxes) == len(LINES)
    assert eyes.weighed == ["19.00", LINES[0]]
    (first, *_), (name, *_) = total, company
    assert first.part is not None
    assert first.part.contains(0.1, (30 + 180 + 14) / HEIGHT)
    assert name.part is not None
    assert name.part.contains(0.1, 44 / HEIGHT)
    assert name.answers == ("Harbour Tea Ltd",)


def test_a_long_line_is_read_in_the_pieces_in_which_the_engine_reads_it() -> None:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    draw.text((30, 100), "Sold to the Harbour Tea Company in Leeds and paid at", "black", font)
    draw.text((30, 200), "Thank you", "black", font)
    file = io.BytesIO()
    image.save(file, "PNG")

    class Counts(Eyes):
        def read(self, page: PageRef, box: Box) -> str:
            self.read_boxes.append(box)
            return f"piece-{len(self.read_boxes)}"

    (row,) = rows_of(row_of("Who sold it?", NOT_ON_PAGE))
    eyes = Counts()
    placer = Placer(KeptPages([row], lambda row: file.getvalue()), eyes)
    returned(placer.place(row))
    long = [box for box in eyes.read_boxes if box.y0 < 110 / HEIGHT < box.y1]
    assert len(long) > 1
    assert all(one.x1 <= other.x0 for one, other in itertools.pairwise(long))
    said = [word.text for word in placer.shown(row).words]
    assert said == [f"piece-{number + 1}" for number in range(len(eyes.read_boxes))]


def test_another_spelling_is_weighed_only_when_the_first_is_nowhere() -> None:
    rows = rows_of(row_of("Which company?", LINES[0].upper()))
    eyes = Eyes()
    found = returned(Placer(KeptPages(rows, lambda row: scan()), eyes).place(rows[0]))
    assert eyes.weighed == [LINES[0].upper(), LINES[0]]
    assert found[0].answers == (LINES[0], LINES[0].upper())


def test_an_absent_answer_needs_no_weighing() -> None:
    rows = rows_of(row_of("What is the discount?", NOT_ON_PAGE))
    eyes = Eyes()
    found = returned(Placer(KeptPages(rows, lambda row: scan()), eyes).place(rows[0]))
    assert not eyes.weighed
    assert [one.answers for one in found] == [(NOT_ON_PAGE,)]


def test_it_can_be_ended_between_two_parts() -> None:
    rows = rows_of(row_of("What is the total?", "19.00"))
    eyes = Eyes()
    steps = Placer(KeptPages(rows, lambda row: scan()), eyes).place(rows[0])
    for _ in range(3):
        next(steps)
    assert len(eyes.read_boxes) == 2
    steps.close()


def test_a_page_on_which_nothing_is_found_stays_whole() -> None:
    row = tuning.row(1)
    image = io.BytesIO()
    Image.new("RGB", (60, 60), "white").save(image, "PNG")
    eyes = Eyes()
    placer = Placer(KeptPages([row], lambda _: image.getvalue()), eyes)
    assert returned(placer.place(row)) == (row,)
    assert not eyes.read_boxes


def test_whole_pages_are_left_out_where_there_is_anything_else() -> None:
    part, box = Box(0.0, 0.0, 1.0, 0.1), Box(0.1, 0.1, 0.9, 0.9)
    placed = msgspec.structs.replace(tuning.row(1), part=part)
    drawn, whole = tuning.row(2, box=box), tuning.row(3)
    watched, other = tuning.row(4, side="watch"), tuning.row(5, side="watch")
    assert learnable([placed, drawn, whole, watched, other]) == [placed, drawn, watched, other]
    boxed = msgspec.structs.replace(other, box=box)
    assert learnable([whole, watched, boxed]) == [whole, boxed]
