"""Keys on a page: the box's text, the box's past, the marks."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app import front
from app.ask.values import Scope
from app.shell import Shell
from app.tabs import _Bar  # pyright: ignore[reportPrivateUsage] # the person's right click
from app.viewer.document_view import DocumentView
from app.viewer.geometry import box_rect
from app.viewer.page_area import PageArea
from tests.app.conftest import MakeShell, furniture, to_the_front
from tests.app.viewer.hand import action
from tests.app.viewer.sample import draw_blank
from vlm.types import Box, PageRef, Quarter

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NUMBER = Box(0.6, 0.08, 1.0, 0.13)
"""Where the sample has its name and number."""


def front_view(qtbot: QtBot, shell: Shell) -> DocumentView:
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    assert tabs.current is not None
    return tabs.current


def area_of(view: DocumentView) -> PageArea:
    return view.findChildren(PageArea)[0]


@pytest.fixture
def shell(make_shell: MakeShell, two: tuple[str, str]) -> Shell:
    return make_shell(two[0])


def test_the_text_of_the_box_is_copied(qtbot: QtBot, shell: Shell) -> None:
    view = front_view(qtbot, shell)
    QApplication.clipboard().setText("before")
    QTest.keyClick(area_of(view), Qt.Key.Key_C, CONTROL)
    assert shell.window.notice.text == front.NO_BOX
    view.set_crop(0, NUMBER)
    QTest.keyClick(area_of(view), Qt.Key.Key_C, CONTROL)
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "before")
    copied = QApplication.clipboard().text()
    assert copied == "Number\t2026-0001\nDate\t14 March 2026"
    assert shell.window.notice.text == "Copied: Number 2026-0001 Date 14 March 2026"


def test_all_text_of_a_page_is_copied(qtbot: QtBot, shell: Shell) -> None:
    view = front_view(qtbot, shell)
    view.go_to(1)
    QApplication.clipboard().setText("before")
    made = furniture(shell).front
    choose = next(a for a in made.menu(view).actions() if a.text() == "Copy the text of the page")
    choose.trigger()
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "before")
    lines = QApplication.clipboard().text().split("\n")
    assert lines[0] == "Northwind Office Supplies\tINVOICE"
    assert "Toner cartridges\t6\t7.12\t42.72" in lines, "a table goes into a spreadsheet"
    assert lines[-1] == "Page 2"


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_part_is_shown_up_close_for_a_smaller_box(
    qtbot: QtBot, shell: Shell, rotation: Quarter
) -> None:
    view = front_view(qtbot, shell)
    area = area_of(view)
    area.rotate(rotation)
    furniture(shell).panel.closer_wanted.emit(Scope(PageRef(view.path, 0), NUMBER))
    shown = box_rect(NUMBER, area.place(0), rotation)
    room = area.viewport().rect().toRectF()
    assert room.contains(shown)
    filled = max(shown.width() / room.width(), shown.height() / room.height())
    assert 0.8 < filled < 1.0


def test_a_turned_page_is_asked_about_as_it_is_turned(qtbot: QtBot, shell: Shell) -> None:
    view, panel = front_view(qtbot, shell), furniture(shell).panel
    qtbot.waitUntil(lambda: panel.scope is not None)
    action(view, "Rotate clockwise")
    assert panel.scope == Scope(PageRef(view.path, 0, 90))
    view.set_crop(0, NUMBER)
    action(view, "Rotate clockwise")
    assert panel.scope == Scope(PageRef(view.path, 0, 180), NUMBER)


def test_a_picture_has_no_text_to_copy(qtbot: QtBot, make_shell: MakeShell, tmp_path: Path) -> None:
    shell = make_shell(draw_blank(tmp_path / "blank.pdf", 1))
    view = front_view(qtbot, shell)
    view.set_crop(0, NUMBER)
    QApplication.clipboard().setText("before")
    QTest.keyClick(area_of(view), Qt.Key.Key_C, CONTROL)
    qtbot.waitUntil(lambda: shell.window.notice.text == front.NO_TEXT)
    assert QApplication.clipboard().text() == "before"


def test_a_box_that_was_lost_comes_back(qtbot: QtBot, shell: Shell) -> None:
    view = front_view(qtbot, shell)
    area = area_of(view)
    view.set_crop(0, NUMBER)
    QTest.keyClick(area, Qt.Key.Key_Escape)
    assert view.crop() is None
    view.go_to(2)
    QTest.keyClick(area, Qt.Key.Key_Z, CONTROL)
    assert view.crop() == (view.page(), NUMBER)
    assert view.page().page == 0
    QTest.keyClick(area, Qt.Key.Key_Z, CONTROL)
    assert view.crop() is None
    QTest.keyClick(area, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert view.crop() is not None
    QTest.keyClick(area, Qt.Key.Key_Delete)
    assert view.crop() is None


def test_escape_takes_the_marks_of_an_answer_away(qtbot: QtBot, shell: Shell) -> None:
    view = front_view(qtbot, shell)
    area = area_of(view)
    view.show_evidence(0, (NUMBER,), scroll=False, proven=True)
    assert area.painter.evidence[1]
    QTest.keyClick(area, Qt.Key.Key_Escape)
    assert not area.painter.evidence[1]


def groups(actions: Sequence[QAction]) -> list[int]:
    """Return how many commands stand between the lines of a menu."""
    marks = "".join("|" if one.isSeparator() else "." for one in actions)
    return [len(group) for group in marks.split("|")]


def test_menus_have_the_commands_of_a_page_in_groups(qtbot: QtBot, shell: Shell) -> None:
    view, window = front_view(qtbot, shell), shell.window
    (bar,) = [one.menu() for one in window.menuBar().actions() if one.text() == "&View"]
    assert isinstance(bar, QMenu)
    for _ in range(2):
        window.show_document(view.path, view.actions())
        assert groups(bar.actions()) == [2, 5, 3, 2, 1, 4]
        assert groups(furniture(shell).front.menu(view).actions()) == [5, 2, 5, 3, 2, 1]


def texts(menu: QMenu, *, usable: bool) -> list[str]:
    return [
        action.text()
        for action in menu.actions()
        if not action.isSeparator() and action.isEnabled() is usable
    ]


def test_a_right_click_offers_what_the_keys_do(qtbot: QtBot, shell: Shell) -> None:
    view = front_view(qtbot, shell)
    made = furniture(shell).front
    off = texts(made.menu(view), usable=False)
    assert off[:4] == ["Copy the text in the box", "Remove the box", "Undo", "Redo"]
    view.set_crop(0, NUMBER)
    whole = "Copy the text of the page"
    assert texts(made.menu(view), usable=True)[:4] == [off[0], whole, *off[1:3]]
    undo = next(action for action in made.menu(view).actions() if action.text() == "Undo")
    undo.trigger()
    assert view.crop() is None
    area = area_of(view)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, QPoint(20, 20), area.mapToGlobal(QPoint(20, 20))
    )
    before = set(view.findChildren(QMenu))
    QApplication.sendEvent(area.viewport(), event)
    (shown,) = (menu for menu in view.findChildren(QMenu) if menu.isVisible())
    assert shown not in before
    shown.close()


def test_the_other_tabs_are_closed_from_a_tab(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(*two)
    front_view(qtbot, shell)
    tabs = furniture(shell).tabs
    menu = tabs.findChildren(_Bar)[0].menu(1)
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    actions["Copy the name"].trigger()
    assert QApplication.clipboard().text() == Path(two[1]).name
    actions["Close the others"].trigger()
    assert tabs.paths == (two[1],)
    assert front_view(qtbot, shell).path == two[1]


def test_keys_alone_choose_the_whole_document_and_the_page_again(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    tabs, panel = furniture(shell).tabs, furniture(shell).panel
    qtbot.waitUntil(lambda: panel.scope is not None)
    to_the_front(qtbot, shell.window)
    qtbot.keyClick(shell.window, Qt.Key.Key_D, CONTROL | SHIFT)
    page = PageRef(two[0], 0)
    assert panel.scope == Scope(page, whole=True)
    qtbot.keyClick(shell.window, Qt.Key.Key_A, CONTROL | SHIFT)
    assert panel.scope == Scope(page)
    assert tabs.current is not None
    tabs.current.set_crop(0, Box(0.1, 0.1, 0.5, 0.2))
    qtbot.waitUntil(lambda: panel.scope is not None and panel.scope.box is not None)
    qtbot.keyClick(shell.window, Qt.Key.Key_D, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: panel.scope == Scope(page, whole=True))
    assert tabs.current.crop() is None
