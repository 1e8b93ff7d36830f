"""A document that is changed, replaced or repaired while it is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import file_watch
from app.desk import CHANGED
from app.file_watch import FileWatch
from app.shell import Shell
from app.viewer.notice import Notice
from app.viewer.page_area import PageArea
from tests.app.conftest import MakeShell, furniture, to_the_front
from tests.app.viewer.sample import LocalSource, draw_sample
from vlm.errors import UnreadableDocument
from vlm.types import Box, Document


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_watch, "REST_MS", 20)


def rewrite(path: Path) -> None:
    path.write_bytes(b"other bytes")


def replace(path: Path) -> None:
    other = path.with_suffix(".part")
    other.write_bytes(b"other bytes")
    other.replace(path)


def leave_and_come_back(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"other bytes")


@pytest.mark.parametrize("change", [rewrite, replace, leave_and_come_back])
def test_another_file_in_its_place_is_told_of(
    qtbot: QtBot, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    file = tmp_path / "one.pdf"
    file.write_bytes(b"bytes")
    watch = FileWatch()
    watch.add(str(file))
    for _ in range(2):
        with qtbot.waitSignal(watch.changed) as told:
            change(file)
        assert told.args == [str(file)]
        file.write_bytes(b"bytes again")
        watch.add(str(file))
    with qtbot.assertNotEmitted(watch.changed, wait=100):
        file.with_name("another.pdf").write_bytes(b"of no interest")
    watch.remove(str(file))
    with qtbot.assertNotEmitted(watch.changed, wait=100):
        change(file)


def put_in_place(path: Path, pages: int) -> None:
    """Have another document there all at once, as programs save."""
    other = path.with_suffix(".part")
    draw_sample(other, pages=pages)
    other.replace(path)


def page_count(shell: Shell) -> int:
    view = furniture(shell).tabs.current
    document = view.document() if view is not None else None
    return document.page_count if document is not None else 0


def test_a_document_that_was_changed_is_shown_anew_where_the_person_was(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    parts = furniture(shell)
    qtbot.waitUntil(lambda: page_count(shell) == 3)
    assert parts.tabs.current is not None
    parts.tabs.current.go_to(1)
    box = Box(0.1, 0.2, 0.3, 0.4)
    parts.tabs.current.set_crop(1, box)
    to_the_front(qtbot, shell.window)
    line = parts.panel.composer.line
    line.setFocus()
    qtbot.keyClicks(line, "What is")
    put_in_place(Path(two[0]), pages=2)
    qtbot.waitUntil(lambda: page_count(shell) == 2)
    assert QApplication.focusWidget() is line
    qtbot.keyClicks(line, " it?")
    assert parts.panel.draft() == "What is it?"
    view = parts.tabs.current
    assert view is not None
    qtbot.waitUntil(lambda: view.page().page == 1)
    crop = view.crop()
    assert crop is not None
    assert (crop[0].page, crop[1]) == (1, box)
    assert shell.window.notice.text == CHANGED.format(name="one.pdf")


def test_a_document_that_could_not_be_opened_is_shown_once_it_is_whole(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = LocalSource.open

    def open_(source: LocalSource, path: str, password: str | None = None) -> Document:
        if not Path(path).stat().st_size:
            raise UnreadableDocument("It is empty.")
        return whole(source, path, password)

    monkeypatch.setattr(LocalSource, "open", open_)
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"")
    shell = make_shell(str(file))
    view = furniture(shell).tabs.current
    assert view is not None
    (card,) = view.findChildren(PageArea)[0].findChildren(Notice)
    qtbot.waitUntil(card.isVisible)
    put_in_place(file, pages=2)
    qtbot.waitUntil(lambda: page_count(shell) == 2)
