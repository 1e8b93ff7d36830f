"""What our models have read on scanned pages, kept on disk so that no page is read twice.

Keyed by the page's pixels and the model; a small SQLite file in the cache folder, readable by its
owner only. What can be made again is not worth a repair: a damaged file is begun anew.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path

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
        self._path = path
        self._most = most
        self._opened: sqlite3.Connection | None = None

    def get(self, digest: bytes, model: str) -> str | None:
        """Return what a model read on a page of these pixels, None when it has not."""
        try:
            connection = self._connection()
            row = connection.execute(
                "SELECT text FROM reading WHERE digest = ? AND model = ?", (digest, model)
            ).fetchone()
            if row is not None:
                with connection:
                    connection.execute(
                        "UPDATE reading SET used_at = ? WHERE digest = ? AND model = ?",
                        (time.time(), digest, model),
                    )
        except sqlite3.OperationalError:
            return None  # busy or not writable: read the page again
        return None if row is None else str(row[0])

    def put(self, digest: bytes, model: str, text: str) -> None:
        """Keep what a model read."""
        with contextlib.suppress(sqlite3.OperationalError):  # a full disk: read again next time
            connection = self._connection()
            with connection:
                connection.execute(
                    "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)",
                    (digest, model, text, time.time()),
                )
                connection.execute(
                    "DELETE FROM reading WHERE (digest, model) IN (SELECT digest, model "
                    "FROM reading ORDER BY used_at > ?, used_at DESC LIMIT -1 OFFSET ?)",
                    (time.time(), self._most),  # what is of a time to come is older than the clock
                )

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            try:
                self._opened = self._open()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                if self._path is not None:
                    self._path.unlink(missing_ok=True)
                self._opened = self._open()
        return self._opened

    def _open(self) -> sqlite3.Connection:
        name = ":memory:"
        if self._path is not None:
            name = str(self._path)
            try:
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
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
