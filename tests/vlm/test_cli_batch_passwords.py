"""Encrypted documents of a batch on the terminal."""

from __future__ import annotations

import csv
import getpass
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import tiny
from tests.vlm.test_batch_engines import draw
from vlm import cli_batch, paths
from vlm.batch import question_for
from vlm.cli import main

Checkpoint = Callable[[tiny.Kind], Path]
PASSWORD = "open sesame 4711"


@pytest.fixture
def given(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, list[str]]:
    """A folder with a locked document, and the command that asks it."""
    monkeypatch.setattr(
        cli_batch, "question_for", lambda path, text: question_for(path, text, False, 4)
    )
    folder = tmp_path / "papers"
    folder.mkdir()
    draw(folder / "a.pdf", "Total 12.50")
    draw(folder / "locked.pdf", "Total 1", password=PASSWORD)
    (tmp_path / "questions.txt").write_text("Total?\n")
    command = ["batch", str(folder), "--questions", str(tmp_path / "questions.txt")]
    return tmp_path, [*command, "--device", "cpu", "--model", str(checkpoint("marked"))]


def answers(out: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(out))}


def test_a_file_of_passwords_opens_documents_and_leaves_no_trace(
    given: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, command = given
    file = folder / "passwords.txt"
    file.write_text(f"locked.pdf\t{PASSWORD}\nnobody.pdf\tx\n")
    assert main([*command, "--password-file", str(file)]) == 0
    out, said = capsys.readouterr()
    assert answers(out)["locked.pdf"][0]
    assert "nobody.pdf" in said
    assert PASSWORD not in said + out
    written = [one for one in paths.data_dir().rglob("*") if one.is_file()]
    assert (paths.data_dir() / "batches.sqlite3") in written
    assert not any(PASSWORD.encode() in one.read_bytes() for one in written)


def test_a_file_that_is_none_ends_the_run_before_it_begins(
    given: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, command = given
    (folder / "passwords.txt").write_text(f"locked.pdf {PASSWORD}\n")
    assert main([*command, "--password-file", str(folder / "passwords.txt")]) == 9
    said = capsys.readouterr().err
    assert "Line 1" in said
    assert PASSWORD not in said


@pytest.mark.parametrize(
    ("typed", "code", "asked"),
    [(["wrong", PASSWORD], 0, 2), ([""], 8, 1), (["a", "b", "c"], 8, 3)],
)
def test_a_person_at_the_terminal_is_asked(
    given: tuple[Path, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: list[str],
    code: int,
    asked: int,
) -> None:
    prompts: list[str] = []

    def type_one(prompt: str, stream: object) -> str:
        prompts.append(prompt)
        return typed.pop(0)

    monkeypatch.setattr(getpass, "getpass", type_one)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(given[1]) == code
    assert len(prompts) == asked
    assert "locked.pdf" in prompts[0]
    assert bool(answers(capsys.readouterr().out)["locked.pdf"][0]) == (code == 0)


def test_nobody_is_asked_where_nobody_can_type(
    given: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda *_: pytest.fail("nobody is there"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert main(given[1]) == 8
