"""A batch's table as a file: CSV, JSON or a spreadsheet, one row a document, safe to open."""

from __future__ import annotations

import functools
import io
import json
import os
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

from vlm import spreadsheet, whole_file
from vlm.batch import Cell, Table
from vlm.cell_values import Amount, value_of
from vlm.clean_text import clean_text
from vlm.types import EvidenceKind

CHECKS: dict[EvidenceKind, str] = {
    "crop": "stands on the page",
    "page": "stands on the page",
    "absent": "does not stand on the page",
    "no_text": "page has no text to check against",
    "nothing": "no answer found",
}
LONGEST = 32_767
"""Characters that a spreadsheet's cell holds."""

GENERAL = 0
"""A spreadsheet's own number for "as it comes"."""
SHORT_DATE = 14
"""A spreadsheet's own number for a day as it is written where the file is opened."""

_WIDTHS = {"document": 32.0, "answer": 28.0, "how sure": 9.0, "check": 22.0, "page": 7.0}
_LAST = ("pages read", "pages", "problem")


def table_rows(table: Table, folder: Path | None = None) -> list[list[object]]:
    """Return the header and a row for each document; pages count from 1, None is empty.

    Args:
        table: What was asked and answered.
        folder: Documents are named from here; None for their whole paths.
    """
    header: list[object] = ["document"]
    for question in table.questions:
        name = question.text
        header += [name, f"{name} – how sure", f"{name} – check", f"{name} – page"]
    rows: list[list[object]] = [[*header, *_LAST]]
    for number, row in enumerate(table.rows):
        cells = [table.cell(number, column) for column in range(len(table.questions))]
        line: list[object] = [shown(row.path, folder)]
        for cell in cells:
            line += _values(cell)
        there = [cell for cell in cells if cell is not None and not cell.problem]
        problems = dict.fromkeys(cell.problem for cell in cells if cell is not None if cell.problem)
        line.append(max((cell.pages_read for cell in there), default=None))
        line.append(max((cell.page_count for cell in there), default=None))
        line.append(" ".join(problems) or None)
        rows.append(line)
    return rows


def shown(path: str, folder: Path | None) -> str:
    """Name a document from a folder when it lies in it."""
    if folder is None:
        return path
    return os.path.relpath(path, folder) if Path(path).is_relative_to(folder) else path


def _values(cell: Cell | None) -> list[object]:
    if cell is None or cell.problem:
        return [None, None, None, None]
    if not cell.found:
        return [cell.text, None, None, None]
    return [cell.text, _sure(cell), CHECKS[cell.evidence], cell.page + 1]


def _sure(cell: Cell) -> float | None:
    """Return how sure the model was, None when nobody knows."""
    return round(cell.confidence, 4) if cell.confidence >= 0 else None


def to_csv(table: Table, folder: Path | None, decimal: str = ".") -> bytes:
    """Return the table as CSV; `decimal` is of `spreadsheet.to_csv`."""
    return spreadsheet.to_csv(table_rows(table, folder), decimal).encode(spreadsheet.ENCODING)


def to_json(table: Table, folder: Path | None) -> bytes:
    """Return the table as a JSON list of documents with their answers."""
    documents = [
        {
            "document": shown(row.path, folder),
            "sha256": row.digest,
            "answers": [
                _record(question.text, table.cell(number, column))
                for column, question in enumerate(table.questions)
            ],
        }
        for number, row in enumerate(table.rows)
    ]
    return (json.dumps(documents, ensure_ascii=False, indent=2) + "\n").encode()


def _record(question: str, cell: Cell | None) -> dict[str, object]:
    if cell is None:
        return {"question": question, "answer": None}
    if cell.problem:
        return {"question": question, "answer": None, "problem": cell.problem}
    return {
        "question": question,
        "answer": cell.text,
        "found": cell.found,
        "confidence": _sure(cell),
        "evidence": cell.evidence,
        "page": cell.page + 1 if cell.found else None,
        "boxes": [[box.x0, box.y0, box.x1, box.y1] for box in cell.boxes],
        "pages_read": cell.pages_read,
        "pages": cell.page_count,
    }


def to_xlsx(table: Table, folder: Path | None) -> bytes:
    """Return the table as a spreadsheet; every text is a text, whatever it begins with.

    Amounts and days that were asked for are numbers and days there, see `vlm.cell_values`.
    """
    import xlsxwriter  # only when one is wanted

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    style = functools.cache(lambda form: book.add_format({"valign": "top", "num_format": form}))
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Answers")
    rows = table_rows(table, folder)
    for column, name in enumerate(rows[0]):
        sheet.set_column(column, column, _width(str(name), column, len(table.questions)))
        sheet.write_string(0, column, clean_text(str(name))[:LONGEST], head)
    for number, row in enumerate(rows[1:], start=1):
        for column, value in enumerate(row):
            match _read(value, column, table):
                case Amount() as read:
                    sheet.write_number(number, column, read.value, style(_form(read)))
                case date() as read:
                    sheet.write_datetime(number, column, _midnight(read), style(SHORT_DATE))
                case float(share):
                    sheet.write_number(number, column, share, style("0%"))
                case int(count):
                    sheet.write_number(number, column, count, style(GENERAL))
                case str(said):
                    sheet.write_string(number, column, clean_text(said)[:LONGEST], text)
                case _:
                    pass  # nothing is there
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows) - 1, len(rows[0]) - 1)
    book.close()
    return memory.getvalue()


def _read(value: object, column: int, table: Table) -> object:
    """Return an answer as what it says; other cells as they are."""
    question, part = divmod(column - 1, 4)
    if not isinstance(value, str) or part or not 0 <= question < len(table.questions):
        return value
    read = value_of(table.questions[question].text, value)
    return value if read is None else read


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _form(amount: Amount) -> str:
    """Return how a spreadsheet shows an amount: with its decimals and currency, as there."""
    number = "#,##0" + ("." + "0" * amount.decimals if amount.decimals else "")
    before = f'"{amount.before} "' if amount.before else ""
    after = f'" {amount.after}"' if amount.after else ""
    return f"{before}{number}{after}"


def _width(name: str, column: int, questions: int) -> float:
    if column == 0:
        return _WIDTHS["document"]
    if column > 4 * questions:
        return 48.0 if name == "problem" else _WIDTHS["page"]
    return _WIDTHS[("answer", "how sure", "check", "page")[(column - 1) % 4]]


FORMATS: dict[str, Callable[[Table, Path | None], bytes]] = {
    ".csv": to_csv,
    ".json": to_json,
    ".xlsx": to_xlsx,
}


def formats() -> Sequence[str]:
    """Return the endings of files that can be written."""
    return tuple(FORMATS)


def write(path: Path, table: Table, folder: Path | None = None, decimal: str = ".") -> None:
    """Write a table in the format of the file's ending, readable by its owner.

    Args:
        path: The file.
        table: What was asked and answered.
        folder: Documents are named from here; None for their whole paths.
        decimal: What stands before decimals in a CSV file, see `spreadsheet.to_csv`.

    Raises:
        KeyError: For an ending that is none of `formats`.
        OSError: When the file cannot be written; an old one is untouched.
    """
    ending = path.suffix.lower()
    content = FORMATS[ending](table, folder) if ending != ".csv" else to_csv(table, folder, decimal)
    whole_file.write(path, content)
