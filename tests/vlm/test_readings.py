from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests import tiny
from tests.drawn import DrawnPages
from tests.vlm.answering import NEVER, Checkpoint, answered, in_float32, last, question
from vlm import paths
from vlm.engine import READINGS, Engine
from vlm.protocol import Load, Loaded
from vlm.readings import Readings
from vlm.whole_document import MOST_PAGES


def test_what_was_read_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "readings.sqlite3"
    first = Readings(path)
    assert first.get(b"page", "model") is None
    first.put(b"page", "model", "Total 12")
    first.put(b"blank", "model", "")
    first.close()
    again = Readings(path)
    assert again.get(b"page", "model") == "Total 12"
    assert again.get(b"blank", "model") == "", "a blank page has been read as well"
    assert again.get(b"page", "other model") is None
    again.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_longest_unused_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(100))
    monkeypatch.setattr("vlm.readings.time.time", lambda: float(next(now)))
    kept = Readings(None, most=2)
    kept.put(b"a", "m", "a")
    kept.put(b"b", "m", "b")
    assert kept.get(b"a", "m") == "a"
    kept.put(b"c", "m", "c")
    assert [kept.get(key, "m") for key in (b"a", b"b", b"c")] == ["a", None, "c"]
    kept.close()


def test_what_was_read_before_the_clock_was_set_back_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("vlm.readings.time.time", lambda: now)
    kept = Readings(None, most=2)
    kept.put(b"a", "m", "a")
    kept.put(b"b", "m", "b")
    now = 50.0
    kept.put(b"c", "m", "c")
    now = 51.0
    kept.put(b"d", "m", "d")
    assert [kept.get(key, "m") for key in (b"a", b"b", b"c", b"d")] == [None, None, "c", "d"]
    kept.close()


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "readings.sqlite3"
    path.write_bytes(b"this is no database" * 100)
    kept = Readings(path)
    kept.put(b"a", "m", "a")
    assert kept.get(b"a", "m") == "a"
    kept.close()


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    kept = Readings(tmp_path / "missing" / "readings.sqlite3")
    kept.put(b"a", "m", "a")
    assert kept.get(b"a", "m") is None
    kept.close()


def test_damage_within_the_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "readings.sqlite3"
    kept = Readings(path)
    for number in range(20):
        kept.put(b"%d" % number, "m", "words " * 500)
    kept.close()
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):  # all but the first page, which names the table
        content[start : start + 200] = b"\xff" * 200
    path.write_bytes(content)
    damaged = Readings(path)
    assert damaged.get(b"5", "m") is None
    damaged.put(b"5", "m", "read again")
    assert damaged.get(b"5", "m") == "read again"
    damaged.close()


def test_damage_is_found_by_writing_as_well(tmp_path: Path) -> None:
    path = tmp_path / "readings.sqlite3"
    kept = Readings(path)
    for number in range(20):
        kept.put(b"%d" % number, "m", "words " * 500)
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 200] = b"\xff" * 200
    kept.close()
    path.write_bytes(content)
    damaged = Readings(path)
    damaged.put(b"5", "m", "read again")
    assert damaged.get(b"5", "m") == "read again"
    damaged.close()


def test_a_damaged_file_that_cannot_be_removed_costs_only_time(tmp_path: Path) -> None:
    path = tmp_path / "readings.sqlite3"
    path.mkdir()
    (path / "something").touch()
    kept = Readings(path)
    kept.put(b"a", "m", "a")
    assert kept.get(b"a", "m") is None
    kept.close()


# --- in the engine ----------------------------------------------------------------------------


def search(folder: Path, keep: bool | None = None) -> None:
    """Ask a model about a document of scans, which it reads to find the pages."""
    answerer = Engine(DrawnPages(page_count=MOST_PAGES + 1), 2**24, in_float32)
    assert isinstance(last(answerer.load(Load(1, str(folder), keep_pages=keep), NEVER)), Loaded)
    answered(answerer, question(whole_document=True))
    answerer.close()


def models_of(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT DISTINCT model FROM reading")]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read only one page of a document, and only few words of it."""
    monkeypatch.setattr("vlm.whole_document.READ_NOW", 1)
    monkeypatch.setattr("vlm.page_reading.PAGE_TOKENS", 8)


@pytest.mark.usefixtures("quick")
def test_other_weights_in_the_same_folder_read_anew(tmp_path: Path) -> None:
    folder = tiny.save("marked", tmp_path / "m", seed=1)
    search(folder)
    assert len(models_of(paths.cache_dir() / READINGS)) == 1
    tiny.save("marked", folder, seed=2)
    search(folder)
    assert len(models_of(paths.cache_dir() / READINGS)) == 2


@pytest.mark.usefixtures("quick")
def test_what_was_read_is_removed_when_a_person_keeps_nothing(checkpoint: Checkpoint) -> None:
    folder, file = checkpoint("marked"), paths.cache_dir() / READINGS
    search(folder, keep=True)
    assert models_of(file)
    search(folder, keep=False)
    assert not file.exists()
