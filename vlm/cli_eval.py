"""`vlm-desk eval`: ask every row of a file and score the answers."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from vlm import scoring
from vlm.cli import exit_code, model_folder
from vlm.engine import Engine
from vlm.errors import QuestionUnanswerable
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Failed, Load, Loaded
from vlm.spellings import accepted
from vlm.system_refusals import reason
from vlm.types import Box, ModelInfo, PageRef, Question

MOST_NEW_TOKENS = 128


class Row(msgspec.Struct, frozen=True):
    """A question with its right answers; other fields of a row are allowed and ignored.

    `file` is relative to the folder of the rows or to the folder above; `page` counts from 0;
    `box` is the part asked about: left, top, right, bottom as fractions of the page.
    """

    id: str | int
    file: str
    question: str
    answers: list[str]
    page: int = 0
    box: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.box is not None:
            Box(*self.box)


@dataclass(frozen=True, slots=True)
class Scored:
    """A row's outcome. `error` is "" when there was an answer."""

    id: str | int
    question: str
    answers: list[str]
    answer: str
    anls: float
    exact: bool
    error: str = ""


def read_rows(path: Path, limit: int | None = None) -> list[Row]:
    """Read the rows of a file.

    Raises:
        ValueError: With the number of the first line that is no such row.
        OSError: If the file cannot be read.
    """
    rows: list[Row] = []
    # Not `splitlines`: an answer may hold characters that it takes for the end of a line.
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        if limit is not None and len(rows) == limit:
            break
        try:
            row = msgspec.json.decode(line, type=Row)
        except msgspec.DecodeError as error:
            raise ValueError(f"line {number}: {error}") from error
        if not row.answers:
            raise ValueError(f"line {number}: there are no answers")
        rows.append(row)
    if not rows:
        raise ValueError("there are no rows")
    return rows


def locate(row: Row, rows_path: Path) -> Path:
    """Find a row's file beside the rows or from the folder above."""
    beside = rows_path.parent / row.file
    return beside if beside.exists() else rows_path.parent.parent / row.file


def run(arguments: argparse.Namespace) -> int:
    """Ask and score all rows; returns the exit code."""
    path, folder = Path(arguments.rows), model_folder(arguments.model)
    try:
        rows = read_rows(path, arguments.limit)
    except (OSError, ValueError) as error:
        print(f"{path} cannot be used: {reason(error)}.", file=sys.stderr)
        return exit_code(QuestionUnanswerable.code)
    engine = Engine(PageClient())
    try:
        load = Load(
            0, str(folder), arguments.adapter, arguments.device, precision=arguments.precision
        )
        reader: ModelInfo | None = None
        for event in engine.load(load, threading.Event()):
            if isinstance(event, Failed):
                print(event.message, file=sys.stderr)
                return exit_code(event.code)
            if isinstance(event, Loaded):
                reader = event.model
        scored: list[Scored] = []
        for row in _ask_all(engine, rows, path):
            scored.append(row)
            print(f"{len(scored)} of {len(rows)}", end="\r", file=sys.stderr)
    finally:
        engine.close()
    _print(scored, reader, arguments.json)
    return 0


def _ask_all(engine: Engine, rows: list[Row], path: Path) -> Iterator[Scored]:
    for job, row in enumerate(rows, 1):
        page = PageRef(str(locate(row, path).absolute()), row.page)
        box = Box(*row.box) if row.box is not None else None
        question = Question(row.question, page, box, max_new_tokens=MOST_NEW_TOKENS)
        answer, error = "", ""
        for event in engine.ask(Ask(job, question), threading.Event()):
            if isinstance(event, Done):
                answer = event.answer.text
            elif isinstance(event, Failed):
                error = event.message
        right = accepted(answer, row.answers)
        yield Scored(
            row.id,
            row.question,
            row.answers,
            answer,
            0.0 if error else scoring.anls(answer, right),
            not error and scoring.exact(answer, right),
            error,
        )


def _print(scored: list[Scored], reader: ModelInfo | None, as_json: bool) -> None:
    anls = scoring.mean([row.anls for row in scored])
    exact = scoring.mean([float(row.exact) for row in scored])
    if as_json:
        report = {
            "model": reader.name if reader else "",
            "adapter": reader.adapter if reader else None,
            "rows": len(scored),
            "anls": asdict(anls),
            "exact": asdict(exact),
            "wrong": [asdict(row) for row in scored if not row.exact],
        }
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return
    adapter = f" + {reader.adapter}" if reader and reader.adapter else ""
    rows = "1 row" if len(scored) == 1 else f"{len(scored)} rows"
    print(f"{rows}, read by {reader.name if reader else '?'}{adapter}")
    print(f"ANLS         {anls.value:.3f}  (95 % between {anls.low:.3f} and {anls.high:.3f})")
    print(f"exact match  {exact.value:.3f}  (95 % between {exact.low:.3f} and {exact.high:.3f})")
    for row in scored:
        if not row.exact:
            got = row.error or json.dumps(row.answer, ensure_ascii=False)
            right = " or ".join(json.dumps(one, ensure_ascii=False) for one in row.answers)
            print(f"{row.id}: {row.question}\n    {got}, right is {right}")
