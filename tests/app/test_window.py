from collections import Counter

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.drop_hint import DropHint
from app.shell import Shell
from tests.app.conftest import MakeShell, furniture


def hold(shell: Shell, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    shell.window.dragEnterEvent(event)
    return event


def file(path: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    return data


def hint(shell: Shell) -> DropHint:
    found = shell.window.findChild(DropHint)
    assert isinstance(found, DropHint)
    return found


def test_a_file_held_over_a_document_shows_where_it_goes(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    assert hold(shell, file(two[1])).isAccepted()
    assert hint(shell).isVisible()
    centre = shell.window.centralWidget()
    assert centre is not None
    assert hint(shell).geometry() == centre.rect()
    shell.window.dragLeaveEvent(QDragLeaveEvent())
    assert not hint(shell).isVisible()


def test_words_held_over_the_window_are_not_taken(shell: Shell) -> None:
    data = QMimeData()
    data.setText("words")
    assert not hold(shell, data).isAccepted()
    assert not hint(shell).isVisible()


def test_the_question_line_leaves_dropped_files_to_the_window(shell: Shell) -> None:
    line = furniture(shell).panel.composer.line
    assert not line.acceptDrops()
    assert not line.viewport().acceptDrops()


def test_no_key_means_two_things(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]) -> None:
    shell = make_shell(two[0])
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    keys = Counter(
        key.toString()
        for action in shell.window.findChildren(QAction)
        if action.isEnabled()
        for key in action.shortcuts()
        if not key.isEmpty()
    )
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_menu_entry_has_a_letter_of_its_own(shell: Shell) -> None:
    for menu in shell.window.menuBar().findChildren(QMenu):
        texts = [action.text().replace("&&", "") for action in menu.actions() if action.text()]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), texts
        assert len(letters) == len(texts), texts


def test_the_window_stays_layout(shell: Shell) -> None:
    from pathlib import Path

    from app import window

    assert len(Path(window.__file__).read_text(encoding="utf-8").splitlines()) <= 250


def test_the_notice_goes_when_it_is_closed(shell: Shell) -> None:
    notice = shell.window.notice
    notice.say("One.")
    notice.say("Two.")
    assert notice.text == "One.\nTwo."
    notice.dismiss()
    assert not notice.isVisible()
    assert notice.text == ""
