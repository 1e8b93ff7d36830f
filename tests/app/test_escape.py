"""One press of Esc takes one thing away: message, colours, box, answer, marks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ask.values import Looks
from app.shell import Shell
from app.viewer.document_view import DocumentView
from app.viewer.page_area import PageArea
from app.viewer.search_bar import SearchBar
from tests.app.conftest import MakeShell, furniture, to_the_front
from vlm import paths
from vlm.types import Box

BOX = Box(0.1, 0.05, 0.9, 0.3)
WAIT = 10_000


@pytest.fixture
def shell(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]) -> Shell:
    """The program with a document in front and a model that reads."""
    with_a_model()
    made = make_shell(two[0])
    parts = furniture(made)
    qtbot.waitUntil(lambda: view_of(made) is not None)
    qtbot.waitUntil(lambda: parts.versions.wearing.model is not None, timeout=WAIT)
    to_the_front(qtbot, made.window)
    return made


def with_a_model() -> None:
    (paths.config_dir() / "settings.json").write_text('{"model_folder": "/models/one"}')


def view_of(shell: Shell) -> DocumentView | None:
    view = furniture(shell).tabs.current
    return view if view is not None and view.document() is not None else None


def front(shell: Shell) -> tuple[DocumentView, PageArea]:
    view = view_of(shell)
    assert view is not None
    return view, view.findChildren(PageArea)[0]


def escape(widget: QWidget) -> None:
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Escape)


def answered(qtbot: QtBot, shell: Shell) -> None:
    """Ask about the box and have the colours shown."""
    panel = furniture(shell).panel
    QTest.keyClicks(panel.composer.line, "What?")
    QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.cards[-1].answer is not None, timeout=WAIT)
    with qtbot.waitSignal(furniture(shell).asking.looks, timeout=WAIT) as looks:
        QTest.mouseClick(panel.cards[-1].where, Qt.MouseButton.LeftButton)
    assert looks.args is not None
    assert isinstance(looks.args[0], Looks)


def test_each_press_takes_the_next_thing_from_the_page(qtbot: QtBot, shell: Shell) -> None:
    panel, notice = furniture(shell).panel, shell.window.notice
    view, area = front(shell)
    view.set_crop(0, BOX)
    answered(qtbot, shell)
    notice.say("Something to know.")
    shell.window.commands.full_screen.setChecked(True)

    def there() -> tuple[bool, ...]:
        marks = bool(area.painter.evidence[1])
        colours = bool(area.painter.heats)
        full = shell.window.isFullScreen()
        return notice.isVisible(), colours, view.crop() is not None, marks, full

    seen = [there()]
    while any(there()):
        escape(area)
        seen.append(there())
        assert seen[-1] != seen[-2]
    assert seen == [
        (True, True, True, True, True),
        (False, True, True, True, True),
        (False, False, True, True, True),
        (False, False, False, True, True),
        (False, False, False, False, True),
        (False, False, False, False, False),
    ]
    assert not panel.cards[-1].where.isChecked()


def test_the_question_line_gives_way_to_message_and_colours_and_keeps_what_is_typed(
    qtbot: QtBot, shell: Shell
) -> None:
    panel, notice = furniture(shell).panel, shell.window.notice
    view, area = front(shell)
    view.set_crop(0, BOX)
    answered(qtbot, shell)
    notice.say("Something to know.")
    QTest.keyClicks(panel.composer.line, "And who")
    escape(panel.composer.line)
    assert not notice.isVisible()
    assert panel.cards[-1].where.isChecked()
    escape(panel.composer.line)
    assert not panel.cards[-1].where.isChecked()
    assert panel.composer.line.hasFocus()
    escape(panel.composer.line)
    assert area.hasFocus()
    assert panel.draft() == "And who"
    assert view.crop() is not None


def test_a_running_answer_is_stopped_from_the_page_when_no_box_is_left(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "60")
    with_a_model()
    shell = make_shell(two[0])
    parts = furniture(shell)
    qtbot.waitUntil(lambda: view_of(shell) is not None)
    qtbot.waitUntil(lambda: parts.versions.wearing.model is not None, timeout=WAIT)
    view, area = front(shell)
    view.set_crop(0, BOX)
    QTest.keyClicks(parts.panel.composer.line, "What?")
    QTest.keyClick(parts.panel.composer.line, Qt.Key.Key_Return)
    card = parts.panel.cards[-1]
    qtbot.waitUntil(lambda: bool(card.text.text()), timeout=WAIT)
    escape(area)
    assert view.crop() is None
    assert card.pending
    escape(area)
    qtbot.waitUntil(lambda: not card.pending, timeout=WAIT)
    assert card.ending.text() == "Stopped by you"


def test_the_search_is_closed_after_the_message(qtbot: QtBot, shell: Shell) -> None:
    view, _ = front(shell)
    view.findChildren(SearchBar)[0].begin()
    bar = view.findChildren(SearchBar)[0]
    field = shell.window.focusWidget()
    assert field is not None
    assert bar.isAncestorOf(field)
    shell.window.notice.say("Something to know.")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not shell.window.notice.isVisible()
    assert bar.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
