from __future__ import annotations

import random
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from finetune import examples
from finetune.errors import StoreTooNew, StoreUnusable
from finetune.examples import ExampleStore
from finetune.types import Crop, Example
from tests.finetune.made import crop_of, example, png_of
from vlm import database
from vlm.types import Box, PageRef, PageSize

PAGE = 4096
"""Bytes that SQLite writes at once."""


def test_keeps_everything_about_an_example(tmp_path: Path) -> None:
    kept = Example(
        id="a",
        document="0" * 64,
        page=PageRef("/papers/Ünal & Söhne.pdf", 3, 90),
        question="What is the total?",
        answers=("12,50 €", "12.50"),
        kind="correction",
        made_at=1.5,
        box=Box(0.1, 0.2, 0.3, 0.4),
        said="12,90 €",
        verdict="wrong",
        page_hash="f" * 64,
    )
    with ExampleStore(tmp_path / "e.db") as store:
        store.add(kept, crop_of(7))
    with ExampleStore(tmp_path / "e.db") as store:
        assert list(store.all()) == [kept]
        assert store.crop("a") == crop_of(7)
        assert (len(store), store.document_count()) == (1, 1)


def test_change_corrects_question_and_answers(tmp_path: Path) -> None:
    with ExampleStore(tmp_path / "e.db") as store:
        store.add(example(1), crop_of())
        changed = store.change("e1", "What is the date?", ("May 1",))
        assert store.get("e1") == changed
        assert changed.answer == "May 1"
        with pytest.raises(ValueError, match="answer"):
            store.change("e1", "What is the date?", (" ",))
        with pytest.raises(KeyError):
            store.change("e2", "What?", ("x",))


def test_a_picture_is_a_picture() -> None:
    with pytest.raises(ValueError, match="PNG"):
        Crop(b"%PDF-1.7", PageSize(1, 1))


def test_what_was_removed_is_gone_from_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "e.db"
    with ExampleStore(file) as store:
        for number in range(20):
            store.add(example(number, answer=f"secret-{number}"), crop_of(number))
        database.backup_of(file).write_bytes(file.read_bytes())
        assert store.remove([f"e{number}" for number in range(0, 20, 2)]) == 10
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"secret-3" in left
        assert not [n for n in range(0, 20, 2) if f'secret-{n}"'.encode() in left]
        assert png_of(4)[40:200] not in left
        assert png_of(5)[40:200] in left


def test_a_page_hash_is_kept_where_there_was_none(tmp_path: Path) -> None:
    with ExampleStore(tmp_path / "e.db") as store:
        for row in (
            example(1, "a"),
            example(2, "a", page_hash="c" * 64),
            example(3, "a", page=1),
            example(4, "b"),
        ):
            store.add(row, crop_of())
        store.set_page_hash(example(1, "a").document, example(1, "a").page, "f" * 64)
        assert [row.page_hash for row in store.all()] == ["f" * 64, "c" * 64, "", ""]


def test_pages_with_words_of_their_own_are_known(tmp_path: Path) -> None:
    bare = msgspec.structs.replace(crop_of(), words=())
    with ExampleStore(tmp_path / "examples.db") as store:
        store.add(example(0, "printed"), crop_of())
        store.add(example(1, "scan"), bare)
        store.add(example(2, "part", box=Box(0.1, 0.1, 0.5, 0.5)), crop_of())
        assert store.printed_pages() == {(example(0, "printed").document, 0): ("total",)}


def test_files_are_private(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "e.db"
    with ExampleStore(file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    file = tmp_path / "e.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    with pytest.raises(StoreTooNew, match="newer version"):
        ExampleStore(file)
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "e.db"
    file.write_bytes(b"not a database " * 100)
    with pytest.raises(StoreUnusable, match=r"e\.db"):
        ExampleStore(file)


def test_a_full_disk_is_said_without_a_path(tmp_path: Path) -> None:
    with ExampleStore(tmp_path / "e.db") as store:
        store._connection.execute("PRAGMA max_page_count = 8")  # pyright: ignore[reportPrivateUsage] # as a disk of 32 KB
        with pytest.raises(StoreUnusable, match="The disk is full") as raised:
            store.add(example(1), Crop(crop_of().picture + bytes(100_000), crop_of().size, ()))
        assert str(tmp_path) not in str(raised.value)


def test_a_file_that_may_not_be_made_is_said_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "e.db").mkdir()
    with pytest.raises(StoreUnusable, match=r"The examples in e\.db could not be opened") as raised:
        ExampleStore(tmp_path / "e.db")
    assert str(tmp_path) not in str(raised.value)


def test_an_older_file_is_copied_and_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "e.db"
    with ExampleStore(file) as store:
        store.add(example(1), crop_of())

    def add_note(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE example ADD COLUMN note TEXT")

    monkeypatch.setattr(examples, "MIGRATIONS", (*examples.MIGRATIONS, add_note))
    with ExampleStore(file) as store:
        assert len(store) == 1
    with closing(sqlite3.connect(database.backup_of(file))) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT id FROM example").fetchall() == [("e1",)]


def test_a_failed_migration_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "e.db"
    with ExampleStore(file) as store:
        store.add(example(1), crop_of())

    def break_off(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE example")
        connection.execute("SELECT * FROM nothing")

    with monkeypatch.context() as patch:
        patch.setattr(examples, "MIGRATIONS", (*examples.MIGRATIONS, break_off))
        with pytest.raises(StoreUnusable):
            ExampleStore(file)
    with ExampleStore(file) as store:
        assert len(store) == 1


def test_a_new_file_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    def count(file: Path) -> int:
        together.wait()
        with ExampleStore(file) as store:
            return len(store)

    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for number in range(12):
            file = tmp_path / f"{number}.sqlite3"
            assert list(pool.map(count, [file] * 4)) == [0] * 4


def reads(store: ExampleStore) -> tuple[Callable[[], object], ...]:
    return (
        lambda: list(store.all()),
        lambda: [store.crop(f"e{number}") for number in range(40)],
        store.labelled_pages,
        store.printed_pages,
        lambda: store.get("e7"),
    )


def test_damage_anywhere_in_the_file_is_said(tmp_path: Path) -> None:
    with ExampleStore(tmp_path / "e.db") as store:
        for number in range(40):
            store.add(example(number, question="?" * 2000), crop_of(number % 3))
    whole = (tmp_path / "e.db").read_bytes()
    chance = random.Random(0)
    said: list[str] = []
    for place in range(PAGE, len(whole) - PAGE, PAGE):
        file = tmp_path / "damaged.db"
        file.write_bytes(whole[:place] + chance.randbytes(PAGE) + whole[place + PAGE :])
        with closing(ExampleStore(file)) as store:
            for read in reads(store):
                try:
                    read()
                except StoreUnusable as unusable:
                    said.append(str(unusable))
                except KeyError:  # SQLite cannot tell that it is gone
                    continue
    assert len(said) > 20
    assert all("could not be read" in one for one in said)
