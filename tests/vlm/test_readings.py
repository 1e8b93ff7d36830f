from __future__ import annotations

import stat
from pathlib import Path

import pytest

from vlm.readings import Readings


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
