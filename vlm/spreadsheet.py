"""Tables for spreadsheets: CSV that calculates nothing. Knows cells, not what is in them.

A spreadsheet runs a cell that starts like a formula; text from documents and models must not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from vlm.clean_text import clean_text

ENCODING = "utf-8-sig"
"""Spreadsheets take a CSV for the system's encoding unless it begins with this mark."""

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet may calculate, full-width forms included."""

_NEGATIVE = re.compile(r"-\d[\d.,]*")
"""A number and nothing else: it may stand as it is, a credit note has many."""


def harmless_cell(value: object) -> object:
    """Return a cell that no spreadsheet calculates: formulas get an apostrophe before them.

    Characters that no spreadsheet reads are left out: some take the rest of the file for one cell.
    """
    if not isinstance(value, str):
        return value
    text = clean_text(value)
    formula = _FORMULA.match(text) and not _NEGATIVE.fullmatch(text)
    return "'" + text if formula else text


def to_csv(rows: Iterable[Sequence[object]], decimal: str = ".") -> str:
    """Return rows as CSV with CRLF line ends, as spreadsheets write them; None is an empty cell.

    Args:
        rows: The cells.
        decimal: What stands before decimals where the file is opened. With "," the cells are
            divided by semicolons: spreadsheets there take nothing else for a table.
    """
    text = io.StringIO(newline="")
    divider = ";" if decimal == "," else ","
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, delimiter=divider)
    for row in rows:
        writer.writerow([_written(cell, decimal) for cell in row])
    return text.getvalue()


def _written(cell: object, decimal: str) -> object:
    if cell is None:
        return ""
    if isinstance(cell, float) and decimal != ".":
        return str(cell).replace(".", decimal)
    return harmless_cell(cell)
