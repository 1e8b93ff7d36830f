"""What our models have read on scanned pages, kept on disk so that no page is read twice.

Keyed by the page's pixels and the model; a small SQLite file in the cache folder, readable by its
owner only. What can be made again is not worth a repair: a damaged file is begun anew.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

MOST = 20_000
"""Pages that are kept; the ones not used for longest go first."""

_TABLE = (
    "CREATE TABLE IF NOT EXISTS reading (digest BLOB NOT NULL, model TEXT NOT NULL, "
    "text TEXT NOT NULL, used_at REAL NOT NULL, PRIMARY KEY (digest, model)) WITHOUT ROWID"
)


class Readings:
    """The file, opened when it is first needed. Use it from one thread at a time.

    A file that cannot be written costs only time: pages are then read again.

    Args:
        path: The file; None to keep what is read in memory only.
        most: How many pages are kept.
    """

    def __init__(self, path: Path | None, most: int = MOST) -> None:
        self.path = path
        self._most = most
        self._opened: sqlite3.Connection | None = None

    def get(self, digest: bytes, model: str) -> str | None:
        """Return what a model read on a page of these pixels, None when it has not."""
        return self._tried(lambda connection: _found(connection, digest, model))

    def put(self, digest: bytes, model: str, text: str) -> None:
        """Keep what a model read."""
        self._tried(lambda connection: _keep(connection, (digest, model, text), self._most))

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _tried(self, step: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do something with the file; None where that cannot be done: the page is read again."""
        try:
            try:
                return step(self._connection())
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged
                self.close()
                if self.path is not None:
                    remove(self.path)
                return step(self._connection())
        except sqlite3.DatabaseError:
            return None  # busy, full, or not ours to write or to remove

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> sqlite3.Connection:
        name = ":memory:"
        if self.path is not None:
            name = str(self.path)
            try:
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise sqlite3.OperationalError(str(error)) from error
        connection = sqlite3.connect(name, timeout=2, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection


def remove(path: Path) -> None:
    """Remove a file of readings and its journal, if they are there and can be."""
    for file in (path, path.with_name(f"{path.name}-journal")):
        with contextlib.suppress(OSError):
            file.unlink()


def _found(connection: sqlite3.Connection, digest: bytes, model: str) -> str | None:
    row = connection.execute(
        "SELECT text FROM reading WHERE digest = ? AND model = ?", (digest, model)
    ).fetchone()
    if row is None:
        return None
    with connection:
        connection.execute(
            "UPDATE reading SET used_at = ? WHERE digest = ? AND model = ?",
            (time.time(), digest, model),
        )
    return str(row[0])


def _keep(connection: sqlite3.Connection, row: tuple[bytes, str, str], most: int) -> None:
    with connection:
        connection.execute(
            "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)", (*row, time.time())
        )
        connection.execute(
            "DELETE FROM reading WHERE (digest, model) IN (SELECT digest, model "
            "FROM reading ORDER BY used_at > ?, used_at DESC LIMIT -1 OFFSET ?)",
            (time.time(), most),  # what is of a time to come is older than the clock
        )
