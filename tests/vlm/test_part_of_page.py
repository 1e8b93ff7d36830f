"""Boxes around many lines are answered like pages of their own."""

from pathlib import Path

import pymupdf

from tests.vlm.answering import NEVER, answered
from vlm.engine import Engine
from vlm.part_finder import PageParts
from vlm.part_of_page import FEW, has_many_lines, is_tall, within
from vlm.protocol import Ask, Event, Look, Progress
from vlm.types import Box, PageRef, Question, Word

LEFT = (
    *("Keller and Sons", "7 Elm Street", "Invoice no. 4711", "Date: 05.06.2024"),
    *("Green tea   12.80", "Ginger cake   9.50", "Lemon cake   3.20", "Subtotal   25.50"),
    *("Tax   4.08", "Total   29.58", "Paid in cash   40.00", "Change   10.42"),
)
"""Lines from top to bottom."""


def drawn(folder: Path, picture: bool) -> PageRef:
    document = pymupdf.open()
    page = document.new_page(width=320, height=480)
    for number, text in enumerate(LEFT):
        page.insert_text((30, 60 + 34 * number), text, fontsize=15)
    path = folder / ("bill.png" if picture else "bill.pdf")
    if picture:
        page.get_pixmap(dpi=120).save(path)
    else:
        document.save(path)
    document.close()
    return PageRef(str(path), 0)


LOWER = Box(0.02, 0.42, 0.98, 1.0)


def said(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Progress)]


def test_a_box_around_many_lines_of_a_document_has_its_answer(
    shipped: Engine, tmp_path: Path
) -> None:
    page = drawn(tmp_path, picture=False)
    found = answered(shipped, Question("What is the total?", page, LOWER))
    assert found.text == "29.58"
    assert found.evidence.kind == "crop"
    above = answered(shipped, Question("What is the invoice number?", page, LOWER))
    assert above.text != "4711", "it stands above the box"


def test_a_box_around_many_lines_of_a_scan_is_read_line_by_line(
    shipped: Engine, tmp_path: Path
) -> None:
    page = drawn(tmp_path, picture=True)
    looked = said(list(shipped.look(Look(4, page, LOWER), NEVER)))
    assert any(text.startswith("Reading part") for text in looked)
    events = list(shipped.ask(Ask(5, Question("What is the total?", page, LOWER)), NEVER))
    assert not any(text.startswith("Reading part") for text in said(events)), "it was read ahead"
    found = answered(shipped, Question("What is the total?", page, LOWER))
    assert found.text == "29.58"
    assert found.evidence.kind == "no_text"
    read = answered(shipped, Question("Read the text.", page, LOWER)).text
    assert "Ginger" in read.splitlines()[0], "the first line in the box"
    assert len(read.splitlines()) >= FEW


def test_a_box_whose_words_do_not_answer_is_shown_to_the_model_as_it_is(
    shipped: Engine, tmp_path: Path
) -> None:
    page = drawn(tmp_path, picture=True)
    for box in (Box(0.05, 0.185, 0.9, 0.235), Box(0.05, 0.18, 0.9, 0.31)):
        found = answered(shipped, Question("What does ginger cost?", page, box))
        assert [view.box for view in found.views] == [box]
        assert found.visual_tokens > 0


def test_a_few_lines_are_read_out_one_by_one(shipped: Engine, tmp_path: Path) -> None:
    page = drawn(tmp_path, picture=True)
    few = Box(0.05, 0.18, 0.9, 0.31)
    found = answered(shipped, Question("Read the text.", page, few))
    assert len(found.views) > 1
    assert all(few.holds(view.box) and view.box.height < few.height / 2 for view in found.views)
    assert len(found.text.splitlines()) > 1


def parts() -> PageParts:
    lines = tuple(Box(0.1, 0.1 * n, 0.9, 0.1 * n + 0.05) for n in range(1, 8))
    group = Box(0.1, 0.5, 0.9, 0.75)
    words = tuple(Word(f"w{n}", line) for n, line in enumerate(lines))
    rows = (*((n,) for n in range(7)), (4, 5, 6))
    above = ((), *((n,) for n in range(6)), (3,))
    pieces = tuple((line,) for line in lines)
    return PageParts((*lines, group), 7, rows, above, lines, words, pieces, (*lines, group))


def test_parts_in_a_box_keep_their_rows_and_what_stands_above() -> None:
    page = parts()
    inside = within(page, Box(0.0, 0.35, 1.0, 1.0))
    assert inside.asked == page.asked[3:]
    assert inside.lines == 4
    assert inside.rows == ((0,), (1,), (2,), (3,), (1, 2, 3))
    assert inside.above == ((), (0,), (1,), (2,), (0,)), "what lies outside is left out"
    assert [word.text for word in inside.words] == ["w3", "w4", "w5", "w6"]
    assert inside.pieces == page.pieces[3:]
    assert inside.read == page.read[3:]
    assert inside.level == inside.asked
    assert not has_many_lines(inside)
    assert has_many_lines(page)
    assert within(page, None) is page


def test_a_box_without_any_part_is_one_itself() -> None:
    box = Box(0.0, 0.9, 1.0, 1.0)
    inside = within(parts(), box)
    assert (inside.asked, inside.lines, inside.read) == ((box,), 1, (box,))
    assert inside.words == ()
    assert not has_many_lines(inside)


def test_only_a_box_of_one_page_is_a_part_of_it() -> None:
    page = PageRef("a.pdf", 0)
    tall, low = Box(0.0, 0.0, 1.0, 0.5), Box(0.0, 0.0, 1.0, 0.05)
    assert is_tall(Question("Total?", page, tall))
    assert not is_tall(Question("Total?", page, low))
    assert not is_tall(Question("Total?", page))
    assert not is_tall(Question("Total?", page, tall, more_pages=(PageRef("a.pdf", 1),)))
    assert not is_tall(Question("Total?", page, tall, whole_document=True))
