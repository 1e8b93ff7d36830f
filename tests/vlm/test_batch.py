from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from tests.vlm.documents import said
from vlm import batch
from vlm.batch import Cell, Row, Table, TimeLeft, cell_of, documents_in, question_for, question_key
from vlm.batch_store import BatchStore
from vlm.errors import BatchUnusable
from vlm.types import Box, Evidence, PageAnswer, PagesRead

TOTAL, DATE = question_for("", "Total?"), question_for("", "Date?")


def test_documents_are_found_below_a_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.PDF", "a.png", "notes.txt", ".hidden.pdf", "deep/c.jpg", ".git/d.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [path.relative_to(tmp_path).as_posix() for path in documents_in(tmp_path)]
    assert names == ["a.png", "b.PDF", "deep/c.jpg"]


def test_a_question_is_the_same_for_every_document_but_not_when_asked_otherwise() -> None:
    assert question_key(question_for("/a", "Total?")) == question_key(TOTAL)
    shorter = question_for("", "Total?", max_new_tokens=9)
    others = [DATE, question_for("", "Total?", splitting=False), shorter]
    assert len({question_key(one) for one in [TOTAL, *others]}) == 4


def test_an_answers_cell_names_its_page_and_what_was_read() -> None:
    box = Box(0, 0, 0.5, 0.1)
    found = Evidence("page", (box,))
    read = PagesRead(9, 9, (PageAnswer(4, "12", 0.9, found), PageAnswer(0, "", 0.1, found, False)))
    answer = msgspec.structs.replace(said("12").answer, read=read, evidence=found)
    assert cell_of(answer) == Cell("12", 0.9, "page", 4, (box,), 9, 2)
    nowhere = msgspec.structs.replace(read, pages=read.pages[1:])
    assert not cell_of(msgspec.structs.replace(answer, read=nowhere)).found


def test_a_table_knows_what_is_missing_and_what_failed() -> None:
    table = Table([Row("a", "1"), Row("b", "", "b cannot be read.")], [TOTAL, DATE])
    assert list(table.todo()) == [0]
    assert table.missing(0) == (0, 1)
    table.put_known(0, 1, Cell("known"))
    assert (table.missing(0), table.done, table.known, table.total) == ((0,), 3, 1, 4)
    table.fail(0, "It needs a password.")
    assert table.cell(0, 1) == Cell("known"), "what is there stays"
    assert table.problems == 2
    table.retry_problems()
    assert list(table.todo()) == [0, 1]
    assert table.question(0, 1).page.path == "a"


def test_the_time_left_comes_from_the_latest_answers() -> None:
    left = TimeLeft()
    left.start(100.0)
    assert left.seconds(10) is None
    left.note(110.0)
    assert left.seconds(10) == pytest.approx(100)
    for second in range(batch.LATEST):
        left.note(111.0 + second)
    assert left.seconds(10) == pytest.approx(10)
    left.start(1000.0)
    assert left.seconds(10) is None, "a pause does not count"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "batches.sqlite3"


def test_answers_are_found_by_document_model_and_question(path: Path) -> None:
    store = BatchStore(path)
    cell = Cell("12", 0.5, "page", 1, (Box(0, 0, 1, 1),), 3, 2)
    store.put("doc", "model", "total", cell)
    store.put("doc", "model", "date", Cell(problem="It takes too long."))
    store.close()
    store = BatchStore(path)
    assert store.cells("doc", "model", ("total", "date")) == {"total": cell}
    assert store.cells("doc", "other model", ("total",)) == {}
    assert store.cells("changed doc", "model", ("total",)) == {}
    assert store.cells("doc", "model", ("changed question",)) == {}
    store.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_damage_anywhere_in_the_file_is_said(path: Path) -> None:
    store = BatchStore(path)
    questions = [f"question {number} " + "?" * 500 for number in range(60)]
    for question in questions:
        store.put("doc", "model", question, Cell("12", 0.5, "page", 1, (), 3, 2))
    store.close()
    whole, page, failed = path.read_bytes(), 4096, 0
    chance = random.Random(0)
    for place in range(page, len(whole), page):
        path.write_bytes(whole[:place] + chance.randbytes(page) + whole[place + page :])
        store = BatchStore(path)
        try:
            store.cells("doc", "model", questions)
        except BatchUnusable:
            failed += 1
        store.close()
    assert failed > 3


def test_a_document_is_hashed_again_only_when_it_has_changed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "a.pdf"
    document.write_bytes(b"one")
    store = BatchStore(path)
    first = store.row(document)
    with monkeypatch.context() as patch:
        patch.setattr("vlm.batch_store.read_row", lambda path: pytest.fail("hashed again"))
        assert store.row(document) == first
    document.write_bytes(b"other")
    assert store.row(document).digest not in ("", first.digest)
    assert "gone.pdf cannot be read" in store.row(tmp_path / "gone.pdf").problem
    store.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from vlm.batch import Cell
from vlm.batch_store import BatchStore
store = BatchStore(Path(sys.argv[1]))
for number in range(5):
    store.put("doc", "model", str(number), Cell(str(number)))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise")
def test_what_was_answered_before_a_kill_is_kept(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    store = BatchStore(path)
    assert set(store.cells("doc", "model", [str(number) for number in range(9)])) == set("01234")
    store.close()


def test_a_file_that_is_newer_or_damaged_says_so(path: Path, tmp_path: Path) -> None:
    store = BatchStore(path)
    store._connection.execute("PRAGMA user_version = 99")  # pyright: ignore[reportPrivateUsage]
    store.close()
    with pytest.raises(BatchUnusable, match="newer"):
        BatchStore(path)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(BatchUnusable, match="Remove the file"):
        BatchStore(path)
    (tmp_path / "file").touch()
    with pytest.raises(BatchUnusable, match="cannot be opened"):
        BatchStore(tmp_path / "file" / "x.sqlite3")


def test_damage_within_the_file_is_said_in_a_sentence(path: Path) -> None:
    store = BatchStore(path)
    for number in range(200):
        store.put(f"document {number}", "model", "question", Cell("an answer " * 20))
    store.close()
    content = bytearray(path.read_bytes())
    for start in range(3 * 4096, len(content), 4096):  # behind the pages that name the tables
        content[start : start + 200] = b"\xff" * 200
    path.write_bytes(content)
    store = BatchStore(path)
    with pytest.raises(BatchUnusable, match="Remove the file"):
        store.cells("document 5", "model", ["question"])
    with pytest.raises(BatchUnusable, match="Remove the file"):
        store.put("document 5", "model", "question", Cell("another"))
    store.close()


def test_an_answer_with_more_in_it_than_is_known_here_is_asked_again(path: Path) -> None:
    store = BatchStore(path)
    store.put("document", "model", "one", Cell("an answer"))
    store.put("document", "model", "two", Cell("another"))
    store.close()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute(
            'UPDATE cell SET content = \'{"text": "a", "mood": 1}\' WHERE question = \'one\''
        )
    store = BatchStore(path)
    assert store.cells("document", "model", ["one", "two"]) == {"two": Cell("another")}
    store.close()


def test_a_window_and_the_terminal_may_begin_the_file_at_once(tmp_path: Path) -> None:
    def begin(file: Path) -> dict[str, Cell]:
        together.wait()
        store = BatchStore(file)
        try:
            return store.cells("doc", "model", ("total",))
        finally:
            store.close()

    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for number in range(6):
            assert list(pool.map(begin, [tmp_path / str(number)] * 4)) == [{}] * 4
