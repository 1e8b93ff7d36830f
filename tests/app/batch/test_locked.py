"""A batch in which nothing is missing but a password."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import dialogs
from app.batch import words
from app.batch.runner import Phase
from app.dialogs import Prompt, Reply
from tests.app.batch.conftest import WAIT, Desk, draw, looked, press_run


def test_the_button_asks_for_the_password_that_is_missing(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.pdf", "c.pdf"):
        (desk.folder / name).unlink()
    draw(desk.folder / "d.pdf", "Invoice 2 total 12.50", password="secret")
    asked: list[str] = []

    def reply(_parent: object, prompt: Prompt) -> Reply:
        asked.append(prompt.text)
        return Reply(words.UNLOCK, "secret")

    monkeypatch.setattr(dialogs, "ask", reply)
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert desk.window.run.text() == words.PASSWORD
    QTest.mouseClick(desk.window.run, Qt.MouseButton.LeftButton)
    assert asked == [words.locked(str(desk.folder / "d.pdf"))]
    qtbot.waitUntil(lambda: desk.table.problems == 0, timeout=WAIT)
    qtbot.waitUntil(lambda: desk.window.run.text() == "All answered", timeout=WAIT)
