from __future__ import annotations

import csv
import io

import pytest

from vlm.spreadsheet import harmless_cell, to_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+2", "-A1", "@SUM(A1)", "\t=1", " =1", "＝1", "＠x"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless_cell(text) == "'" + text
    assert next(csv.reader(io.StringIO(to_csv([[text]])))) == ["'" + text]


def test_characters_that_no_spreadsheet_reads_are_left_out() -> None:
    assert harmless_cell("12\x00.50\n") == "12.50\n"
    assert harmless_cell("\x00=1") == "'=1"


@pytest.mark.parametrize("text", ["-1", "-50,00", "-1.234,56"])
def test_a_negative_amount_is_a_number(text: str) -> None:
    assert harmless_cell(text) == text


def test_where_decimals_follow_a_comma_a_semicolon_divides_the_cells() -> None:
    written = to_csv([["a;b", 0.5, 3, None, "1,2", "=1"]], decimal=",")
    assert list(csv.reader(io.StringIO(written), delimiter=";")) == [
        ["a;b", "0,5", "3", "", "1,2", "'=1"]
    ]


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert to_csv([["a", 1.5, None, "x,y"]]) == '"a",1.5,"","x,y"\r\n'
