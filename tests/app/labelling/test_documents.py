"""Whole documents and folders, page after page, without a mouse."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import dialogs, file_watch
from app.labelling.values import Source
from app.viewer.document_view import DocumentView
from finetune.pictures import document_hash
from finetune.types import NOT_ON_PAGE
from tests.app.conftest import MakeShell, furniture, to_the_front
from tests.app.labelling.desk import (
    NUMBER,
    begin,
    draw,
    offered,
    pages,
    panel_of,
    press,
    rows,
    settled,
    stored,
    use_set,
    view_of,
)
from tests.app.viewer.sample import LocalSource, draw_sample


def put_box(view: DocumentView) -> None:
    """Press the key that puts a box on the page."""
    (action,) = [one for one in view.actions() if one.text() == "Put a box on the page"]
    action.trigger()


def test_without_a_mouse_a_whole_document_is_labelled(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    use_set("Number?", "Total?")
    shell = make_shell(two[0])
    to_the_front(qtbot, shell.window)
    begin(qtbot, shell)
    panel = panel_of(shell)
    keys = pages(shell)
    for page in range(3):
        settled(qtbot, shell)
        qtbot.waitUntil(lambda page=page: view_of(shell).page().page == page)  # type: ignore[misc]
        assert panel.picker.question == "Number?"
        put_box(view_of(shell))
        qtbot.keyClick(keys, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        qtbot.keyClicks(keys, f"N{page}")
        assert panel.answer.text() == f"N{page}"
        press(qtbot, keys, Qt.Key.Key_Return)
        assert panel.picker.question == "Total?"
        qtbot.keyClick(panel, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: len(stored()) == 6)
    assert panel.status.text() == "That was the last page of the last document."
    assert sorted(rows(), key=lambda row: (row[2], row[0])) == [
        row
        for page in range(3)
        for row in (("Number?", f"N{page}", page), ("Total?", NOT_ON_PAGE, page))
    ]
    absent = [one for one in stored() if one.answer == NOT_ON_PAGE]
    assert {(one.kind, one.box) for one in absent} == {("negative", None)}
    assert all(one.box is not None for one in stored() if one not in absent)
    qtbot.waitUntil(lambda: panel.progress.text() == "3 of 3 pages, 3 labelled")


def test_a_folder_is_labelled_with_one_tab_at_a_time(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_set("Number?")
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel, tabs = panel_of(shell), furniture(shell).tabs
    folder = Path(two[0]).parent.parent / "scans"
    folder.mkdir()
    for name in ("b 2.pdf", "b 10.pdf", "b 1.pdf"):
        draw_sample(folder / name, pages=1)
    draw_sample(folder / "b 3.pdf", pages=1, password="secret")
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(folder))
    panel.source_chosen.emit(Source.FOLDER)
    for name in ("b 1.pdf", "b 2.pdf", "b 10.pdf"):
        path = str(folder / name)
        qtbot.waitUntil(lambda path=path: tabs.current_path == path)  # type: ignore[misc]
        assert tabs.paths == (two[0], path)
        settled(qtbot, shell)
        qtbot.waitUntil(lambda: len(panel.papers.lines.lines) == 4)
        if name == "b 1.pdf":  # the locked one is known before it would be its turn
            qtbot.waitUntil(lambda: panel.progress.text() == "1 of 3 pages, 0 labelled")
        qtbot.keyClicks(panel.answer, name)
        press(qtbot, panel.answer, Qt.Key.Key_Return)
    assert panel.status.text() == "That was the last page of the last document."
    qtbot.waitUntil(lambda: panel.progress.text() == "3 of 3 pages, 3 labelled")
    assert sorted(row[1] for row in rows()) == ["b 1.pdf", "b 10.pdf", "b 2.pdf"]
    done = [(line.title, line.done) for line in panel.papers.lines.lines]
    assert done == [("b 1.pdf", True), ("b 2.pdf", True), ("b 3.pdf", False), ("b 10.pdf", True)]
    panel.papers.select(str(folder / "b 2.pdf"))
    press(qtbot, panel.papers, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [line.title for line in panel.rows.lines.lines] == ["b 2.pdf"])


def test_labelling_with_nothing_open_asks_for_documents(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = make_shell()
    chosen: list[str] = []
    monkeypatch.setattr(dialogs, "choose_documents", lambda *_: chosen)
    shell.window.commands.label.trigger()
    assert not shell.window.commands.label.isChecked()
    chosen.extend(two)
    begin(qtbot, shell)
    assert furniture(shell).tabs.paths == two
    qtbot.waitUntil(lambda: panel_of(shell).progress.text() == "1 of 6 pages, 0 labelled")


def test_the_keyboard_is_on_the_page_when_labelling_ends(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    to_the_front(qtbot, shell.window)
    begin(qtbot, shell)
    assert panel_of(shell).answer.hasFocus()
    shell.window.commands.label.setChecked(False)
    assert pages(shell).hasFocus()
    begin(qtbot, shell)
    shell.window.commands.ask.trigger()
    assert furniture(shell).panel.composer.line.hasFocus()


def test_asking_again_brings_the_conversation_back(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    shell.window.commands.ask.trigger()
    assert furniture(shell).panel.isVisible()
    assert not panel_of(shell).isVisible()
    assert not shell.window.commands.label.isChecked()
    press(qtbot, pages(shell), Qt.Key.Key_A, Qt.Key.Key_Return)
    assert panel_of(shell).answer.text() == ""


def test_a_file_that_was_replaced_is_another_document(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_watch, "REST_MS", 20)
    shell = make_shell(two[0])
    labelling = begin(qtbot, shell)
    old, file = view_of(shell), Path(two[0])
    other = Path(draw_sample(file.with_name("other"), pages=2))
    digest = document_hash(other)
    other.replace(file)
    qtbot.waitUntil(lambda: view_of(shell) is not old)
    settled(qtbot, shell)
    papers = labelling._papers  # pyright: ignore[reportPrivateUsage] # what it takes the file for
    qtbot.waitUntil(lambda: papers.work.paper(str(file)).document == digest)
    qtbot.keyClicks(panel_of(shell).answer, "2026-0001")
    press(qtbot, panel_of(shell).answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.document for one in stored()] == [digest])


def test_closing_the_window_before_the_picture_is_taken_loses_nothing(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    source = furniture(shell).pages._source  # pyright: ignore[reportPrivateUsage] # the test's own
    assert isinstance(source, LocalSource)
    source.gate.clear()
    draw(qtbot, shell, 0, NUMBER)
    qtbot.keyClicks(panel_of(shell).answer, "2026-0001")
    press(qtbot, panel_of(shell).answer, Qt.Key.Key_Return)
    shell.window.close()
    assert rows() == []
    again = make_shell(two[0])
    qtbot.waitUntil(lambda: rows() == [("What is the invoice number?", "2026-0001", 0)])
    (kept,) = stored()
    assert kept.kind == "label"
    assert again.window.isVisible()


def test_closing_the_window_right_after_enter_loses_nothing(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    draw(qtbot, shell, 0, NUMBER)
    with qtbot.waitSignal(furniture(shell).taker.ended):
        offered(qtbot, shell, "2026-0001")
    press(qtbot, panel_of(shell).answer, Qt.Key.Key_Return)
    shell.window.close()
    assert rows() == [("What is the invoice number?", "2026-0001", 0)]
