"""The examples window through its widgets: see, search, edit, remove, open, import, export."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Prompt, Reply
from app.examples import shelf, words
from app.examples.model import Edit
from app.examples.values import Listed
from app.examples.window import ExamplesWindow
from app.shell import Shell
from tests.app.conftest import MakeShell, furniture
from tests.app.examples.made import example, fill, stored
from vlm import paths
from vlm.types import Box


def file() -> Path:
    return paths.data_dir() / shelf.NAME


def opened(qtbot: QtBot, shell: Shell) -> ExamplesWindow:
    """Open the window from the menu and wait for what it lists."""
    parts = furniture(shell)
    with qtbot.waitSignal(parts.shelf.listed):
        shell.window.commands.examples.trigger()
    window = parts.examples_window.window
    assert window is not None
    return window


def answers(window: ExamplesWindow) -> list[str]:
    return [one.answer for one in window.model.examples]


def wait_for(qtbot: QtBot, window: ExamplesWindow, expected: list[str]) -> None:
    qtbot.waitUntil(lambda: answers(window) == expected)


def select(window: ExamplesWindow, row: int) -> None:
    window.list.setCurrentIndex(window.model.index(row))


def test_without_examples_it_is_friendly(qtbot: QtBot, make_shell: MakeShell) -> None:
    window = opened(qtbot, make_shell())
    assert window.empty.isVisible()
    assert window.empty.text() == words.EMPTY
    assert window.state.text().endswith("You have none yet.")
    assert not window.export.isEnabled()
    assert not window.remove.isEnabled()


def test_enough_examples_lead_to_training(qtbot: QtBot, make_shell: MakeShell) -> None:
    fill(file(), *(example(number) for number in range(1, words.ENOUGH)))
    shell = make_shell()
    window = opened(qtbot, shell)
    assert not window.train.isVisible()
    fill(file(), example(words.ENOUGH))
    window.shown.emit()
    qtbot.waitUntil(window.train.isVisible)
    window.train.click()
    assert not window.isVisible()
    door = furniture(shell).training
    qtbot.waitUntil(lambda: door.behind is not None and door.behind.window.isVisible())


def test_every_control_has_a_name_and_plain_text(qtbot: QtBot, make_shell: MakeShell) -> None:
    fill(file(), example(1, question="<b>bold</b>"))
    window = opened(qtbot, make_shell())
    controls = (QAbstractButton, QAbstractItemView, QProgressBar, QLineEdit)
    shown = [one for one in window.findChildren(QWidget) if isinstance(one, controls)]
    own = [one for one in shown if not isinstance(one.parent(), QLineEdit)]
    assert len(own) >= 8
    assert [type(one).__name__ for one in own if not one.accessibleName()] == []
    formats = {one.textFormat() for one in window.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


def test_it_lists_newest_first_with_pictures_and_says_how_far(
    qtbot: QtBot, make_shell: MakeShell
) -> None:
    fill(file(), *(example(number, document="d" * 64 if number < 2 else "") for number in range(5)))
    shell = make_shell()
    window = opened(qtbot, shell)
    assert answers(window) == ["4.00", "3.00", "2.00", "1.00", "0.00"]
    assert window.state.text() == (
        "Training needs at least 5 documents to learn from and 5 to be tested on. "
        "You have examples from 4."
    )
    assert (window.bar.value(), window.bar.maximum()) == (4, 10)
    with qtbot.waitSignal(furniture(shell).shelf.drawn):
        window.grab()
    assert not window.grab().isNull()


def test_copies_of_a_document_count_once(qtbot: QtBot, make_shell: MakeShell) -> None:
    same = {"page_hash": "f" * 64, "answers": ("84.50",)}
    alike = [structs.replace(example(number), **same) for number in range(9)]
    fill(file(), *alike, *(example(number) for number in range(9, 12)))
    window = opened(qtbot, make_shell())
    assert window.state.text().endswith(
        "You have examples from 12, but copies of a document count once, which leaves 4."
    )
    assert window.bar.value() == 4


def test_searching_looks_at_everything_that_is_shown(qtbot: QtBot, make_shell: MakeShell) -> None:
    fill(file(), example(1, said="Zebra"), example(2, question="Who?"), example(3))
    window = opened(qtbot, make_shell())
    for typed, found in (("zebra", ["1.00"]), ("who", ["2.00"]), ("INVOICE 3", ["3.00"])):
        window.line.clear()
        qtbot.keyClicks(window.line, typed)
        wait_for(qtbot, window, found)
    qtbot.keyClicks(window.line, "nothing")
    qtbot.waitUntil(lambda: answers(window) == [])
    assert window.empty.text() == words.NOTHING_FOUND


def typed(qtbot: QtBot, window: ExamplesWindow, answer: str) -> QLineEdit:
    """Edit the answer of the current example up to Enter."""
    window.edit.click()
    editor = window.list.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, answer)
    return editor


def test_an_answer_is_edited_in_place(qtbot: QtBot, make_shell: MakeShell) -> None:
    fill(file(), example(1), example(2))
    shell = make_shell()
    window = opened(qtbot, shell)
    select(window, 1)
    editor = typed(qtbot, window, "12.50")
    with qtbot.waitSignal(furniture(shell).shelf.changed):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert answers(window) == ["2.00", "12.50"]
    assert [one.answer for one in stored(file())] == ["12.50", "2.00"]


@pytest.fixture
def full(qtbot: QtBot) -> ExamplesWindow:
    """A window with 40 examples, newest first, scrolled to the one in the middle."""
    window = ExamplesWindow()
    qtbot.addWidget(window)
    window.show()
    window.show_listed(listed(range(40)))
    select(window, 20)
    window.list.scrollTo(window.list.currentIndex())
    return window


def listed(numbers: Iterable[int]) -> Listed:
    found = tuple(example(number) for number in numbers)[::-1]
    return Listed(found, len(found), len(found))


def test_what_is_typed_stays_while_the_list_changes(qtbot: QtBot, full: ExamplesWindow) -> None:
    edits: list[Edit] = []
    full.model.edited.connect(edits.append)
    edited = full.list.current()
    assert edited is not None
    editor = typed(qtbot, full, "12.50")
    full.model.show_picture(edited.id, QImage(20, 10, QImage.Format.Format_RGB32))
    assert editor.text() == "12.50"
    qtbot.keyClick(full.line, Qt.Key.Key_Z)  # finds nothing
    full.line.searched.emit(full.line.words)
    full.show_listed(listed(range(45)))
    full.model.show(listed(range(10, 50)).examples)
    assert full.list.editing
    assert editor.text() == "12.50"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not full.list.editing)
    assert edits == [Edit(edited.id, "12.50")]
    qtbot.waitUntil(lambda: full.model.rowCount() == 0)
    full.line.clear()
    qtbot.waitUntil(lambda: full.model.rowCount() == 45)


def test_a_new_example_leaves_what_is_seen_and_selected(full: ExamplesWindow) -> None:
    before, top = full.list.current(), full.list.visualRect(full.list.currentIndex()).top()
    full.show_listed(listed(range(42)))
    assert full.model.rowCount() == 42
    assert full.list.current() == before
    assert [one.id for one in full.list.selected()] == ["e19"]
    assert full.list.visualRect(full.list.currentIndex()).top() == top


def test_where_the_selected_one_goes_its_neighbour_is_selected(full: ExamplesWindow) -> None:
    full.show_listed(listed(number for number in range(40) if number != 19))
    assert [one.id for one in full.list.selected()] == ["e18"]
    full.list.clearSelection()
    full.show_listed(listed(range(10)))
    assert full.list.selected() == ()


def test_removing_is_asked_and_is_for_good(
    qtbot: QtBot, make_shell: MakeShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(file(), example(1, answer="Zanzibar"), example(2))
    window = opened(qtbot, make_shell())
    select(window, 1)
    prompts: list[Prompt] = []

    def choose(choice: int) -> None:
        def asked(_: object, prompt: Prompt) -> Reply:
            prompts.append(prompt)
            return Reply(prompt.choices[choice])

        monkeypatch.setattr(dialogs, "ask", asked)

    choose(1)
    qtbot.keyClick(window.list, Qt.Key.Key_Delete)
    assert "cannot be undone" in prompts[0].text
    assert len(stored(file())) == 2
    choose(0)
    qtbot.keyClick(window.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: answers(window) == ["2.00"])
    assert b"Zanzibar" not in file().read_bytes()


def test_opening_goes_to_the_part_of_the_page(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    fill(file(), example(1, path=two[0]), example(2))
    shell = make_shell()
    window = opened(qtbot, shell)
    select(window, 0)
    qtbot.keyClick(window.list, Qt.Key.Key_Return)
    assert "is not where it was" in window.status.text()
    select(window, 1)
    qtbot.keyClick(window.list, Qt.Key.Key_Return)
    assert not window.isVisible()
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.crop() is not None)
    view = tabs.current
    assert view is not None
    assert view.path == two[0]
    assert view.crop() == (view.page(), Box(0.5, 0.0, 1.0, 0.2))


def test_a_folder_with_a_table_is_imported_and_bad_rows_are_explained(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(two[0]).parent
    (folder / "list.csv").write_text(
        "file,page,question,answer\n"
        "one.pdf,1,Which number?,2026-0001\n"
        "gone.pdf,1,Which number?,7\n"
        "one.pdf,9,Which number?,8\n"
        "two & three.pdf,2,Which number?,2026-0002\n"
    )
    told: list[Prompt] = []
    monkeypatch.setattr(dialogs, "ask", lambda _, prompt: told.append(prompt))
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(folder))
    shell = make_shell()
    window = opened(qtbot, shell)
    window.folder_wanted.emit()
    qtbot.waitUntil(lambda: len(told) == 1, timeout=20_000)
    assert told[0].text.startswith("Added 2 examples. 2 rows could not be taken")
    assert told[0].detail.splitlines() == [
        "Row 3: There is no file “gone.pdf” in the folder of the list.",
        "Row 4: There is no page 9 in this document.",
    ]
    qtbot.waitUntil(lambda: sorted(answers(window)) == ["2026-0001", "2026-0002"])
    assert {one.kind for one in stored(file())} == {"imported"}
    assert not any(furniture(shell).pages.is_open(path) for path in two)

    window.folder_wanted.emit()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    assert told[1].text.startswith("Added 0 examples. 2 were here already.")
    assert len(stored(file())) == 2


def pick(window: ExamplesWindow, words: str) -> None:
    """Press "Export" and choose from its menu."""
    window.export.click()
    (menu,) = window.findChildren(QMenu)
    (action,) = [one for one in menu.actions() if words in one.text()]
    action.trigger()
    menu.close()


def test_a_folder_is_exported_beside_what_is_there_and_imported_again(
    qtbot: QtBot, make_shell: MakeShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fill(file(), example(1), example(2))
    shell = make_shell()
    window = opened(qtbot, shell)
    (tmp_path / "examples").mkdir()
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(tmp_path))
    with qtbot.waitSignal(furniture(shell).shelf.exported):
        pick(window, "datasets")
    assert list((tmp_path / "examples").iterdir()) == []
    folder = tmp_path / "examples-2"
    lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["question"] for row in rows] == ["What is the total?"] * 2
    assert all((folder / row["file_name"]).is_file() for row in rows)
    assert window.status.text() == "Exported 2 examples with their pictures to examples-2."

    told: list[Prompt] = []
    monkeypatch.setattr(dialogs, "ask", lambda _, prompt: told.append(prompt))
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(folder))
    window.folder_wanted.emit()
    qtbot.waitUntil(lambda: "were here already" in window.status.text())


def test_what_is_shown_is_exported_and_a_list_that_is_none_is_said(
    qtbot: QtBot, make_shell: MakeShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fill(file(), example(1), example(2))
    shell = make_shell()
    window = opened(qtbot, shell)
    target = tmp_path / "out.jsonl"
    monkeypatch.setattr(dialogs, "choose_target", lambda *_: target)
    with qtbot.waitSignal(furniture(shell).shelf.exported):
        pick(window, "list with pictures")
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["answers"] for row in rows] == [["2.00"], ["1.00"]]
    assert all((tmp_path / row["file"]).is_file() for row in rows)
    assert window.status.text() == "Exported 2 examples with their pictures to out.jsonl."

    odd = tmp_path / "odd.csv"
    odd.write_text("no such column\n")
    monkeypatch.setattr(dialogs, "choose_file", lambda *_: odd)
    window.file_wanted.emit()
    qtbot.waitUntil(lambda: "has no column named “file”" in window.status.text())
