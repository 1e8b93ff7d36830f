"""A document that cannot be opened says why, can be tried again, and can be closed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.viewer.notice import Notice, PasswordCard
from app.viewer.page_area import PageArea
from tests.app.conftest import MakeShell, furniture, to_the_front
from tests.app.viewer.sample import LocalSource, draw_sample
from vlm.errors import UnreadableDocument
from vlm.types import Document


def buttons(card: Notice) -> dict[str, QPushButton]:
    return {button.text(): button for button in card.findChildren(QPushButton)}


def test_a_broken_document_can_be_closed(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = LocalSource.open
    broken = {two[1]}

    def open_(source: LocalSource, path: str, password: str | None = None) -> Document:
        if path in broken:
            raise UnreadableDocument("It is damaged.")
        return whole(source, path, password)

    monkeypatch.setattr(LocalSource, "open", open_)
    shell = make_shell(*two)
    tabs = furniture(shell).tabs
    tabs.show_tab(two[1])
    view = tabs.current
    assert view is not None
    (card,) = view.findChildren(PageArea)[0].findChildren(Notice)
    qtbot.waitUntil(card.isVisible)
    assert list(buttons(card)) == ["Try again", "Close"]

    qtbot.mouseClick(buttons(card)["Try again"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.isVisible)
    qtbot.mouseClick(buttons(card)["Close"], Qt.MouseButton.LeftButton)
    assert tabs.paths == (two[0],)
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)


def test_whoever_comes_back_to_a_locked_document_types_its_password(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path
) -> None:
    locked = draw_sample(tmp_path / "locked.pdf", 1, password="secret")
    shell = make_shell(locked, two[0])
    to_the_front(qtbot, shell.window)
    tabs = furniture(shell).tabs
    tabs.show_tab(locked)
    view = tabs.current
    assert view is not None
    (card,) = view.findChildren(PasswordCard)
    qtbot.waitUntil(card.isVisible)
    shell.window.commands.next_tab.trigger()
    shell.window.commands.previous_tab.trigger()
    field = card.findChildren(QLineEdit)[0]
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Backtab)
    assert not field.hasFocus(), "the keyboard may leave it"
    view.setFocus()
    qtbot.keyClicks(field, "secret")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.document() is not None)
    assert view.isAncestorOf(shell.window.focusWidget())
