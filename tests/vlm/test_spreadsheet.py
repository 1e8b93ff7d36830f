from __future__ import annotations

import csv
import io

import pytest

from vlm.spreadsheet import harmless_cell, to_csv


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "＠x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless_cell(text) == "'" + text
    assert next(csv.reader(io.StringIO(to_csv([[text]])))) == ["'" + text]


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert to_csv([["a", 1.5, None, "x,y"]]) == '"a",1.5,"","x,y"\r\n'
