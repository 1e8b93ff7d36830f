"""The long work behind a batch, as generators that run off the window's thread, one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from app import figures
from app.batch.choice import Choice
from app.kept import Kept
from app.task import CancelToken, Work
from vlm import batch_export, paths
from vlm.batch import Cell, Row, Table, documents_in, question_for
from vlm.batch_store import NAME, BatchStore
from vlm.fingerprint import reader_fingerprint
from vlm.types import ModelInfo, Precision

AT_ONCE = 8
"""Documents looked at between two reports."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch asks.

    Attributes:
        folder: Where the documents are; None for `files`.
        files: The documents, when they are not those of a folder.
        questions: What is asked of each.
        model: Who reads.
        splitting: See `Question`.
        max_new_tokens: See `Question`.
        precision: How exactly further engines compute.
    """

    folder: Path | None
    files: tuple[str, ...]
    questions: tuple[str, ...]
    model: ModelInfo
    splitting: bool = True
    max_new_tokens: int = 256
    precision: Precision = "automatic"


@dataclass(frozen=True, slots=True)
class Looking:
    """How many documents have been looked at."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A plan's table with the answers there are; `reader` is the model's fingerprint."""

    plan: Plan
    table: Table
    reader: str


class Answers:
    """The kept answers, opened when they are first needed; used on one lane only."""

    def __init__(self) -> None:
        self._store: BatchStore | None = None

    def opened(self) -> BatchStore:
        """Return the open file.

        Raises:
            BatchUnusable: When it cannot be opened.
        """
        if self._store is None:
            self._store = BatchStore(paths.data_dir() / NAME)
        return self._store

    def close(self) -> None:
        """Close the file."""
        if self._store is not None:
            self._store.close()
            self._store = None


def look(answers: Answers, plan: Plan) -> Work:
    """Fingerprint the documents and look up what has been answered; ends with `Looked`."""

    def steps(token: CancelToken) -> Generator[Looking | Looked, None, None]:
        files = documents_in(plan.folder) if plan.folder else tuple(map(Path, plan.files))
        yield Looking(0, len(files))
        store = answers.opened()
        rows: list[Row] = []
        for file in files:
            rows.append(store.row(file))
            if len(rows) % AT_ONCE == 0:
                yield Looking(len(rows), len(files))
        settings = (plan.splitting, plan.max_new_tokens)
        table = Table(rows, [question_for("", text, *settings) for text in plan.questions])
        reader = _reader(plan.model, plan.precision)
        for number, row in enumerate(rows):
            known = {} if row.problem else store.cells(row.digest, reader, table.keys)
            for column, key in enumerate(table.keys):
                if key in known:
                    table.put_known(number, column, known[key])
        yield Looked(plan, table, reader)

    return steps


def keep(answers: Answers, row: Row, reader: str, key: str, cell: Cell) -> Work:
    """Keep an answer."""

    def steps(token: CancelToken) -> Generator[None, None, None]:
        answers.opened().put(row.digest, reader, key, cell)
        yield None

    return steps


def remember(kept: Kept[Choice], choice: Choice | None) -> Work:
    """Keep what was chosen for the next time, or keep nothing."""

    def steps(token: CancelToken) -> Generator[None, None, None]:
        kept.save(choice)
        yield None

    return steps


def export(file: Path, table: Table, folder: Path | None) -> Work:
    """Write a table; yields the file."""

    def steps(token: CancelToken) -> Generator[Path, None, None]:
        batch_export.write(file, table, folder, figures.decimal_mark())
        yield file

    return steps


def _reader(model: ModelInfo, precision: Precision) -> str:
    if not model.folder:  # a server, of which only the name is known
        return hashlib.sha256(f"{model.name} {model.reason}".encode()).hexdigest()
    return reader_fingerprint(Path(model.folder), model.adapter, precision)
