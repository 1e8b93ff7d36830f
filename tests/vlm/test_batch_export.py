from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from vlm import batch_export
from vlm.batch import Cell, Row, Table, question_for
from vlm.types import Box

FOLDER = Path("/papers")


@pytest.fixture
def table() -> Table:
    rows = [
        Row("/papers/a.pdf", "aa"),
        Row("/papers/=SUM(A1).pdf", "bb"),
        Row("/papers/c.pdf", "", "c.pdf needs a password."),
    ]
    made = Table(rows, [question_for("", "Total?"), question_for("", "=Date?")])
    made.put(0, 0, Cell("=1+1", 0.98765, "page", 2, (Box(0, 0, 0.5, 0.25),), 120, 4))
    made.put(0, 1, Cell("No answer was found.", 0.0, "no_text", 0, (), 120, 4, found=False))
    made.put(1, 0, Cell("12.50", 0.5, "absent", 0, (), 1, 1))
    return made


def test_one_row_a_document_and_four_columns_a_question(table: Table) -> None:
    text = batch_export.to_csv(table, FOLDER).decode("utf-8-sig")
    header, first, second, third = csv.reader(io.StringIO(text))
    assert header[:5] == [
        "document", "Total?", "Total? – how sure", "Total? – check", "Total? – page",
    ]  # fmt: skip
    assert header[5].startswith("'=Date?"), "no header is a formula either"
    assert first == [
        "a.pdf", "'=1+1", "0.9877", "stands on the page", "3",
        "No answer was found.", "", "", "", "4", "120", "",
    ]  # fmt: skip
    assert second[0].startswith("'=SUM")
    assert second[5:9] == [""] * 4
    assert third[-1] == "c.pdf needs a password."


def test_json_has_everything(table: Table) -> None:
    first, second, third = json.loads(batch_export.to_json(table, None))
    assert first["document"] == "/papers/a.pdf"
    assert first["answers"][0] == {
        "question": "Total?", "answer": "=1+1", "found": True, "confidence": 0.9877,
        "evidence": "page", "page": 3, "boxes": [[0, 0, 0.5, 0.25]], "pages_read": 4, "pages": 120,
    }  # fmt: skip
    assert first["answers"][1]["page"] is None
    assert second["answers"][1] == {"question": "=Date?", "answer": None}
    assert third["answers"][0]["problem"] == "c.pdf needs a password."


def test_a_spreadsheet_holds_texts_and_numbers_and_no_formula(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    batch_export.write(path, table, FOLDER)
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        texts = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    assert not [part for part in sheet.iter() if part.tag.endswith("}f")]
    shared = ["".join(one.itertext()) for one in texts]
    cells = {
        part.attrib["r"]: (part.attrib.get("t", "n"), "".join(part.itertext()))
        for part in sheet.iter()
        if part.tag.endswith("}c") and "".join(part.itertext())
    }
    assert shared[int(cells["B2"][1])] == "=1+1"
    assert cells["B2"][0] == "s"
    assert cells["C2"] == ("n", "0.9877")
    assert cells["E2"] == ("n", "3")
    assert shared[int(cells["A3"][1])] == "=SUM(A1).pdf"


def test_characters_that_a_spreadsheet_calls_damage_are_left_out(table: Table) -> None:
    table.put(0, 0, Cell("12\x00.5\ufffe0", 1.0, "page"))
    with zipfile.ZipFile(io.BytesIO(batch_export.to_xlsx(table, None))) as book:
        assert b">12.50<" in book.read("xl/sharedStrings.xml")


def test_a_cell_too_long_for_a_spreadsheet_is_cut(table: Table) -> None:
    table.put(0, 0, Cell("x" * 40_000, 1.0, "page"))
    with zipfile.ZipFile(io.BytesIO(batch_export.to_xlsx(table, None))) as book:
        assert b"x" * 32_767 + b"<" in book.read("xl/sharedStrings.xml")


def test_a_confidence_that_nobody_knows_is_empty(table: Table) -> None:
    table.put(0, 0, Cell("12", -1.0, "page"))
    assert batch_export.table_rows(table)[1][2] is None


def test_another_ending_is_no_format(table: Table, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        batch_export.write(tmp_path / "out.doc", table)


def test_amounts_and_days_can_be_added_up_and_sorted() -> None:
    asked = [question_for("", text) for text in ("What is the total?", "What is the due date?")]
    table = Table([Row("/a.pdf", "1"), Row("/b.pdf", "2")], asked)
    table.put(0, 0, Cell("1.234,50 EUR", 0.9, "page"))
    table.put(0, 1, Cell("05.03.2018", 0.9, "page"))
    table.put(1, 0, Cell("1.234", 0.9, "page"))
    table.put(1, 1, Cell("03/04/2018", 0.9, "page"))
    with zipfile.ZipFile(io.BytesIO(batch_export.to_xlsx(table, None))) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        styles = book.read("xl/styles.xml").decode()
    cells = {
        part.attrib["r"]: (part.attrib.get("t", "n"), "".join(part.itertext()))
        for part in sheet.iter()
        if part.tag.endswith("}c")
    }
    assert cells["B2"] == ("n", "1234.5")
    assert cells["F2"] == ("n", "43164"), "5 March 2018, counted in days"
    assert cells["B3"][0] == cells["F3"][0] == "s"
    assert "#,##0.00&quot; EUR&quot;" in styles
    assert 'numFmtId="14"' in styles
