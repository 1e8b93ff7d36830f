"""Opens a SQLite file so that nothing is lost: journal, migrations, backup. Knows no tables."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from finetune.errors import StoreTooNew, StoreUnusable

Migration = Callable[[sqlite3.Connection], None]

SAFE_WAL = (3, 51, 3)
"""Older libraries can lose committed pages when a write-ahead log is reset."""


def connect(file: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """Open or create a database and bring it to the newest version.

    Before an older file is migrated a copy is kept beside it, see `backup_of`. Every migration
    runs in a transaction together with its version number.

    Raises:
        StoreTooNew: When the file was written by a newer program; it is left as it is.
        StoreUnusable: When the file is no database or may not be read.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        file.chmod(0o600)
        connection = sqlite3.connect(file, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnusable(f"The file {file} cannot be opened: {error}") from error
    try:
        _prepare(connection, file, migrations)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise StoreUnusable(f"The file {file} cannot be used: {error}") from error
        raise
    return connection


def backup_of(file: Path) -> Path:
    """Return where the copy from before the last migration lies."""
    return file.with_name(file.name + ".before")


def _prepare(connection: sqlite3.Connection, file: Path, migrations: Sequence[Migration]) -> None:
    connection.execute("PRAGMA busy_timeout = 5000")
    version = _version(connection)
    if version > len(migrations):
        raise StoreTooNew(
            f"{file.name} was written by a newer version of this program. "
            "Install that version to use it; nothing was changed."
        )
    journal = "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "DELETE"
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    if 0 < version < len(migrations):
        _keep_copy(connection, backup_of(file))
    for number in range(version, len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) == number:  # else another connection has done it meanwhile
                migrations[number](connection)
                connection.execute(f"PRAGMA user_version = {number + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _keep_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database while it is open, complete or not at all."""
    temporary = target.with_name(target.name + ".part")
    temporary.unlink(missing_ok=True)
    os.close(os.open(temporary, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(temporary)) as copy:
        connection.backup(copy)
    temporary.replace(target)
