"""The list of all keys: what is in it holds, and it can be searched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import key_list
from app.keys_dialog import KeysDialog
from app.shell import Shell
from tests.app.conftest import MakeShell, furniture


def shown(shell: Shell) -> KeysDialog:
    shell.window.commands.keys.trigger()
    (dialog,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, KeysDialog)]
    assert dialog.isVisible()
    return dialog


def lines(dialog: KeysDialog) -> list[tuple[str, str]]:
    """Return what is listed and not hidden by a search."""
    left = [item for top, items in dialog.groups if not top.isHidden() for item in items]
    return [(item.text(0), item.text(1)) for item in left if not item.isHidden()]


def test_f1_lists_every_key_also_without_a_document(shell: Shell) -> None:
    assert shell.window.commands.keys.shortcut().toString() == "F1"
    found = lines(shown(shell))
    for line in (("Ctrl+O", "Open"), ("Ctrl+F", "Find in document"), ("Ctrl+T", "Train")):
        assert line in found
    assert ("Shift+Enter", "Begin a new line") in found


def test_no_command_with_a_key_is_missing(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    keys = [key for key, _ in lines(shown(shell))]
    for action in shell.window.findChildren(QAction):
        if not action.shortcut().isEmpty() and action.text():
            assert action.shortcut().toString() in keys, action.text()


def test_each_group_but_the_first_stands_apart(shell: Shell) -> None:
    dialog = shown(shell)
    row = dialog.tree.visualItemRect(dialog.groups[0][1][0]).height()
    tops = [dialog.tree.visualItemRect(top).height() for top, _ in dialog.groups]
    assert tops[0] == row
    assert min(tops[1:]) > row


def test_it_is_searched_and_closed_by_keys(qtbot: QtBot, shell: Shell) -> None:
    dialog = shown(shell)
    qtbot.keyClicks(dialog.line, "new line")
    qtbot.waitUntil(lambda: lines(dialog) == [("Shift+Enter", "Begin a new line")])
    qtbot.keyClicks(dialog.line, " nowhere")
    qtbot.waitUntil(lambda: dialog.nothing.isVisible())
    assert lines(dialog) == []
    qtbot.keyClick(dialog.line, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_keys_that_no_menu_shows_are_told_once() -> None:
    for title, keys in key_list.UNLISTED:
        names = [key for key, _ in keys]
        assert len(names) == len(set(names)), title
