import contextlib
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from app.history import schema
from app.history.store import HistoryStore, HistoryUnusable
from tests.app.history.entries import entry, whole_entry
from vlm import database
from vlm.types import Box

EXTRA = 3
SECRET = "Zanzibar-Quittung-8842"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture(params=["with the word index", "without it"])
def store(
    file: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HistoryStore]:
    if request.param == "without it":
        monkeypatch.setattr(schema, "can_index", lambda _: False)
    with contextlib.closing(HistoryStore(file)) as store:
        yield store


def everything_on_disk(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(file.parent.iterdir()))


def test_an_entry_comes_back_as_it_was(store: HistoryStore) -> None:
    given = entry(box=Box(0.1, 0.2, 0.5, 0.6), verdict=False, correction="656.20")
    number = store.add(given)
    assert store.search() == [replace(given, number=number)]


def test_a_question_to_a_whole_document_comes_back_with_its_pages(store: HistoryStore) -> None:
    given = whole_entry()
    number = store.add(given)
    assert store.search() == [replace(given, number=number)]


def test_newest_first(store: HistoryStore) -> None:
    for name in ("one", "two", "three"):
        store.add(entry(question=name))
    assert [found.question.text for found in store.search()] == ["three", "two", "one"]
    assert len(store.search(limit=2)) == 2
    assert store.count() == 3


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("total", 2),
        ("tot", 2),
        ("TOTAL due", 1),
        ("565", 1),
        ("letter.pdf", 1),
        ("nothing", 0),
        ('"', None),
        ("100%_", None),
        ("total AND OR NEAR(", 0),
        ("question:total", None),
        ("*", None),
    ],
)
def test_search_takes_any_words(store: HistoryStore, words: str, found: int | None) -> None:
    store.add(entry("What is the total?", "565.20"))
    store.add(entry("Is the total due?", "yes", path="/papers/letter.pdf"))
    result = store.search(words)
    if found is not None:
        assert len(result) == found


def test_what_was_asked_about_a_document_is_offered_once_and_newest_first(
    store: HistoryStore,
) -> None:
    for text in ("total?", "date?", "total?"):
        store.add(entry(question=text))
    path = entry().question.page.path
    assert store.questions_about(path, 5) == ("total?", "date?")
    assert store.questions_about(path, 1) == ("total?",)
    assert store.questions_about(path + "x", 5) == ()


def test_a_verdict_and_a_fingerprint_are_kept(store: HistoryStore) -> None:
    number = store.add(entry())
    store.judge(number, True)
    store.fingerprint(number, "cd" * 32)
    (found,) = store.search()
    assert found.verdict is True
    assert found.fingerprint == "cd" * 32
    store.judge(number, False, "656.20")
    assert (store.search()[0].verdict, store.search()[0].correction) == (False, "656.20")
    store.judge(number, None)
    assert (store.search()[0].verdict, store.search()[0].correction) == (None, "")


def test_what_is_deleted_is_gone_from_every_byte(file: Path, store: HistoryStore) -> None:
    kept = store.add(entry("Who sent it?", "Larkspur"))
    gone = [
        store.add(entry(f"{SECRET} number {number}?", f"{SECRET}!", path=f"/{SECRET}.pdf"))
        for number in range(12)
    ]
    assert SECRET.lower().encode() in everything_on_disk(file).lower()
    store.delete(gone)
    left = everything_on_disk(file).lower()
    for part in SECRET.lower().split("-"):
        assert part.encode() not in left
    assert [found.number for found in store.search()] == [kept]
    assert store.search("zanzibar") == []
    assert len(store.search("larkspur")) == 1


def test_deleting_also_removes_copies_made_before_a_migration(file: Path) -> None:
    with contextlib.closing(HistoryStore(file)) as store:
        number = store.add(entry(SECRET))

    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE entry ADD COLUMN note TEXT")

    with contextlib.closing(HistoryStore(file, [*schema.MIGRATIONS, second])) as store:
        assert SECRET.encode() in database.backup_of(file).read_bytes()
        older = file.with_name(f"{file.name}.before-2")  # as copies were called once
        older.write_text(SECRET)
        store.delete([number])
    assert SECRET.encode() not in everything_on_disk(file)


def test_a_migration_keeps_entries_and_leaves_a_whole_copy(file: Path) -> None:
    with contextlib.closing(HistoryStore(file)) as store:
        store.add(entry("before"))

    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE entry ADD COLUMN note TEXT")

    with contextlib.closing(HistoryStore(file, [*schema.MIGRATIONS, second])) as store:
        assert store.search()[0].question.text == "before"
    copy = database.backup_of(file)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with contextlib.closing(HistoryStore(copy)) as old:
        assert old.search()[0].question.text == "before"


def test_a_migration_that_fails_changes_nothing(file: Path) -> None:
    with contextlib.closing(HistoryStore(file)) as store:
        store.add(entry("before"))

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE entry")
        connection.execute("not SQL")

    with pytest.raises(HistoryUnusable):
        HistoryStore(file, [*schema.MIGRATIONS, broken])
    with contextlib.closing(HistoryStore(file)) as store:
        assert store.search()[0].question.text == "before"


def test_a_newer_file_is_refused_with_a_sentence_and_left_alone(file: Path) -> None:
    HistoryStore(file).close()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    with pytest.raises(HistoryUnusable, match="newer VLM Desk"):
        HistoryStore(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be read" * 9])
def test_a_damaged_file_is_set_aside_with_a_sentence(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with contextlib.closing(HistoryStore(file)) as store:
        assert "set aside as history.sqlite3.broken" in store.complaint
        store.add(entry())
    assert file.with_name("history.sqlite3.broken").read_bytes() == content


def test_a_half_overwritten_file_is_set_aside(file: Path) -> None:
    with contextlib.closing(HistoryStore(file)) as store:
        for number in range(20):
            store.add(entry(f"question {number}", "long answer " * 300))
    content = bytearray(file.read_bytes())
    content[4096 : len(content) // 2] = b"\x5a" * (len(content) // 2 - 4096)
    file.write_bytes(content)
    with contextlib.closing(HistoryStore(file)) as store:
        assert "damaged" in store.complaint
        assert store.count() == 0


def test_the_file_is_private_and_written_with_care(file: Path) -> None:
    with contextlib.closing(HistoryStore(file)) as store:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        connection = store._connection  # pyright: ignore[reportPrivateUsage] # its pragmas
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        (secure,) = connection.execute("PRAGMA secure_delete").fetchone()
    safe_wal = sqlite3.sqlite_version_info >= database.SAFE_WAL
    assert (journal, synchronous) == ("wal" if safe_wal else "delete", EXTRA)
    assert secure == 1


def test_a_full_disk_is_said_and_what_was_kept_stays(file: Path) -> None:
    with contextlib.closing(HistoryStore(file)) as store:
        number = store.add(entry(question="first"))
        connection = store._connection  # pyright: ignore[reportPrivateUsage] # the disk's end
        connection.execute("PRAGMA max_page_count = 1")  # no more than it has now
        too_much = entry(question="more " * 100_000)
        with pytest.raises(HistoryUnusable, match="disk is full"):
            store.add(too_much)
        assert store.search("first")[0].number == number
        connection.execute("PRAGMA max_page_count = 100000")
        assert store.add(entry(question="again")) > number


def test_ten_thousand_entries_are_searched_quickly(file: Path) -> None:
    import time

    with contextlib.closing(HistoryStore(file)) as store:
        connection = store._connection  # pyright: ignore[reportPrivateUsage] # one commit
        store.add(entry("needle in the hay", "found"))
        columns = ", ".join(
            row[1] for row in connection.execute("PRAGMA table_info(entry)") if row[1] != "number"
        )
        with database.writing(connection):
            for _ in range(13):
                connection.execute(f"INSERT INTO entry ({columns}) SELECT {columns} FROM entry")
        assert store.count() > 8000
        began = time.process_time()
        assert len(store.search("needle found")) == 500
        assert time.process_time() - began < 0.5


def test_a_file_of_before_doubts_were_kept_still_opens(file: Path) -> None:
    with contextlib.closing(HistoryStore(file, schema.MIGRATIONS[:1])):
        pass
    with contextlib.closing(sqlite3.connect(file)) as old, old:
        old.execute(
            "INSERT INTO entry VALUES (1, 0, '/a.pdf', 'a.pdf', '', 0, 0, NULL, 'What?', 1, 64,"
            " '84.50', 0.9, '{\"kind\": \"no_text\"}', 'end', 'small', NULL, 64, 100, '{}', NULL)"
        )
    with contextlib.closing(HistoryStore(file)) as store:
        (found,) = store.search()
    assert found.answer.text == "84.50"
    assert found.answer.unsure == ()


@pytest.mark.parametrize("version", [0, 1])
def test_two_windows_may_open_a_new_or_an_older_file_at_once(tmp_path: Path, version: int) -> None:
    def count(file: Path) -> int:
        together.wait()
        with contextlib.closing(HistoryStore(file)) as store:
            return store.count()

    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for number in range(6):
            file = tmp_path / f"{number}.sqlite3"
            if version:
                HistoryStore(file, schema.MIGRATIONS[:version]).close()
            assert list(pool.map(count, [file] * 4)) == [0] * 4
