import csv
import io
import json
import stat
from pathlib import Path

import pytest

from app.history import export
from tests.app.history.entries import entry, whole_entry
from vlm.types import Box

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1+1", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    given = entry(question=text, answer=text, path=f"/{text}", correction=text)
    (row,) = csv.DictReader(io.StringIO(export.to_csv([given])))
    assert row["question"] == row["answer"] == row["correction"] == "'" + text
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values())


def test_csv_keeps_quotes_commas_and_lines() -> None:
    given = entry(question='He said "a, b"\nand left', verdict=True, box=Box(0.0, 0.25, 0.5, 1.0))
    (row,) = csv.DictReader(io.StringIO(export.to_csv([given]), newline=""))
    assert row["question"] == 'He said "a, b"\nand left'
    assert row["verdict"] == "right"
    assert row["box"] == "0.0 0.25 0.5 1.0"
    assert row["page"] == "2"
    assert row["confidence"] == "0.875"


def test_json_has_every_column() -> None:
    (row,) = json.loads(export.to_json([entry(answer="Müller & Söhne")]))
    assert set(row) == set(export.COLUMNS)
    assert row["answer"] == "Müller & Söhne"
    assert row["box"] is None
    assert row["when"] == "2025-03-14T09:30:00+00:00"


@pytest.mark.parametrize("ending", export.FORMATS)
def test_what_an_answer_should_have_been_is_written_beside_it(ending: str) -> None:
    given = entry(answer="84,50", verdict=False, correction="48,50")
    written = export.FORMATS[ending]([given]).replace("\\", "")
    assert all(text in written for text in ("84,50", "wrong", "48,50"))
    assert "48,50" not in export.FORMATS[ending]([entry(answer="84,50", verdict=False)])


def test_csv_opens_as_a_table_in_a_german_spreadsheet(german: None) -> None:
    given = entry(answer="1.234,56")
    (row,) = csv.DictReader(io.StringIO(export.to_csv([given])), delimiter=";")
    assert row["answer"] == "1.234,56"
    assert row["confidence"] == "0,875"
    assert row["when"] == given.when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    "text",
    [
        "[a](http://x)",
        "<script>",
        "text\n# head",
        "| a | b |",
        "**b**",
        "![i](file:///x)",
        "http://x.y",
    ],
)
def test_markdown_shows_text_as_it_is(text: str) -> None:
    written = export.to_markdown([entry(question=text, answer=text)])
    body = written.partition("\n")[2]
    shown = " ".join(text.split())
    assert shown not in body
    assert body.replace("\\", "").count(shown) == 2


def test_markdown_names_the_version_that_answered() -> None:
    assert "; small \\+ mine*" in export.to_markdown([entry()])


def test_an_answer_of_many_lines_stays_one_paragraph_in_markdown() -> None:
    written = export.to_markdown([entry(answer="1. one\n\n# two")])
    assert "\n# two" not in written


@pytest.mark.parametrize("ending", [".csv", ".json", ".md", ".CSV"])
def test_the_file_is_private_and_in_the_format_of_its_name(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"out{ending}"
    export.write(file, [entry()])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text(encoding="utf-8-sig")
    assert text.replace("\\", "").count("What is the total?") == 1
    assert text.startswith({".c": '"when"', ".j": "[", ".m": "# "}[ending.lower()[:2]])


def test_the_pages_read_of_a_whole_document_are_named() -> None:
    (row,) = json.loads(export.to_json([whole_entry()]))
    assert (row["pages_read"], row["pages_not_read"]) == ("2 8", 118)
