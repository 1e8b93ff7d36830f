"""Tables of a page are written with their rows and columns."""

from pathlib import Path

import pymupdf
import pytest

from tests.vlm.answering import NEVER, answered
from tests.vlm.documents import said
from tests.vlm.parted_pages import Reader, of_lines, strip
from vlm.absence import NOT_ON_PAGE
from vlm.engine import Engine
from vlm.page_job import PageJob
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.part_tables import NO_TABLE, answer, helps
from vlm.protocol import Cancelled, Done, Event, Failed
from vlm.types import Box, PageRef, Question

TABLE = "Transcribe this table as a Markdown table."
ROWS = (
    ("Item", "Pieces", "Amount"),
    ("Green tea", "4", "12.80"),
    ("Ginger biscuits", "10", "11.00"),
    ("Lemon cake", "2", "9.50"),
)
ABOVE = "Thank you for your order, which we have sent to you today."
BELOW = "Please pay within thirty days to the account that is named on the next page."


def drawn(folder: Path, picture: bool) -> Path:
    """Draw a letter with a table, as a document or as a scan of it."""
    document = pymupdf.open()
    page = document.new_page(width=420, height=300)
    page.insert_text((30, 40), ABOVE, fontsize=12)
    for number, row in enumerate(ROWS):
        for left, text in zip((30, 200, 300), row, strict=True):
            page.insert_text((left, 90 + 24 * number), text, fontsize=14)
    page.insert_text((30, 230), BELOW, fontsize=10)
    path = folder / ("letter.png" if picture else "letter.pdf")
    if picture:
        page.get_pixmap(dpi=150).save(path)
    else:
        document.save(path)
    document.close()
    return path


def wanted(*rows: tuple[str, ...]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|", *lines[1:]])


def test_a_documents_table_is_written_exactly_and_without_the_text_around(
    shipped: Engine, tmp_path: Path
) -> None:
    page = PageRef(str(drawn(tmp_path, picture=False)), 0)
    found = answered(shipped, Question(TABLE, page))
    assert found.text == wanted(*ROWS)
    assert (found.confidence, found.evidence.kind) == (1.0, "page")
    assert found.views, "what the model saw can be looked at"
    upper = Box(0.0, 0.0, 1.0, 0.47)
    assert answered(shipped, Question(TABLE, page, upper)).text == wanted(*ROWS[:3])
    listed = answered(shipped, Question("Give me the table as CSV", page)).text
    assert listed == "\n".join(map(",".join, ROWS))
    below = Box(0.0, 0.7, 1.0, 1.0)
    assert answered(shipped, Question(TABLE, page, below)).text == NO_TABLE


def test_a_scans_table_is_read_line_by_line(shipped: Engine, tmp_path: Path) -> None:
    page = PageRef(str(drawn(tmp_path, picture=True)), 0)
    found = answered(shipped, Question(TABLE, page))
    rows = [line.strip("| ").split(" | ") for line in found.text.splitlines()]
    assert [len(row) for row in rows if "---" not in row[0]] == [3] * len(ROWS)
    assert rows[2][0] == "Green tea"
    assert 0.0 < found.confidence < 1.0
    assert found.evidence.kind == "no_text"
    lower = Box(0.0, 0.4, 1.0, 0.7)
    some = answered(shipped, Question(TABLE, page, lower)).text
    assert "Green tea" not in some
    assert "Lemon cake" in some


def run(reader: Reader, parts: PageParts, question: Question) -> list[Event]:
    readings: dict[Box, Told] = {}
    return list(answer(PageJob(1, question, parts, readings, reader, NEVER)))


def test_of_a_scan_without_columns_the_lines_are_given() -> None:
    lines = ("Dear Sir,", "thank you for your order.")
    reader = Reader(lambda n: said(lines[n], 0.5 + 0.4 * n, "no_text"))
    *_, done = run(reader, of_lines((strip(0), strip(1))), Question(TABLE, PageRef("scan.png", 0)))
    assert isinstance(done, Done)
    assert done.answer.text == "\n".join(lines)
    assert done.answer.confidence == pytest.approx((0.5 * 0.9) ** 0.5)
    assert done.answer.evidence.kind == "no_text"


def test_a_page_on_which_nothing_can_be_read_says_so() -> None:
    reader = Reader(lambda _n: said(NOT_ON_PAGE, 0.8, "nothing"))
    *_, done = run(reader, of_lines((strip(0), strip(1))), Question(TABLE, PageRef("scan.png", 0)))
    assert isinstance(done, Done)
    assert done.answer.text == NOT_ON_PAGE
    assert done.answer.evidence.kind == "nothing"


def test_what_cannot_be_asked_ends_the_job_and_a_stop_leaves_nothing() -> None:
    question = Question(TABLE, PageRef("scan.png", 0))
    failed = Failed(1, "pages", "The page cannot be drawn.")
    assert run(Reader(lambda _n: failed), of_lines((strip(0),)), question)[-1] == failed
    cancelled = run(Reader(lambda _n: Cancelled(1, "")), of_lines((strip(0),)), question)
    assert cancelled[-1] == Cancelled(1, "")


def test_only_one_pages_tables_are_written_this_way() -> None:
    page = PageRef("a.pdf", 0)
    assert helps(Question(TABLE, page))
    assert helps(Question(TABLE, page, Box(0.1, 0.1, 0.9, 0.9)))
    assert not helps(Question("What is in the table?", page))
    assert not helps(Question(TABLE, page, whole_document=True))
    assert not helps(Question(TABLE, page, more_pages=(PageRef("a.pdf", 1),)))
