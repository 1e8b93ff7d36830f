from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from vlm import database
from vlm.database import NewerFile, connect


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.sqlite3"


@pytest.fixture(params=["a write-ahead log", "a rollback journal"])
def journal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Opens as with a newer library, and as with an older one."""
    newer = request.param == "a write-ahead log"
    monkeypatch.setattr(database, "SAFE_WAL", (3, 0, 0) if newer else (99, 0, 0))
    return "wal" if newer else "delete"


def first(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE word (text TEXT)")


def second(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE word ADD COLUMN page INTEGER NOT NULL DEFAULT 7")


def third(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE word SET page = page + 1")


def old(file: Path, *words: str) -> None:
    """Write a file of version 1."""
    with closing(connect(file, [first])) as connection:
        connection.executemany("INSERT INTO word VALUES (?)", [(word,) for word in words])


def content(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT * FROM word").fetchall()


def version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_the_journal_is_one_that_survives_power_loss(file: Path, journal: str) -> None:
    with closing(connect(file, [first])) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (journal,)
        assert connection.execute("PRAGMA synchronous").fetchone() == (3,)
        assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_this_library_gets_the_journal_that_is_safe_with_it(file: Path) -> None:
    expected = "wal" if sqlite3.sqlite_version_info >= (3, 51, 3) else "delete"
    with closing(connect(file, [first])) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (expected,)


def test_a_file_and_its_copy_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "a.sqlite3"
    old(file)
    file.chmod(0o644)
    connect(file, [first, second]).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(database.backup_of(file).stat().st_mode) == 0o600


def test_an_older_file_is_copied_and_brought_up_to_date(file: Path, journal: str) -> None:
    old(file, "total")
    connect(file, [first, second, third]).close()
    assert (version(file), content(file)) == (3, [("total", 8)])
    copy = database.backup_of(file)
    assert (version(copy), content(copy)) == (1, [("total",)])


def test_migrations_are_written_together_or_not_at_all(file: Path, journal: str) -> None:
    def breaks_off(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE word")
        connection.execute("SELECT * FROM nothing")

    old(file, "total")
    with pytest.raises(sqlite3.OperationalError, match="nothing"):
        connect(file, [first, second, breaks_off])
    assert (version(file), content(file)) == (1, [("total",)])


def test_a_newer_file_is_refused_and_left_as_it_is(file: Path, journal: str) -> None:
    connect(file, [first, second]).close()
    before = file.read_bytes()
    with pytest.raises(NewerFile):
        connect(file, [first])
    assert file.read_bytes() == before


@pytest.mark.parametrize("is_old", [False, True])
def test_several_may_open_a_file_at_once(tmp_path: Path, journal: str, is_old: bool) -> None:
    def pages(file: Path) -> list[tuple[int]]:
        together.wait()
        with closing(connect(file, [first, second, third])) as connection:
            return connection.execute("SELECT page FROM word").fetchall()

    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for number in range(12):
            file = tmp_path / str(number)
            if is_old:
                old(file, "total")
            assert list(pool.map(pages, [file] * 4)) == [[(8,)] if is_old else []] * 4


def test_a_newer_program_that_comes_first_is_not_written_over(file: Path) -> None:
    """It migrates after the version was seen and before the lock is held."""

    def newer(connection: sqlite3.Connection) -> None:
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("PRAGMA user_version = 9")

    old(file, "total")
    opening = sqlite3.connect

    class Late(sqlite3.Connection):
        def execute(self, sql: str, /, *values: object) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                newer(self)
            return super().execute(sql)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sqlite3,
            "connect",
            lambda file, **more: opening(
                file, factory=Late if more else sqlite3.Connection, **more
            ),
        )
        with pytest.raises(NewerFile):
            connect(file, [first, second])
    assert (version(file), content(file)) == (9, [("total",)])


def test_damage_is_found_before_anything_is_written(file: Path) -> None:
    old(file, *(f"word {number} " * 200 for number in range(40)))
    broken = bytearray(file.read_bytes())
    broken[4096 : len(broken) // 2] = b"\x5a" * (len(broken) // 2 - 4096)
    file.write_bytes(broken)
    with pytest.raises(sqlite3.DatabaseError):
        connect(file, [first, second], look_through=True)
    assert file.read_bytes() == bytes(broken)


def write_and_fail(connection: sqlite3.Connection) -> None:
    with database.writing(connection):
        connection.execute("INSERT INTO word VALUES ('three')")
        connection.execute("SELECT * FROM nothing")


def test_what_is_written_together_is_there_as_a_whole_or_not(file: Path, journal: str) -> None:
    with closing(connect(file, [first])) as connection:
        with database.writing(connection):
            connection.execute("INSERT INTO word VALUES ('one')")
            connection.execute("INSERT INTO word VALUES ('two')")
        with pytest.raises(sqlite3.OperationalError):
            write_and_fail(connection)
        assert not connection.in_transaction
    assert content(file) == [("one",), ("two",)]
