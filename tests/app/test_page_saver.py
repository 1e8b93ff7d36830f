"""The page in front is saved with its answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pymupdf
import pytest
from pytestqt.qtbot import QtBot

from app import dialogs, page_saver
from app.ask.values import Verdict
from app.shell import Shell
from tests.app.ask.sample import answer
from tests.app.conftest import MakeShell, furniture
from vlm.types import Box, Evidence, EvidenceKind, PageRef, Question

BOX, READ = Box(0.1, 0.1, 0.5, 0.3), Box(0.2, 0.7, 0.4, 0.72)


def asked(
    shell: Shell,
    path: str,
    page: int,
    text: str,
    said: str,
    correction: str = "",
    adapter: str | None = None,
    kind: EvidenceKind = "page",
) -> None:
    """Put an answer into the conversation."""
    question = Question(text, PageRef(path, page))
    found = answer(said, found=Evidence(kind, (BOX if kind == "page" else READ,)))
    found = msgspec.structs.replace(found, adapter=adapter)
    furniture(shell).asking.show_past(Verdict(question, found, None, correction))


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], list[str]]:
    """Let the person choose a file; returns the names that were offered."""

    def choose(file: Path) -> list[str]:
        names: list[str] = []

        def chosen(_parent: object, _title: str, name: str, _kinds: str) -> Path:
            names.append(name)
            return file

        monkeypatch.setattr(dialogs, "choose_target", chosen)
        return names

    return choose


def ready(qtbot: QtBot, shell: Shell) -> None:
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)


def test_the_page_its_marks_and_its_answers_are_written(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    tmp_path: Path,
    target: Callable[[Path], list[str]],
) -> None:
    shell, file = make_shell(two[0]), tmp_path / "saved.pdf"
    ready(qtbot, shell)
    asked(shell, two[0], 0, "What is the <b>total</b>?", "84.50 & more")
    asked(shell, two[0], 0, "Who sells?", "Nobody", correction="Muster GmbH")
    asked(shell, two[0], 0, "When?", "2026", adapter="Our invoices")
    asked(shell, two[0], 0, "Which street?", "Mill Lane", kind="no_text")
    asked(shell, two[0], 1, "On another page?", "no")
    names = target(file)
    shell.window.commands.save_page.trigger()
    qtbot.waitUntil(lambda: f"were written to {file}" in shell.window.notice.text)
    beside = Path(two[0]).with_name("one - page 1.pdf")
    assert names == [str(beside)]
    with pymupdf.open(file) as saved, pymupdf.open(two[0]) as first:
        page, text = saved[0], str(saved[1].get_text())
        assert page.rect.width == pytest.approx(first[0].rect.width, abs=1)
        assert page.get_images()
        lines = str(page.get_text()).split("\n")
        assert lines.count("1") == 1, "one mark: what a person wrote stands nowhere"
        assert lines.count("4") == 1, "what was read on the page is marked as well"
        assert "Northwind Office Supplies" in lines, "its words can be selected"
        total = page.search_for("GBP")[0] & first[0].search_for("GBP")[0]
        assert total.get_area() > 0.8 * first[0].search_for("GBP")[0].get_area(), "in their places"
    assert "1. What is the <b>total</b>?" in text
    assert "84.50 & more" in text
    assert "Sure. Found on the page. Reader" in text
    assert "Sure. Found on the page. Reader + Our invoices" in text
    assert "Muster GmbH" in text
    assert "Nobody" not in text
    assert "another page" not in text


def test_the_next_page_is_offered_where_the_last_was_written(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    tmp_path: Path,
    target: Callable[[Path], list[str]],
) -> None:
    shell, file = make_shell(two[0]), tmp_path / "saved.pdf"
    ready(qtbot, shell)
    asked(shell, two[0], 0, "What is the total?", "84.50")
    names = target(file)
    for _ in range(2):
        shell.window.commands.save_page.trigger()
        qtbot.waitUntil(file.exists)
    assert names[1:] == [str(tmp_path / "one - page 1.pdf")]


def test_the_sample_is_not_saved_into_the_program(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path, target: Callable[[Path], list[str]]
) -> None:
    shell = make_shell(sample=True)
    ready(qtbot, shell)
    current = furniture(shell).tabs.current
    assert current is not None
    asked(shell, current.path, 0, "What is the total?", "84.50")
    names = target(tmp_path / "saved.pdf")
    shell.window.commands.save_page.trigger()
    assert names == [str(Path.home() / "sample - page 1.pdf")]
    qtbot.waitUntil((tmp_path / "saved.pdf").exists)


def test_without_an_answer_nothing_is_written(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    tmp_path: Path,
    target: Callable[[Path], list[str]],
) -> None:
    shell = make_shell(two[0])
    ready(qtbot, shell)
    names = target(tmp_path / "saved.pdf")
    shell.window.commands.save_page.trigger()
    assert shell.window.notice.text == page_saver.NOTHING
    assert names == []


def test_a_file_that_cannot_be_written_is_said(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    tmp_path: Path,
    target: Callable[[Path], list[str]],
) -> None:
    shell = make_shell(two[0])
    ready(qtbot, shell)
    asked(shell, two[0], 0, "Total?", "84.50")
    target(tmp_path / "no such folder" / "saved.pdf")
    shell.window.commands.save_page.trigger()
    qtbot.waitUntil(lambda: "could not be written: " in shell.window.notice.text)
