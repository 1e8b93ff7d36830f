from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tests import tiny
from tests.vlm.conversation import AES_256
from vlm import cli_batch, paths
from vlm.batch import Cell
from vlm.batch_store import BatchStore
from vlm.cli import main

Checkpoint = Callable[[tiny.Kind], Path]


def draw(path: Path, *pages: str, password: str = "") -> None:
    with pymupdf.open() as pdf:
        for text in pages:
            pdf.new_page().insert_text((72, 100), text, fontsize=12)
        if password:
            pdf.save(path, encryption=AES_256, user_pw=password)
        else:
            pdf.save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    draw(made / "a.pdf", "Total 12.50")
    draw(made / "b.pdf", *[f"Page {number} of a long contract with words" for number in range(6)])
    return made


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.txt"
    file.write_text("Total?\nDate?\n")
    return file


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a model of random weights stop talking soon."""
    from vlm.batch import question_for

    monkeypatch.setattr(
        cli_batch, "question_for", lambda path, text: question_for(path, text, False, 4)
    )


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The answers that were asked for, not remembered."""
    found: list[str] = []
    put = BatchStore.put

    def noting(store: BatchStore, document: str, reader: str, question: str, cell: Cell) -> None:
        put(store, document, reader, question, cell)
        found.append(document)

    monkeypatch.setattr(BatchStore, "put", noting)
    return found


def test_a_folder_becomes_a_table_and_only_what_is_new_is_asked_again(
    checkpoint: Checkpoint,
    folder: Path,
    questions: Path,
    kept: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    draw(folder / "locked.pdf", "Total 1", password="open sesame")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    out = folder.parent / "out.json"
    given = ["batch", str(folder), "--questions", str(questions), "--out", str(out)]
    given += ["--model", str(checkpoint("marked")), "--device", "cpu"]
    assert main(given) == 8
    rows = {row["document"]: row["answers"] for row in json.loads(out.read_text())}
    assert list(rows) == ["a.pdf", "b.pdf", "broken.pdf", "locked.pdf"]
    assert [answer["question"] for answer in rows["a.pdf"]] == ["Total?", "Date?"]
    assert rows["a.pdf"][0]["answer"]
    assert (rows["b.pdf"][0]["pages_read"], rows["b.pdf"][0]["pages"]) == (4, 6)
    assert "password" in rows["locked.pdf"][0]["problem"]
    assert rows["broken.pdf"][1]["problem"].endswith(".")
    said = capsys.readouterr().err
    assert said.count("broken.pdf: ") == 1, "one sentence a document"
    assert "left" in said
    assert "4 documents" in said

    kept.clear()
    (folder / "locked.pdf").unlink()
    (folder / "broken.pdf").unlink()
    (folder / "a.pdf").rename(folder / "moved.pdf")
    assert main(given) == 0
    assert kept == [], "nothing has changed, and a moved document is the same"
    assert "4 of 4 answers are there from before" in capsys.readouterr().err

    draw(folder / "moved.pdf", "Total 99")
    assert main(given) == 0
    assert len(kept) == 2, "only the changed document"
    kept.clear()
    questions.write_text("Total?\nDate?\nWho?\n")
    assert main(given) == 0
    assert len(kept) == 2, "only the new question"
    kept.clear()
    assert main([*given, "--again"]) == 0
    assert len(kept) == 6
    kept.clear()
    assert main([*given, "--precision", "exact"]) == 0
    assert len(kept) == 6, "computed in another way than asked for before"
    kept.clear()
    for how in ("exact", "automatic"):
        assert main([*given, "--precision", how]) == 0
    assert kept == []


def test_an_interrupted_run_goes_on_where_it_was(
    checkpoint: Checkpoint,
    folder: Path,
    questions: Path,
    kept: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ["batch", str(folder), "--questions", str(questions)]
    given += ["--model", str(checkpoint("marked")), "--device", "cpu"]
    put = BatchStore.put

    def interrupting(store: BatchStore, *rest: str | Cell) -> None:
        put(store, *rest)  # type: ignore[arg-type]
        if len(kept) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BatchStore, "put", interrupting)
        assert main(given) == 130
    assert len(kept) == 3
    assert main(given) == 0
    assert len(kept) == 4
    header, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header[0] == "document"
    assert [row[0] for row in rows] == ["a.pdf", "b.pdf"]


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"folder": "empty"}, 3, "no PDFs and no pictures"),
        ({"questions": "nobody's"}, 7, "neither a question set nor a file"),
        ({"folder": "missing"}, 3, "There is no folder"),
        ({"folder": "papers/a.pdf"}, 3, "is a file"),
        ({"out": "table.doc"}, 2, ".xlsx"),
        ({"out": "missing/table.csv", "model": "/nowhere"}, 2, "There is no folder"),
        ({"out": "folder.csv", "model": "/nowhere"}, 2, "is a folder"),
        ({"model": "/nowhere"}, 5, "/nowhere"),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_a_sentence(
    checkpoint: Checkpoint,
    folder: Path,
    questions: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    code: int,
    said: str,
) -> None:
    (folder.parent / "empty").mkdir()
    (folder.parent / "folder.csv").mkdir()
    named = {"folder": "papers", "questions": str(questions), "out": "table.csv"}
    named |= {"model": str(checkpoint("marked"))} | changes
    given = ["batch", str(folder.parent / named["folder"]), "--questions", named["questions"]]
    given += ["--out", str(folder.parent / named["out"]), "--model", named["model"]]
    assert main(given) == code
    assert said in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names are text")
@pytest.mark.parametrize("out", ["table.csv", "table.json", "table.xlsx"])
def test_a_name_that_is_no_text_costs_only_its_own_answers(
    checkpoint: Checkpoint,
    tmp_path: Path,
    questions: Path,
    capsys: pytest.CaptureFixture[str],
    kept: list[str],
    out: str,
) -> None:
    (tmp_path / "papers").mkdir()
    draw(tmp_path / "papers" / "a.pdf", "Total 12.50")
    bad = os.fsdecode(os.fsencode(tmp_path) + b"/papers/M\xe4rz.pdf")
    Path(bad).write_bytes((tmp_path / "papers" / "a.pdf").read_bytes())
    given = ["batch", str(tmp_path / "papers"), "--questions", str(questions)]
    given += ["--out", str(tmp_path / out), "--model", str(checkpoint("marked"))]
    assert main(given) == 8
    assert "1 document could not be answered in full" in capsys.readouterr().err
    assert (tmp_path / out).stat().st_size > 0
    assert len(kept) == 2


def test_answers_that_cannot_be_kept_end_the_run(
    checkpoint: Checkpoint, folder: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (paths.data_dir() / "batches.sqlite3").write_bytes(b"no database" * 200)
    given = ["batch", str(folder), "--questions", str(questions)]
    assert main([*given, "--model", str(checkpoint("marked"))]) == 9
    assert "Remove the file" in capsys.readouterr().err


def test_a_question_to_all_pages_names_the_page_and_what_was_not_read(
    checkpoint: Checkpoint, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["ask", str(folder / "b.pdf"), "Which page?", "--all-pages", "--no-splitting"]
    given += ["--model", str(checkpoint("marked")), "--device", "cpu"]
    assert main(given) == 0
    out, errors = capsys.readouterr()
    assert "(page " in out
    assert "Read 4 of 6 pages; 2 were not read." in errors
    assert "Reading page" in errors
    assert main([*given, "--json"]) == 0
    read = json.loads(capsys.readouterr().out)["read"]
    assert (read["pages"], read["pages_not_read"], len(read["answers"])) == (6, 2, 4)
    assert main([*given, "--crop", "0,0,1,1"]) == 2
