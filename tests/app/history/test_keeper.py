import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.history.keeper import Found, History
from app.history.store import HistoryStore
from tests.app.history.entries import entry


@pytest.fixture
def history(tmp_path: Path, qtbot: QtBot) -> Iterator[History]:
    made = History(tmp_path / "history.sqlite3")
    yield made
    made.stop()


def found(qtbot: QtBot, history: History, words: str = "") -> Found:
    with qtbot.waitSignal(history.found) as told:
        history.search(words)
    assert told.args is not None
    (answer,) = told.args
    assert isinstance(answer, Found)
    return answer


def test_an_entry_gets_its_documents_fingerprint(
    qtbot: QtBot, history: History, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"content")
    with qtbot.waitSignal(history.added):
        history.add(entry(path=str(paper)))
    digest = hashlib.sha256(b"content").hexdigest()
    qtbot.waitUntil(lambda: found(qtbot, history).entries[0].fingerprint == digest)


def test_the_windows_thread_never_waits_for_the_file(
    qtbot: QtBot, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    plain = HistoryStore.add

    def watched(store: HistoryStore, given: object) -> int:
        threads.add(threading.get_ident())
        return plain(store, given)  # type: ignore[arg-type]

    monkeypatch.setattr(HistoryStore, "add", watched)
    with qtbot.waitSignal(history.added):
        history.add(entry())
    assert threads
    assert threading.get_ident() not in threads


def test_what_is_not_written_yet_is_written_at_the_end(qtbot: QtBot, tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    for number in range(20):
        history.add(entry(str(number)))
    history.stop()
    store = HistoryStore(tmp_path / "history.sqlite3")
    assert sorted(int(one.question.text) for one in store.search()) == list(range(20))
    store.close()


def test_a_newer_file_is_said_and_left_alone(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite3"
    HistoryStore(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    history = History(file)
    with qtbot.waitSignal(history.complained) as told:
        history.add(entry())
    assert told.args is not None
    assert "newer VLM Desk" in told.args[0]
    history.stop()


def test_an_export_that_cannot_be_written_is_said(
    qtbot: QtBot, history: History, tmp_path: Path
) -> None:
    with qtbot.waitSignal(history.complained) as told:
        history.export(tmp_path / "nowhere" / "out.csv")
    assert told.args == ["The file could not be written: it, or its folder, is not there any more."]
