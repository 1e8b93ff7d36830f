"""Several engines at one batch: the fake in real processes, and once the real one."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pymupdf
import pytest

from tests import tiny
from tests.vlm.conversation import AES_256
from vlm import batch_engines, children, cli_batch
from vlm.batch import Row, Table, cell_of, question_for
from vlm.batch_engines import Asked, Crew, Happening
from vlm.batch_store import BatchStore
from vlm.cards import Seat
from vlm.cli import main
from vlm.protocol import AllAnswered, Answered, Failed, Load, Loaded, Unanswered

Checkpoint = Callable[[tiny.Kind], Path]
FAKE = children.command("fake-engine")


def draw(path: Path, text: str, password: str = "") -> None:
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 100), text, fontsize=12)
        if password:
            pdf.save(path, encryption=AES_256, user_pw=password)
        else:
            pdf.save(path)


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "papers"
    folder.mkdir()
    files = [folder / f"{number}.pdf" for number in range(6)]
    for number, file in enumerate(files):
        draw(file, f"Invoice {number}")
    return files


def table(papers: list[Path]) -> Table:
    rows = [Row(str(file), file.name) for file in papers]
    return Table(rows, [question_for("", "Total?"), question_for("", "Date?")])


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew([Seat(), Seat()], Load(0, "/models/one"), FAKE)
    yield made
    made.close()


def run(
    crew: Crew, made: Table, each: Callable[[Happening], None] | None = None
) -> list[Happening]:
    """Ask everything and keep what comes, as the terminal does."""
    found: list[Happening] = []
    for happening in crew.ask(made):
        found.append(happening)
        if isinstance(happening, Asked):
            event = happening.event
            if isinstance(event, Answered):
                column = happening.columns[event.index]
                assert made.cell(happening.row, column) is None, "asked twice"
                made.put(happening.row, column, cell_of(event.answer))
            elif isinstance(event, Failed | Unanswered):
                made.fail(happening.row, event.message)
        if each is not None:
            each(happening)
    return found


def processes(crew: Crew) -> list[psutil.Process]:
    """The engine processes, by number."""
    found: list[psutil.Process] = []
    for engine in crew._engines:  # pyright: ignore[reportPrivateUsage] - to end one from outside
        assert engine._process is not None  # pyright: ignore[reportPrivateUsage]
        found.append(psutil.Process(engine._process.pid))  # pyright: ignore[reportPrivateUsage]
    return found


def texts(made: Table) -> list[str]:
    cells = [made.cell(row, 0) for row in range(len(made.rows))]
    return [cell.text if cell is not None else "" for cell in cells]


def test_two_engines_share_the_documents(
    crew: Crew, papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "40")
    made = table(papers)
    at_once: list[int] = []
    open_now: set[int] = set()

    def note(happening: Happening) -> None:
        if isinstance(happening, Asked):
            open_now.add(happening.row)
            at_once.append(len(open_now))
            if isinstance(happening.event, AllAnswered):
                open_now.discard(happening.row)

    found = run(crew, made, note)
    assert texts(made) == [f"Invoice {number}" for number in range(6)]
    assert made.done == made.total
    assert sum(isinstance(one, Loaded) for one in found) == 2
    assert max(at_once) == 2, "both were at work"
    draw(papers[0], "Invoice new")
    more = table(papers)
    again = run(crew, more)
    assert not any(isinstance(one, Loaded) for one in again), "the models are still there"
    assert texts(more)[0] == "Invoice new"


def test_the_document_of_an_engine_that_is_killed_goes_to_another(
    crew: Crew, papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "40")
    made = table(papers)
    killed: list[int] = []

    def kill(happening: Happening) -> None:
        if not killed and isinstance(happening, Asked):
            for process in processes(crew)[:1]:
                process.kill()
                killed.append(process.pid)

    found = run(crew, made, kill)
    assert killed
    assert texts(made) == [f"Invoice {number}" for number in range(6)]
    said = [one.message for one in found if isinstance(one, Failed)]
    assert len(said) == 1
    assert "Engine 1 ended by itself (signal 9)" in said[0]


def test_a_document_that_ends_every_engine_is_left_out(
    papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_CRASH", "2.pdf")
    made = table(papers)
    crew = Crew([Seat(), Seat()], Load(0, "/models/one"), FAKE)
    try:
        run(crew, made)
    finally:
        crew.close()
    assert texts(made) == ["Invoice 0", "Invoice 1", "", "Invoice 3", "Invoice 4", "Invoice 5"]
    left_out = made.cell(2, 1)
    assert left_out is not None
    assert "ended twice" in left_out.problem
    assert made.problems == 1


def test_nothing_is_waited_for_when_no_engine_can_load(
    papers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_MEMORY", "load")
    made = table(papers)
    crew = Crew([Seat(), Seat()], Load(0, "/models/one"), FAKE)
    try:
        found = run(crew, made)
    finally:
        crew.close()
    assert [one.code for one in found if isinstance(one, Failed)] == ["out_of_memory"] * 2
    assert made.done == 0


def test_passwords_reach_every_engine(crew: Crew, papers: list[Path]) -> None:
    for number in (0, 1, 2):
        draw(papers[number], f"Secret {number}", password="open sesame")
        crew.unlock(str(papers[number]), "open sesame")
    made = table(papers)
    run(crew, made)
    assert texts(made)[:4] == ["Secret 0", "Secret 1", "Secret 2", "Invoice 3"]


def test_a_seat_is_what_its_process_sees(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    code = f"import os; open({str(seen)!r}, 'w').write(os.environ['CUDA_VISIBLE_DEVICES'])"
    seat = Seat((("CUDA_VISIBLE_DEVICES", "3,4"),))
    crew = Crew([seat], Load(0, "/models/one"), [sys.executable, "-c", code])
    found = run(crew, table([tmp_path / "a.pdf"]))
    crew.close()
    assert seen.read_text() == "3,4"
    assert [one.code for one in found if isinstance(one, Failed)] == ["engine_ended"]


def test_the_terminal_asks_with_two_real_engines_and_goes_on_where_it_was(
    checkpoint: Checkpoint,
    papers: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        cli_batch, "question_for", lambda path, text: question_for(path, text, False, 4)
    )
    for file in papers[3:]:
        file.unlink()
    questions = tmp_path / "questions.txt"
    questions.write_text("Total?\n")
    given = ["batch", str(papers[0].parent), "--questions", str(questions), "--device", "cpu"]
    given += ["--model", str(checkpoint("marked"))]
    kept: list[str] = []
    put = BatchStore.put

    def interrupting(store: BatchStore, *rest: object) -> None:
        put(store, *rest)  # type: ignore[arg-type]
        kept.append(str(rest[0]))
        if len(kept) == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BatchStore, "put", interrupting)
        assert main([*given, "--engines", "2"]) == 130
    assert "2 engines answer side by side" in capsys.readouterr().err
    assert main(given) == 0
    out, errors = capsys.readouterr()
    assert "1 of 3 answers are there from before" in errors
    of_two = {row[0]: row for row in csv.reader(io.StringIO(out))}
    assert main([*given, "--again"]) == 0
    alone = {row[0]: row for row in csv.reader(io.StringIO(capsys.readouterr().out))}
    assert of_two == alone, "who reads a document does not matter"
    assert len(alone) == 4


KILLED = """
import sys
from pathlib import Path
from vlm import children
from vlm.batch import Row, Table, cell_of, question_for
from vlm.batch_engines import Asked, Crew
from vlm.batch_store import BatchStore
from vlm.cards import Seat
from vlm.protocol import Answered, Load
files = [Path(name) for name in sys.argv[2:]]
store = BatchStore(Path(sys.argv[1]))
table = Table([Row(str(file), file.name) for file in files], [question_for("", "Total?")])
crew = Crew([Seat(), Seat()], Load(0, "/models/one"), children.command("fake-engine"))
for one in crew.ask(table):
    if isinstance(one, Asked) and isinstance(one.event, Answered):
        cell = cell_of(one.event.answer)
        table.put(one.row, 0, cell)
        store.put(table.rows[one.row].digest, "reader", table.keys[0], cell)
        print(table.rows[one.row].digest, flush=True)
"""


def test_a_killed_batch_leaves_no_engine_and_keeps_every_answer(
    papers: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "40")
    given = [str(tmp_path / "answers.sqlite3"), *map(str, papers)]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *given], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
        engines = psutil.Process(process.pid).children(recursive=True)
        assert len(engines) >= 2
        process.kill()
        said += process.stdout.readlines()
    _, alive = psutil.wait_procs(engines, timeout=100)
    assert not alive
    told = {line.decode().strip() for line in said if line.endswith(b"\n")}
    store = BatchStore(tmp_path / "answers.sqlite3")
    key = table(papers).keys[0]
    kept = {file.name for file in papers if store.cells(file.name, "reader", [key])}
    store.close()
    assert told <= kept
    assert len(kept) < len(papers), "it was killed on the way"


def test_what_an_engine_says_that_is_no_protocol_ends_it(tmp_path: Path) -> None:
    crew = Crew([Seat()], Load(0, "/m"), [sys.executable, "-c", "print('hello'); input()"])
    found = run(crew, table([tmp_path / "a.pdf"]))
    crew.close()
    assert [one.code for one in found if isinstance(one, Failed)] == ["engine_ended"]
    assert batch_engines.END_GRACE_S > 3
