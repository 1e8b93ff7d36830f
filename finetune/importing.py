"""Reads lists of questions and answers that others made: JSONL, CSV, ShareGPT or LLaVA JSON.

Every row becomes a `Row` or a `RowProblem`. Knows no pixels and no database.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from finetune.errors import ListUnreadable
from finetune.types import ExampleKind, Row, RowProblem
from vlm.clean_text import clean_text
from vlm.system_refusals import reason
from vlm.types import Box, PageRef

LARGEST_LIST = 256 * 1024 * 1024
"""Bytes; longer lists are refused."""
MOST_PAGES = 1_000_000
"""What counts further is no page number."""
LONGEST_SHOWN = 80
"""Characters of a list's own words that a sentence repeats."""
_KINDS: tuple[ExampleKind, ...] = ("correction", "right", "label", "imported", "negative")


class _BadRow(Exception):
    """Carries the sentence of a `RowProblem`."""


def read(file: Path) -> Iterator[Row | RowProblem]:
    """Yield the rows of a list, whichever of the known forms it has, in its order.

    ``.jsonl``: one object a line with ``file`` (or ``file_name``), ``question``, ``answers`` (or
    ``answer``), and optionally ``page`` (from 0), ``box`` (four fractions), ``id``, ``document``,
    ``page_hash``; or one conversation about an image a line. ``.csv``: columns ``file``,
    ``question``, ``answer``, optionally ``page`` (from 1) and ``x0, y0, x1, y1``; or ``file`` and
    one column for each question, asked as "What is the COLUMN?". ``.json``: a list of either kind
    of object. A folder: the one ``.csv``, ``.jsonl`` or ``.json`` in it.

    Raises:
        ListUnreadable: When the list as a whole cannot be read.
    """
    if file.is_dir():
        file = _only_list(file)
    reader = {".jsonl": _jsonl, ".csv": _csv, ".json": _json}.get(file.suffix.lower())
    if reader is None:
        raise ListUnreadable(f"{file.name} is no list that can be read: use .jsonl, .csv or .json.")
    text = _text(file)
    return reader(file, text)


def _only_list(folder: Path) -> Path:
    lists = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jsonl", ".csv", ".json"))
    if len(lists) != 1:
        found = ", ".join(path.name for path in lists) or "none"
        raise ListUnreadable(
            f"The folder {folder.name} should hold one list (.csv, .jsonl or .json); found {found}."
        )
    return lists[0]


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_LIST:
            raise ListUnreadable(f"{file.name} is larger than {LARGEST_LIST >> 20} MB.")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ListUnreadable(f"{file.name} cannot be read: {reason(error)}.") from error
    except UnicodeDecodeError as error:
        raise ListUnreadable(f"{file.name} is not saved as UTF-8; save it as UTF-8.") from error


def _jsonl(file: Path, text: str) -> Iterator[Row | RowProblem]:
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            fields = _object(written)
        except _BadRow as problem:
            yield RowProblem(line, str(problem))
        else:
            yield from _entry(file, line, fields)


def _json(file: Path, text: str) -> Iterator[Row | RowProblem]:
    try:
        records: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ListUnreadable(f"{file.name} is not JSON: {error}") from error
    if not isinstance(records, list):
        raise ListUnreadable(f"{file.name} should be a list of conversations or rows in [ ].")
    return _entries(file, cast(list[object], records))


def _entries(file: Path, records: list[object]) -> Iterator[Row | RowProblem]:
    for number, record in enumerate(records, start=1):
        if isinstance(record, dict):
            yield from _entry(file, number, cast(dict[str, object], record))
        else:
            yield RowProblem(number, "This entry is not an object in { }.")


def _entry(file: Path, line: int, fields: dict[str, object]) -> Iterator[Row | RowProblem]:
    """Yield the row of an object, or those of the conversation that it is; or why there is none."""
    asks = "question" in fields or not {"conversations", "messages", "image"} & fields.keys()
    try:
        rows = [_row(file, line, fields)] if asks else _conversation(file, line, fields)
    except _BadRow as problem:
        yield RowProblem(line, str(problem))
    else:
        yield from rows


def _object(written: str) -> dict[str, object]:
    try:
        value: object = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise _BadRow("This line is not JSON.") from error
    if not isinstance(value, dict):
        raise _BadRow("This line is not an object in { }.")
    return cast(dict[str, object], value)


def _row(file: Path, line: int, fields: dict[str, object]) -> Row:
    answers = fields.get("answers", fields.get("answer"))
    kind = fields.get("kind", "imported")
    named = fields.get("file", fields.get("file_name"))
    return Row(
        line,
        PageRef(_document(file, named), _page(fields.get("page", 0), first=0)),
        _filled(fields.get("question"), "question"),
        _answers(answers),
        _box(fields.get("box")),
        clean_text(str(fields.get("id", ""))),
        _hash(fields.get("document")),
        kind if kind in _KINDS else "imported",
        _hash(fields.get("page_hash")),
    )


def _csv(file: Path, text: str) -> Iterator[Row | RowProblem]:
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=_dialect(text), strict=True)
    try:
        columns = [column.strip() for column in reader.fieldnames or ()]
    except csv.Error as error:
        raise ListUnreadable(f"The first line of {file.name} cannot be read: {error}.") from error
    reader.fieldnames = columns
    if "file" not in columns:
        raise ListUnreadable(f"{file.name} has no column named “file”.")
    place = {"file", "page", "x0", "y0", "x1", "y1"}
    asked = None if "question" in columns else [c for c in columns if c and c not in place]
    if asked is None and "answer" not in columns:
        raise ListUnreadable(f"{file.name} has a column “question” but none named “answer”.")
    return _csv_rows(file, reader, asked)


def _csv_rows(
    file: Path, reader: csv.DictReader[str], asked: list[str] | None
) -> Iterator[Row | RowProblem]:
    try:
        for cells in reader:
            line = reader.line_num
            if None in cells:
                yield RowProblem(line, "This row has more cells than the first line has names.")
            elif asked is None:
                yield _csv_row(file, line, cells, cells["question"], cells["answer"])
            else:
                for column in asked:
                    if (cells[column] or "").strip():
                        question = f"What is the {column}?"
                        yield _csv_row(file, line, cells, question, cells[column])
    except csv.Error as error:
        yield RowProblem(
            reader.line_num, f"This row cannot be read ({error}); the rest is left out."
        )


def _csv_row(
    file: Path, line: int, cells: dict[str, str], question: str, answer: str
) -> Row | RowProblem:
    corners = [(cells.get(name) or "").strip() for name in ("x0", "y0", "x1", "y1")]
    try:
        box = _box([_number(corner) for corner in corners]) if any(corners) else None
        page = _page((cells.get("page") or "1").strip(), first=1)
        document = _document(file, (cells["file"] or "").strip())
        return Row(
            line, PageRef(document, page), _filled(question, "question"), _answers(answer), box
        )
    except _BadRow as problem:
        return RowProblem(line, str(problem))


def _dialect(text: str) -> type[csv.Dialect] | str:
    first = text.split("\n", 1)[0]
    counts = {mark: first.count(mark) for mark in ",;\t"}
    mark = max(counts, key=lambda m: counts[m])

    class Written(csv.excel):
        delimiter = mark if counts[mark] else ","

    return Written


def _conversation(file: Path, line: int, fields: dict[str, object]) -> list[Row]:
    page = PageRef(_document(file, _one_image(fields)), 0)
    pairs = list(_pairs(_turns(fields)))
    if not pairs:
        raise _BadRow("This conversation has no question followed by an answer.")
    name = clean_text(str(fields.get("id", "")))
    names = [f"{name}-{index}" if name and len(pairs) > 1 else name for index in range(len(pairs))]
    return [
        Row(line, page, question, (answer,), None, turn_id)
        for turn_id, (question, answer) in zip(names, pairs, strict=True)
    ]


def _one_image(fields: dict[str, object]) -> object:
    image = fields.get("image", fields.get("images", fields.get("file")))
    if "video" in fields or "videos" in fields:
        raise _BadRow("This conversation is about a video.")
    if isinstance(image, list):
        images = cast(list[object], image)
        if len(images) != 1:
            raise _BadRow(f"This conversation has {len(images)} images; one is needed.")
        return images[0]
    return image


def _turns(fields: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield who speaks and what, from either spelling of the form."""
    turns = fields.get("conversations", fields.get("messages"))
    if not isinstance(turns, list):
        raise _BadRow("This entry has neither “conversations” nor “messages”.")
    for turn in cast(list[object], turns):
        if not isinstance(turn, dict):
            raise _BadRow("A turn of this conversation is not an object in { }.")
        said = cast(dict[str, object], turn)
        who, what = said.get("from", said.get("role")), said.get("value", said.get("content"))
        if isinstance(what, list):
            what = _joined(cast(list[object], what))
        if not isinstance(who, str) or not isinstance(what, str):
            raise _BadRow("A turn of this conversation lacks a speaker or a text.")
        yield who.lower(), clean_text(what.replace("<image>", " ")).strip()


def _joined(parts: list[object]) -> str | None:
    """Return the text of a turn that is written in parts; None when a part is neither."""
    texts: list[str] = []
    for part in parts:
        fields = cast(dict[str, object], part) if isinstance(part, dict) else {}
        text = fields.get("text")
        if fields.get("type") == "text" and isinstance(text, str):
            texts.append(text)
        elif fields.get("type") != "image":
            return None
    return "\n".join(texts)


def _pairs(turns: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    question = ""
    for who, what in turns:
        if who in ("human", "user"):
            question = what
        elif who in ("gpt", "assistant", "model") and question and what:
            yield question, what
            question = ""


def _document(file: Path, named: object) -> str:
    """Find a document beside the list, or beside its folder."""
    if not isinstance(named, str) or not named.strip() or "\0" in named:
        raise _BadRow("This row does not name a file.")
    for written in (named, named.replace("\\", "/")):  # lists made on Windows
        for root in (file.parent, file.parent.parent):
            path = root / written
            if _is_file(path):
                return str(path.resolve())
    raise _BadRow(f"There is no file “{_short(named)}” in the folder of the list.")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for any file
        return False


def _short(written: object) -> str:
    """Return what a list says as a sentence may show it."""
    text = clean_text(str(written))
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _page(written: object, first: int) -> int:
    if isinstance(written, str) and written.isdecimal() and len(written) <= len(str(MOST_PAGES)):
        written = int(written)
    number = written if isinstance(written, int) and not isinstance(written, bool) else -1
    if not first <= number <= MOST_PAGES:
        raise _BadRow(f"“{_short(written)}” is no page number; pages count from {first}.")
    return number - first


def _answers(written: object) -> tuple[str, ...]:
    texts = cast(list[object], written) if isinstance(written, list) else [written]
    if not texts:
        raise _BadRow("This row has no answer.")
    return tuple(_filled(text, "answer") for text in texts)


def _filled(written: object, name: str) -> str:
    if isinstance(written, int | float) and not isinstance(written, bool):
        written = str(written)
    text = clean_text(written).strip() if isinstance(written, str) else ""
    if not text:
        raise _BadRow(f"This row has no {name}.")
    return text


def _box(written: object) -> Box | None:
    if written is None:
        return None
    corners = cast(list[object], written) if isinstance(written, list) else []
    try:
        x0, y0, x1, y1 = (float(cast(float, corner)) for corner in corners)
        return Box(x0, y0, x1, y1)
    except (TypeError, ValueError, OverflowError) as error:
        raise _BadRow(
            "The box is not four fractions of the page between 0 and 1: left, top, right, bottom."
        ) from error


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError as error:
        raise _BadRow(f"“{_short(written)}” is no number.") from error


def _hash(written: object) -> str:
    text = written.lower() if isinstance(written, str) else ""
    return text if len(text) == 64 and set(text) <= set("0123456789abcdef") else ""
