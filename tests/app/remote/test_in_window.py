"""A server in the whole program: real window, real engine process, a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.furniture import Furniture
from app.remote.dialog import ConnectDialog
from tests.app.conftest import MakeShell, furniture
from tests.openai_server import KEY, MODEL, TEXT, FakeServer, serving
from vlm import paths
from vlm.connections import ConnectionLog

WAIT = 60_000


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving(FakeServer()) as running:
        yield running


def agree(qtbot: QtBot, parts: Furniture, server: FakeServer) -> None:
    """Agree in the dialog, as a person does."""
    parts.remote.open()
    (dialog,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, ConnectDialog)]
    dialog.address.setText(server.address)
    dialog.key.setText(KEY)
    QTest.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)


def test_a_server_answers_after_a_yes_and_until_it_is_turned_off(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    server: FakeServer,
) -> None:
    shell = make_shell(two[0], child="engine")
    parts = furniture(shell)
    strip = parts.remote.strip
    qtbot.waitUntil(lambda: parts.panel.scope is not None, timeout=WAIT)
    assert not strip.isVisible(), "it is off at every start"
    assert server.asked == []

    agree(qtbot, parts, server)
    assert strip.isVisible()
    host = server.address.removeprefix("http://")
    qtbot.waitUntil(lambda: parts.panel.head.chip.text().startswith(MODEL), timeout=WAIT)
    assert host in strip.text
    assert server.questions == [], "no page leaves before a question"

    QTest.keyClicks(parts.panel.composer.line, "What is the total?")
    QTest.keyClick(parts.panel.composer.line, Qt.Key.Key_Return)
    card = parts.panel.cards[-1]
    qtbot.waitUntil(lambda: card.answer is not None, timeout=WAIT)
    assert card.text.text() == TEXT
    assert strip.isVisible()
    assert [one.host for one in ConnectionLog().read()] == [host, host]
    for file in Path(paths.data_dir()).rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()

    QTest.mouseClick(strip.off, Qt.MouseButton.LeftButton)
    assert not strip.isVisible()
    QTest.keyClicks(parts.panel.composer.line, "And now?")
    QTest.keyClick(parts.panel.composer.line, Qt.Key.Key_Return)
    later = parts.panel.cards[-1]
    qtbot.waitUntil(lambda: not later.pending, timeout=WAIT)
    assert later.answer is None, "there is no model on this computer in this test"
    assert len(server.questions) == 1
