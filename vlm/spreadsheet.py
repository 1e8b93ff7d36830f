"""Tables for spreadsheets: CSV that calculates nothing. Knows cells, not what is in them.

A spreadsheet runs a cell that starts like a formula; text from documents and models must not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

ENCODING = "utf-8-sig"
"""Spreadsheets take a CSV for the system's encoding unless it begins with this mark."""

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet may calculate, full-width forms included."""


def harmless_cell(value: object) -> object:
    """Return a cell that no spreadsheet calculates: formulas get an apostrophe before them."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with CRLF line ends, as spreadsheets write them; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        writer.writerow([harmless_cell("" if cell is None else cell) for cell in row])
    return text.getvalue()
