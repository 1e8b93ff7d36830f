"""`vlm-desk batch`: the same questions to many documents, the table in a file or on stdout."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path

from vlm import amounts, batch_export, paths
from vlm.batch import Cell, Table, TimeLeft, cell_of, documents_in, question_for
from vlm.batch_store import NAME, BatchStore
from vlm.cli import INCOMPLETE, INTERRUPTED, exit_code, model_folder
from vlm.engine import Engine
from vlm.errors import BatchUnusable, DeskError, DocumentMissing
from vlm.fingerprint import reader_fingerprint
from vlm.pages.client import PageClient
from vlm.protocol import Answered, AskAll, Cancelled, Failed, Load, Loaded, Progress, Unanswered
from vlm.question_sets import questions_of

STOPPING = frozenset({"model_incomplete", "model_unsupported", "adapter_mismatch"})
"""Codes after which no other document would fare better."""


class _Stop(Exception):  # noqa: N818 - it is no error, it unwinds the run
    """Unwinds the run; carries the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run(arguments: argparse.Namespace) -> int:
    """Ask everything that is missing and write the table; returns the exit code."""
    out = None if arguments.out is None else Path(arguments.out)
    if out is not None and out.suffix.lower() not in batch_export.formats():
        _say(f"{out.name} names no format: end it with {', '.join(batch_export.formats())}.")
        return 2
    folder = Path(arguments.folder).absolute()
    try:
        questions = questions_of(arguments.questions)
        files = documents_in(folder)
        if not files:
            raise DocumentMissing(f"There are no PDFs and no pictures in {folder}.")
        model = model_folder(arguments.model)
        reader = reader_fingerprint(model, arguments.adapter)
        store = BatchStore(paths.data_dir() / NAME)
    except DeskError as error:
        _say(str(error))
        return exit_code(error.code)
    try:
        rows = [store.row(file) for file in files]
        table = Table(rows, [question_for("", text) for text in questions])
        if not arguments.again:
            _recall(table, store, reader)
        if table.done < table.total:
            how = Load(
                0, str(model), arguments.adapter, arguments.device, precision=arguments.precision
            )
            _Run(table, store, reader).ask(how)
        _write(table, folder, out)
    except _Stop as stop:
        return stop.code
    except BatchUnusable as error:
        _say(str(error))
        return exit_code(error.code)
    finally:
        store.close()
    return INCOMPLETE if table.problems else 0


def _recall(table: Table, store: BatchStore, reader: str) -> None:
    """Put the answers of earlier runs into the table."""
    for number, row in enumerate(table.rows):
        known = store.cells(row.digest, reader, table.keys)
        for column, key in enumerate(table.keys):
            if key in known and not row.problem:
                table.put_known(number, column, known[key])
    if table.known:
        _say(f"{table.known:,} of {table.total:,} answers are there from before.")


class _Run:
    """Asks what is missing, document by document."""

    def __init__(self, table: Table, store: BatchStore, reader: str) -> None:
        self._table = table
        self._store = store
        self._reader = reader
        self._left = TimeLeft()
        self._cancel = threading.Event()

    def ask(self, how: Load) -> None:
        """Load the model and ask.

        Raises:
            _Stop: When no document could be asked.
            BatchUnusable: When an answer cannot be kept.
        """
        engine = Engine(PageClient())
        try:
            for event in engine.load(how, self._cancel):
                if isinstance(event, Failed):
                    _say(event.message)
                    raise _Stop(exit_code(event.code))
                if isinstance(event, Loaded):
                    _say(f"{event.model.name}: {event.model.reason}")
            self._left.start(time.monotonic())
            for job, row in enumerate(tuple(self._table.todo()), 1):
                self._ask_row(engine, job, row)
        finally:
            engine.close()
            if sys.stderr.isatty():
                _say("")

    def _ask_row(self, engine: Engine, job: int, row: int) -> None:
        columns = self._table.missing(row)
        questions = tuple(self._table.question(row, column) for column in columns)
        for event in engine.ask_all(AskAll(job, questions), self._cancel):
            match event:
                case Answered():
                    self._keep(row, columns[event.index], cell_of(event.answer))
                case Unanswered():
                    self._keep(row, columns[event.index], Cell(problem=event.message))
                case Failed():
                    if event.code in STOPPING:
                        _say(event.message)
                        raise _Stop(exit_code(event.code))
                    self._table.fail(row, event.message)
                case Cancelled():
                    raise _Stop(INTERRUPTED)
                case Progress():
                    self._tell(event.text)
                case _:
                    continue
        cells = [self._table.cell(row, column) for column in columns]
        for problem in dict.fromkeys(cell.problem for cell in cells if cell is not None):
            if problem:
                _say(f"{Path(self._table.rows[row].path).name}: {problem}")

    def _keep(self, row: int, column: int, cell: Cell) -> None:
        self._table.put(row, column, cell)
        document = self._table.rows[row].digest
        self._store.put(document, self._reader, self._table.keys[column], cell)
        self._left.note(time.monotonic())
        self._tell("")
        if not sys.stderr.isatty():
            _say(self._progress())

    def _tell(self, doing: str) -> None:
        """Rewrite the terminal's last line."""
        if sys.stderr.isatty():
            line = self._progress() + (f" · {doing}" if doing else "")
            print(f"\r\x1b[2K{line[:100]}", end="", file=sys.stderr, flush=True)

    def _progress(self) -> str:
        left = self._left.seconds(self._table.total - self._table.done)
        said = f"{self._table.done:,} of {self._table.total:,} answers"
        return said if left is None else f"{said} · {amounts.duration(left)} left"


def _write(table: Table, folder: Path, out: Path | None) -> None:
    if out is None:
        text = batch_export.to_csv(table, folder).decode("utf-8-sig")
        sys.stdout.write(text.replace("\r\n", "\n"))
        return
    try:
        batch_export.write(out, table, folder)
    except OSError as error:
        _say(f"{out} cannot be written: {error.strerror}. The answers are kept; run it again.")
        raise _Stop(exit_code(BatchUnusable.code)) from error
    documents = "1 document" if len(table.rows) == 1 else f"{len(table.rows):,} documents"
    _say(f"Wrote {documents} to {out}.")
    if table.problems:
        some = "1 document" if table.problems == 1 else f"{table.problems:,} documents"
        _say(f"{some} could not be answered in full; the last column says why.")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
