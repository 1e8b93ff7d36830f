"""Rows about whole pages become lessons about the parts that a small model is asked about."""

from __future__ import annotations

import io
from collections.abc import Sequence

import msgspec
from PIL import Image, ImageDraw, ImageFont

from finetune.kept import KeptPages
from finetune.placing import Placer, lessons_in
from finetune.runs import RunRow
from finetune.types import NOT_ON_PAGE
from tests.finetune import tuning
from tests.vlm.documents import said
from vlm.page_reading import READ
from vlm.part_finder import PageParts
from vlm.protocol import Event
from vlm.types import WHOLE_PAGE, Box, PageSize, Question, Word

HIGH = 0.1
WIDTH, HEIGHT, DPI = 600, 480, 150
LINES = ("Harbour Tea Ltd", "Date 24.11.2026", "Total 19.00", "Cash 20.00", "Change 1.00")


def strip(first: int, last: int | None = None) -> Box:
    """Return the box of some lines of a page, from top to bottom."""
    return Box(0.0, first * HIGH, 1.0, ((first if last is None else last) + 1) * HIGH)


def page_of(lines: int, *groups: tuple[int, int]) -> PageParts:
    asked = tuple(map(strip, range(lines))) + tuple(strip(*group) for group in groups)
    rows = (*((number,) for number in range(lines)), *(tuple(range(a, b + 1)) for a, b in groups))
    above = tuple((row[0] - 1,) if row[0] else () for row in rows)
    return PageParts(asked, lines, rows, above, (WHOLE_PAGE,), ())


def words_of(lines: Sequence[str]) -> list[Word]:
    return [Word(text, strip(n)) for n, line in enumerate(lines) for text in line.split()]


def row_of(question: str, *answers: str) -> RunRow:
    return msgspec.structs.replace(tuning.row(1), question=question, answers=answers)


def taught(row: RunRow, page: PageParts, lines: Sequence[str]) -> dict[Box, str]:
    found = lessons_in(row, page, words_of(lines))
    assert len({one.id for one in found}) == len(found)
    assert all(one.part and one.asked == one.part and one.question == row.question for one in found)
    return {one.part: one.answers[0] for one in found if one.part}


def test_the_part_with_the_answer_is_taught_and_misleading_ones_without_it() -> None:
    found = taught(row_of("What is the total?", "19.00"), page_of(5, (1, 2), (3, 4)), LINES)
    holding = {part for part, answer in found.items() if answer == "19.00"}
    assert holding == {strip(2), strip(1, 2)}
    lacking = {part for part, answer in found.items() if answer == NOT_ON_PAGE}
    assert len(lacking) == 2
    assert lacking < {strip(0), strip(1), strip(3), strip(4), strip(3, 4)}


def test_the_same_words_elsewhere_are_taught_neither_way() -> None:
    lines = ("Tea 19.00", "Date 24.11.2026", "Total 19.00", "Cash 20.00")
    found = taught(row_of("What is the total?", "19.00"), page_of(4), lines)
    assert found[strip(2)] == "19.00"
    assert strip(0) not in found


def test_a_number_is_not_part_of_another_one() -> None:
    found = taught(row_of("What is the change?", "9.00"), page_of(5), LINES)
    assert found == {}
    assert taught(row_of("What is the change?", "1.00"), page_of(5), LINES)[strip(4)] == "1.00"


def test_an_answer_over_several_lines_is_taught_by_the_group_that_holds_it() -> None:
    lines = ("Harbour Tea Ltd", "12 Quay Road", "Bergen", "Total 19.00")
    found = taught(row_of("What is the address?", "12 Quay Road Bergen"), page_of(4, (1, 2)), lines)
    assert found[strip(1, 2)] == "12 Quay Road Bergen"
    assert strip(1) not in found, "half of it is there"
    assert strip(2) not in found
    assert found[strip(3)] == NOT_ON_PAGE


def test_a_word_may_be_misread_and_a_number_may_not() -> None:
    lines = ("Harb0ur Tea Ltd", "Total 19.0O")
    assert taught(row_of("Which company?", "Harbour Tea Ltd"), page_of(2), lines)
    assert not taught(row_of("What is the total?", "19.00"), page_of(2), lines)


def test_an_answer_that_is_nowhere_leaves_the_row_as_it_is() -> None:
    assert lessons_in(row_of("Who signed?", "Nora Hill"), page_of(5), words_of(LINES)) == ()


def test_a_page_without_the_answer_is_taught_by_parts_without_it() -> None:
    found = taught(row_of("What is the discount?", NOT_ON_PAGE), page_of(5), LINES)
    assert set(found.values()) == {NOT_ON_PAGE}
    assert len(found) == 2


def test_parts_of_which_nothing_is_known_are_not_taught() -> None:
    lines = ("", "", "Total 19.00", "", "")
    assert set(taught(row_of("What is the total?", "19.00"), page_of(5), lines)) == {strip(2)}


def scan() -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for number, text in enumerate(LINES):
        draw.text((40, 30 + 90 * number), text, "black", font)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_scans_lines_are_read_once_for_all_questions_about_it() -> None:
    size = PageSize(WIDTH * 72 / DPI, HEIGHT * 72 / DPI)
    asked = (row_of("What is the total?", "19.00"), row_of("Which company?", "Harbour Tea Ltd"))
    rows = [
        msgspec.structs.replace(row, id=f"r{number}", size=size) for number, row in enumerate(asked)
    ]
    read: list[Question] = []

    def ask(question: Question) -> Event:
        read.append(question)
        assert question.box is not None
        assert not question.splitting
        middle = (question.box.y0 + question.box.y1) / 2
        return said(LINES[min(range(5), key=lambda n: abs(30 + 90 * n + 14 - middle * HEIGHT))])

    placer = Placer(KeptPages(rows, lambda row: scan()), ask)
    total, company = map(placer.place, rows)
    assert len(read) == len(LINES)
    assert {question.text for question in read} == {READ}
    (first, *_), (name, *_) = total, company
    assert first.part is not None
    assert first.part.contains(0.1, (30 + 180 + 14) / HEIGHT)
    assert name.part is not None
    assert name.part.contains(0.1, 44 / HEIGHT)
    assert name.answers == ("Harbour Tea Ltd",)


def test_a_page_on_which_nothing_is_found_stays_whole() -> None:
    row = tuning.row(1)
    image = io.BytesIO()
    Image.new("RGB", (60, 60), "white").save(image, "PNG")

    def never(question: Question) -> Event:
        raise AssertionError("there is nothing to read")

    assert Placer(KeptPages([row], lambda _: image.getvalue()), never).place(row) == (row,)
