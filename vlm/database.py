"""Opens a SQLite file so that nothing is lost: journal, migrations, backup. Knows no tables."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

Migration = Callable[[sqlite3.Connection], None]
"""Number i turns a file of version i into one of version i + 1; it ends no transaction."""

SAFE_WAL = (3, 51, 3)
"""Older libraries can lose committed pages when a write-ahead log is reset."""

BUSY_SECONDS = 10.0
"""How long is waited for another program that writes to the same file."""

BUSY_PAUSE_SECONDS = 0.01


class NewerFile(Exception):
    """The file was written by a newer program; it is left as it is."""


def connect(
    file: Path, migrations: Sequence[Migration], look_through: bool = False
) -> sqlite3.Connection:
    """Open or create a database and bring it to the newest version.

    The file can be read by its owner only, and so can a folder that is made for it. Several
    programs may open it at once. Before an older file is migrated a copy is kept beside it, see
    `backup_of`; all migrations and the version number are written together or not at all.

    Args:
        file: The file; made when it is missing.
        migrations: All that there are.
        look_through: Read the whole file first, so that damage is found before it is written to.

    Returns:
        A connection in which every statement is on disk when it returns, but for those inside
        `writing`. Use it from one thread at a time, any one.

    Raises:
        NewerFile: When the file was written by a newer program.
        OSError: When the file cannot be made or opened.
        sqlite3.Error: When it is no database, is damaged, or cannot be migrated.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    file.chmod(0o600)
    connection = sqlite3.connect(
        file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _refuse_newer(connection, migrations)
        _write_with_care(connection)
        if look_through and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
        if _version(connection) < len(migrations):
            _migrate(connection, file, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Generator[None, None, None]:
    """Write several statements together or not at all; no other program writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


def backup_of(file: Path) -> Path:
    """Return where the copy from before the last migration lies."""
    return file.with_name(file.name + ".before")


def _write_with_care(connection: sqlite3.Connection) -> None:
    """Let what is written outlive a power cut, and what is removed leave the file."""
    journal = "wal" if sqlite3.sqlite_version_info >= SAFE_WAL else "delete"
    _keep_journal(connection, journal)
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")


def _keep_journal(connection: sqlite3.Connection, journal: str) -> None:
    """Change the journal; SQLite does not wait by itself while others have the file open."""
    ends = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != journal:
        try:
            connection.execute(f"PRAGMA journal_mode = {journal}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(BUSY_PAUSE_SECONDS)


def _migrate(connection: sqlite3.Connection, file: Path, migrations: Sequence[Migration]) -> None:
    """Bring an older file up to date, holding the lock from before its version is read."""
    with writing(connection):
        _refuse_newer(connection, migrations)
        version = _version(connection)  # another program may have been first
        if 0 < version < len(migrations):
            _keep_copy(file, backup_of(file))
        for migration in migrations[version:]:
            migration(connection)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _refuse_newer(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    version = _version(connection)
    if version > len(migrations):
        raise NewerFile(f"version {version}, known are {len(migrations)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _keep_copy(file: Path, target: Path) -> None:
    """Copy a database that nobody else writes to, complete or not at all.

    Through a connection of its own: none can be copied from that is in the middle of writing.
    """
    temporary = target.with_name(target.name + ".part")
    temporary.unlink(missing_ok=True)
    os.close(os.open(temporary, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(temporary)) as copy:
        source.backup(copy)
    temporary.replace(target)
