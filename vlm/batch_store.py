"""The answers of batches on disk, each as soon as it is there: a batch goes on where it was ended.

One SQLite file, the only module that knows its SQL. Answers are found by what they belong to, so
that a moved document keeps them and a changed one does not.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from vlm import database
from vlm.batch import Cell, Row, read_row
from vlm.errors import BatchUnusable
from vlm.pages.files import as_text
from vlm.system_refusals import reason

NAME = "batches.sqlite3"


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE cell (document TEXT NOT NULL, reader TEXT NOT NULL, question TEXT NOT NULL, "
        "content TEXT NOT NULL, made_at REAL NOT NULL, PRIMARY KEY (document, reader, question)) "
        "WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE file (path TEXT NOT NULL PRIMARY KEY, changed_ns INTEGER NOT NULL, "
        "size INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID"
    )


MIGRATIONS: tuple[database.Migration, ...] = (_create,)


class BatchStore:
    """An open file of answers. Use it from one thread at a time.

    Args:
        path: The file; made with mode 0600 when it is missing.

    Raises:
        BatchUnusable: When the file is newer than this program, damaged, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = database.connect(path, MIGRATIONS)
        except database.NewerFile as error:
            raise BatchUnusable(
                "The answers of batches were written by a newer VLM Desk. Update the program."
            ) from error
        except (OSError, sqlite3.OperationalError) as error:
            why = reason(error)
            raise BatchUnusable(f"The answers of batches cannot be opened: {why}.") from error
        except sqlite3.Error as error:
            raise _damaged(path, error) from error
        self._path = path

    def row(self, path: Path) -> Row:
        """Fingerprint a document, from what is remembered when the file has not changed."""
        try:
            stat = path.stat()
        except OSError:
            return read_row(path)
        if as_text(path) != os.fspath(path):
            return read_row(path)
        known = self._do(
            "SELECT digest FROM file WHERE path = ? AND changed_ns = ? AND size = ?",
            (str(path), stat.st_mtime_ns, stat.st_size),
        )
        if known:
            return Row(str(path), str(known[0][0]))
        row = read_row(path)
        if not row.problem:
            self._do(
                "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
                (str(path), stat.st_mtime_ns, stat.st_size, row.digest),
            )
        return row

    def cells(self, document: str, reader: str, questions: Sequence[str]) -> dict[str, Cell]:
        """Return the answers there are, by question; without those that a newer program wrote.

        Args:
            document: Its digest.
            reader: The fingerprint of the model with its adapter.
            questions: Keys of `vlm.batch.question_key`.
        """
        rows = self._do(
            "SELECT question, content FROM cell WHERE document = ? AND reader = ?",
            (document, reader),
        )
        wanted, found = set(questions), dict[str, Cell]()
        for question, content in rows:
            if question in wanted:
                with contextlib.suppress(msgspec.DecodeError, TypeError):  # it is asked again
                    found[str(question)] = msgspec.json.decode(content, type=Cell)
        return found

    def put(self, document: str, reader: str, question: str, cell: Cell) -> None:
        """Keep an answer; one that could not be given is not kept, it is asked again next time."""
        if cell.problem:
            return
        content = msgspec.json.encode(cell).decode()
        self._do(
            "INSERT OR REPLACE INTO cell VALUES (?, ?, ?, ?, ?)",
            (document, reader, question, content, time.time()),
        )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _do(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()  # each row may be damaged
        except sqlite3.OperationalError as error:
            raise BatchUnusable(f"An answer could not be kept: {reason(error)}.") from error
        except sqlite3.Error as error:
            raise _damaged(self._path, error) from error


def _damaged(path: Path, error: sqlite3.Error) -> BatchUnusable:
    return BatchUnusable(
        f"The answers of batches in {path} cannot be used: {error}. Remove the file to begin anew."
    )
