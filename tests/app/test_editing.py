"""The Edit menu does in a field what the field's own keys do, and offers only what can be done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.editing import Edit, able
from app.shell import Shell
from app.viewer.page_area import PageArea
from tests.app.conftest import MakeShell, furniture, to_the_front
from vlm.types import Box


def offered(shell: Shell) -> set[str]:
    """Open the menu and return what can be chosen in it, but for the history."""
    menu = shell.window.commands.edit_menu
    menu.aboutToShow.emit()
    return {
        action.text().replace("&", "")
        for action in menu.actions()
        if action.isEnabled()
        and action.text()
        and action is not shell.window.commands.search_history
    }


@pytest.fixture
def shell(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]) -> Shell:
    shell = make_shell(two[0])
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    to_the_front(qtbot, shell.window)
    return shell


def test_the_menu_edits_the_question(qtbot: QtBot, shell: Shell) -> None:
    does = shell.window.commands
    line = furniture(shell).panel.composer.line
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    QApplication.clipboard().setText("paste")
    assert offered(shell) == {"Paste"}
    qtbot.keyClicks(line, "total")
    assert offered(shell) == {"Undo", "Paste", "Select all"}
    does.select_all.trigger()
    assert offered(shell) == {"Undo", "Cut", "Copy", "Paste", "Select all"}
    does.copy.trigger()
    assert QApplication.clipboard().text() == "total"
    does.cut.trigger()
    assert line.toPlainText() == ""
    does.paste.trigger()
    does.paste.trigger()
    assert line.toPlainText() == "totaltotal"
    does.undo.trigger()
    assert line.toPlainText() == "total"
    assert "Redo" in offered(shell)
    does.redo.trigger()
    assert line.toPlainText() == "totaltotal"


def test_words_are_pasted_into_the_field_that_has_the_keyboard(qtbot: QtBot, shell: Shell) -> None:
    does, parts = shell.window.commands, furniture(shell)
    does.history.setChecked(True)
    parts.history_panel.focus_search()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QApplication.clipboard().setText("Mainz")
    does.paste.trigger()
    assert field.text() == "Mainz"
    assert parts.panel.draft() == "", "it went into the question"


def test_on_a_page_the_box_is_edited(qtbot: QtBot, shell: Shell) -> None:
    does, view = shell.window.commands, furniture(shell).tabs.current
    assert view is not None
    area = view.findChildren(PageArea)[0]
    area.setFocus()
    qtbot.waitUntil(area.hasFocus)
    assert offered(shell) == {"Paste"}
    view.set_crop(0, Box(0.6, 0.08, 1.0, 0.13))
    assert offered(shell) == {"Undo", "Copy", "Paste"}
    QApplication.clipboard().setText("before")
    does.copy.trigger()
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "before")
    assert "2026-0001" in QApplication.clipboard().text()
    does.undo.trigger()
    assert view.crop() is None
    assert offered(shell) == {"Redo", "Paste"}
    does.redo.trigger()
    assert view.crop() is not None


def test_a_menu_that_is_open_leaves_the_field_what_it_was(qtbot: QtBot, shell: Shell) -> None:
    line = furniture(shell).panel.composer.line
    line.setFocus()
    qtbot.keyClicks(line, "total")
    bar = shell.window.menuBar()
    bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
    assert "Select all" in offered(shell)


def test_the_keys_of_the_menu_stay_with_the_fields(shell: Shell) -> None:
    does = shell.window.commands
    told: tuple[QAction, ...] = (does.undo, does.redo, does.cut, does.copy, does.select_all)
    assert not set(told) & set(shell.window.actions()), "a window takes the keys of its actions"
    assert all(not action.shortcut().isEmpty() for action in told)


def _line(text: str, *, secret: bool = False, read_only: bool = False) -> QLineEdit:
    line = QLineEdit(text)
    line.setReadOnly(read_only)
    if secret:
        line.setEchoMode(QLineEdit.EchoMode.Password)
    line.selectAll()
    return line


def _text(words: str, *, read_only: bool) -> QPlainTextEdit:
    text = QPlainTextEdit(words)
    text.setReadOnly(read_only)
    text.selectAll()
    return text


def _number(value: int) -> QSpinBox:
    number = QSpinBox()
    number.setValue(value)
    return number


def _label() -> QLabel:
    label = QLabel("words")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
    label.setSelection(0, 5)
    return label


def _rows() -> QListWidget:
    rows = QListWidget()
    rows.addItem("one")
    rows.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
    return rows


WRITABLE = {Edit.CUT, Edit.COPY, Edit.PASTE, Edit.SELECT_ALL}
READ = {Edit.COPY, Edit.SELECT_ALL}


@pytest.mark.parametrize(
    ("make", "can"),
    [
        (lambda: _line("a"), WRITABLE),
        (lambda: _line(""), {Edit.PASTE}),
        (lambda: _line("a", read_only=True), READ),
        (lambda: _line("a", secret=True), {Edit.PASTE, Edit.SELECT_ALL}),
        (lambda: _text("a", read_only=False), WRITABLE),
        (lambda: _text("a", read_only=True), READ),
        (lambda: _number(5), {Edit.PASTE, Edit.SELECT_ALL}),
        (_label, {Edit.COPY}),
        (_rows, {Edit.SELECT_ALL}),
        (QListWidget, set()),
        (QPushButton, set()),
    ],
)
def test_a_field_says_what_can_be_done_in_it(
    qtbot: QtBot, make: Callable[[], QWidget], can: set[Edit]
) -> None:
    field = make()
    qtbot.addWidget(field)
    assert set(able(field)) == can
