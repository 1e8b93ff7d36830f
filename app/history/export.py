"""The history as CSV, JSON and Markdown, safe to open elsewhere.

A spreadsheet runs a cell that starts like a formula, and a Markdown viewer follows what looks like
a link; text from documents and models must do neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from app import figures, safe_file
from app.ask.words import made_by
from app.history.entry import Entry
from vlm import spreadsheet

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&$^:/@])")

COLUMNS = (
    "when",
    "document",
    "page",
    "box",
    "question",
    "answer",
    "confidence",
    "evidence",
    "stop",
    "model",
    "adapter",
    "seconds",
    "verdict",
    "correction",
    "sha256",
    "pages_read",
    "pages_not_read",
)


def record(entry: Entry) -> dict[str, object]:
    """Return an entry as plain columns; pages count from 1 as people do."""
    question, answer = entry.question, entry.answer
    box, read = question.box, answer.read
    verdict = {None: "", True: "right", False: "wrong"}[entry.verdict]
    values: tuple[object, ...] = (
        entry.when.isoformat(timespec="seconds"),
        question.page.path,
        question.page.page + 1,
        [round(value, 5) for value in (box.x0, box.y0, box.x1, box.y1)] if box else None,
        question.text,
        answer.text,
        round(answer.confidence, 4) if answer.confidence >= 0 else "",
        answer.evidence.kind,
        answer.stop,
        answer.model,
        answer.adapter,
        round(answer.timings.total, 3),
        verdict,
        entry.correction,
        entry.fingerprint,
        " ".join(str(page.page + 1) for page in read.pages) if read else "",
        read.unread if read else 0,
    )
    return dict(zip(COLUMNS, values, strict=True))


def to_csv(entries: Sequence[Entry]) -> str:
    """Return all entries as CSV with a header line, for the spreadsheets of this country.

    Times are those of here in the one form that every spreadsheet takes for a time.
    """
    rows: list[Sequence[object]] = [COLUMNS]
    for entry in entries:
        row = record(entry)
        box = row["box"]
        row["when"] = entry.when.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        row["box"] = " ".join(map(str, box)) if isinstance(box, list) else ""
        rows.append(tuple(row.values()))
    return spreadsheet.to_csv(rows, figures.decimal_mark())


def to_json(entries: Sequence[Entry]) -> str:
    """Return all entries as a JSON list."""
    return json.dumps([record(entry) for entry in entries], ensure_ascii=False, indent=2) + "\n"


def plain_markdown(text: str) -> str:
    """Return text that a Markdown viewer shows as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def to_markdown(entries: Sequence[Entry]) -> str:
    """Return all entries as one Markdown section each."""
    parts = ["# Questions and answers\n"]
    for entry in entries:
        row = record(entry)
        where = f"{plain_markdown(entry.file_name)}, page {row['page']}"
        verdict = f", marked {row['verdict']}" if row["verdict"] else ""
        right = plain_markdown(entry.correction)
        lines = (
            f"## {plain_markdown(entry.question.text)}",
            plain_markdown(entry.answer.text) or "(no answer)",
            f"Corrected to: {right}" if right else "",
            f"*{where}; {plain_markdown(figures.moment(entry.when))}; "
            f"{plain_markdown(made_by(entry.answer))}{verdict}*",
        )
        parts.append("\n\n".join(line for line in lines if line) + "\n")
    return "\n".join(parts)


FORMATS: dict[str, Callable[[Sequence[Entry]], str]] = {
    ".csv": to_csv,
    ".json": to_json,
    ".md": to_markdown,
}


def write(path: Path, entries: Sequence[Entry]) -> None:
    """Write all entries to a file in the format of its name's ending, readable by its owner.

    Raises:
        KeyError: For an ending that is none of `FORMATS`.
        OSError: When the file cannot be written.
    """
    text = FORMATS[path.suffix.lower()](entries)
    encoding = spreadsheet.ENCODING if path.suffix.lower() == ".csv" else "utf-8"
    safe_file.write(path, text.encode(encoding))
