"""`vlm-desk batch`: the same questions to many documents, the table in a file or on stdout."""

from __future__ import annotations

import argparse
import getpass
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from vlm import amounts, batch_export, batch_passwords, paths, safety
from vlm.batch import Cell, Table, TimeLeft, cell_of, documents_in, question_for
from vlm.batch_engines import Alone, Asked, Crew, Engines
from vlm.batch_passwords import Passwords
from vlm.batch_store import NAME, BatchStore
from vlm.cards import Seat, seats
from vlm.cli import INCOMPLETE, INTERRUPTED, exit_code, model_folder
from vlm.engine import Engine
from vlm.errors import BatchUnusable, DeskError, DocumentMissing, EngineEnded, PasswordNeeded
from vlm.fingerprint import reader_fingerprint
from vlm.pages.client import PageClient
from vlm.protocol import (
    LAST_EVENTS,
    Answered,
    Cancelled,
    Failed,
    Load,
    Loaded,
    Progress,
    Unanswered,
)
from vlm.question_sets import questions_of
from vlm.system_refusals import reason

STOPPING = frozenset({"model_incomplete", "model_unsupported", "adapter_mismatch"})
"""Codes after which no other document would fare better."""

TRIES = 3
"""How often a person at the terminal is asked for a password that does not fit."""


class _Stop(Exception):  # noqa: N818 - it is no error, it unwinds the run
    """Unwinds the run; carries the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run(arguments: argparse.Namespace) -> int:
    """Ask everything that is missing and write the table; returns the exit code."""
    out = None if arguments.out is None else Path(arguments.out).absolute()
    if out is not None and (refusal := _refusal(out)):
        _say(refusal)
        return 2
    folder = Path(arguments.folder).absolute()
    try:
        questions = questions_of(arguments.questions)
        files = _documents(folder)
        model = model_folder(arguments.model)
        reader = reader_fingerprint(model, arguments.adapter, arguments.precision)
        passwords = _passwords(arguments.password_file, folder, files)
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
            places = seats(arguments.device, arguments.engines, safety.examine(model).weights)
            run = _Run(table, store, reader, len(places))
            run.ask(_engines(places, how, table), folder, passwords)
        _write(table, folder, out)
    except _Stop as stop:
        return stop.code
    except DeskError as error:
        _say(str(error))
        return exit_code(error.code)
    finally:
        store.close()
    return INCOMPLETE if table.problems else 0


def _refusal(out: Path) -> str:
    """Say why a table cannot be written, before hours of asking for it; "" when it can be tried."""
    if out.suffix.lower() not in batch_export.formats():
        return f"{out.name} names no format: end it with {', '.join(batch_export.formats())}."
    if not out.parent.is_dir():
        return f"There is no folder {out.parent} for the table. Make it, or name another file."
    return f"{out} is a folder. Name a file for the table." if out.is_dir() else ""


def _documents(folder: Path) -> tuple[Path, ...]:
    """Return the documents of a folder.

    Raises:
        DocumentMissing: If there are none, or no such folder.
    """
    if folder.is_file():
        raise DocumentMissing(f"{folder} is a file. Name the folder that it lies in.")
    if not folder.is_dir():
        raise DocumentMissing(f"There is no folder {folder}.")
    if found := documents_in(folder):
        return found
    raise DocumentMissing(f"There are no PDFs and no pictures in {folder}.")


def _engines(places: Sequence[Seat], how: Load, table: Table) -> Engines:
    """Return as many engines as there are places, but no more than documents to ask."""
    places = places[: max(1, sum(1 for _ in table.todo()))]
    if len(places) == 1:
        return Alone(Engine(PageClient()), how, threading.Event())
    _say(f"{len(places)} engines answer side by side.")
    return Crew(places, how)


def _passwords(named: str | None, folder: Path, files: Sequence[Path]) -> Passwords:
    if named is None:
        return Passwords()
    found = batch_passwords.read(Path(named), folder, files)
    if found.unknown:
        _say(f"{', '.join(found.unknown)}: no document has this name; its password is not used.")
    return found


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
    """Asks what is missing. Every answer goes through here, whichever engine gave it."""

    def __init__(self, table: Table, store: BatchStore, reader: str, engines: int) -> None:
        self._table = table
        self._store = store
        self._reader = reader
        self._left = TimeLeft(engines)
        self._loaded = False

    def ask(self, engines: Engines, folder: Path, passwords: Passwords) -> None:
        """Load the model and ask; passwords that are still missing are asked for on the terminal.

        Raises:
            _Stop: When not every document could be asked.
            BatchUnusable: When an answer cannot be kept.
        """
        try:
            for path, password in passwords.by_path.items():
                engines.unlock(path, password)
            self._pass(engines)
            for _ in range(TRIES):
                if not self._unlock(engines, folder):
                    return
                self._pass(engines)
        finally:
            engines.close()

    def _pass(self, engines: Engines) -> None:
        """Ask all documents that lack answers, once."""
        problem: Failed | None = None
        self._left.start(time.monotonic())
        for happening in engines.ask(self._table):
            match happening:
                case Loaded():
                    if not self._loaded:  # several say the same
                        _say(f"{happening.model.name}: {happening.model.reason}")
                    self._loaded = True
                    self._left.start(time.monotonic())
                case Failed():
                    self._line_end()
                    _say(happening.message)
                    problem = happening
                case Asked():
                    self._take(happening)
        self._line_end()
        if self._table.done < self._table.total:
            raise _Stop(exit_code(EngineEnded.code if problem is None else problem.code))

    def _unlock(self, engines: Engines, folder: Path) -> bool:
        """Ask a person at the terminal for passwords; tell whether there are documents to retry."""
        if not sys.stdin.isatty():
            return False
        any_new = False
        for row in self._table.locked:
            path = self._table.rows[row].path
            name = batch_export.shown(path, folder)
            typed = getpass.getpass(f"Password for {name} (Enter leaves it out): ", sys.stderr)
            if typed:
                engines.unlock(path, typed)
                self._table.retry(row)
                any_new = True
        return any_new

    def _take(self, asked: Asked) -> None:
        """Keep what has come of a document."""
        row, event = asked.row, asked.event
        match event:
            case Answered():
                self._keep(row, asked.columns[event.index], cell_of(event.answer))
            case Unanswered():
                self._keep(row, asked.columns[event.index], Cell(problem=event.message))
                self._note(row, event.code)
            case Failed():
                if event.code in STOPPING:
                    _say(event.message)
                    raise _Stop(exit_code(event.code))
                self._table.fail(row, event.message)
                self._note(row, event.code)
            case Cancelled():
                raise _Stop(INTERRUPTED)
            case Progress():
                self._tell(event.text)
            case _:
                pass
        if isinstance(event, LAST_EVENTS):
            self._say_problems(row, asked.columns)

    def _note(self, row: int, code: str) -> None:
        if code == PasswordNeeded.code:
            self._table.lock(row)

    def _say_problems(self, row: int, columns: tuple[int, ...]) -> None:
        cells = [self._table.cell(row, column) for column in columns]
        for problem in dict.fromkeys(cell.problem for cell in cells if cell is not None):
            if problem:
                self._line_end()
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

    def _line_end(self) -> None:
        if sys.stderr.isatty():
            _say("")

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
        _say(f"{out} cannot be written: {reason(error)}. The answers are kept; run it again.")
        raise _Stop(exit_code(BatchUnusable.code)) from error
    documents = "1 document" if len(table.rows) == 1 else f"{len(table.rows):,} documents"
    _say(f"Wrote {documents} to {out}.")
    if table.problems:
        some = "1 document" if table.problems == 1 else f"{table.problems:,} documents"
        _say(f"{some} could not be answered in full; the last column says why.")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
