"""A page number is typed: the pages move once, to a page that there is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.viewer.page_box import PageBox


class Bar(QWidget):
    """A box of 600 pages beside another line, and what it asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.box, self.other = PageBox(), QLineEdit()
        self.asked: list[int] = []
        self.left = 0
        layout = QVBoxLayout(self)
        layout.addWidget(self.box)
        layout.addWidget(self.other)
        self.box.asked.connect(self.asked.append)
        self.box.left.connect(self._on_left)
        self.box.set_count(600)
        self.box.show_page(0)

    def _on_left(self) -> None:
        self.left += 1


@pytest.fixture
def bar(qtbot: QtBot) -> Bar:
    made = Bar()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.box.setFocus()
    made.box.selectAll()
    return made


def test_the_pages_move_once_when_enter_is_pressed(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.box, "500")
    assert bar.asked == []
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)
    assert bar.asked == [499]
    assert bar.left == 1


@pytest.mark.parametrize(("typed", "page"), [("700", 599), ("99999", 599), ("0", 0), ("007", 6)])
def test_a_number_without_a_page_goes_to_the_nearest(
    qtbot: QtBot, bar: Bar, typed: str, page: int
) -> None:
    bar.box.show_page(300)
    bar.box.selectAll()
    qtbot.keyClicks(bar.box, typed)
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)
    assert bar.asked == [page]


def test_letters_are_no_page(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.box, "-1.2e")
    assert bar.box.text() == "12"


def test_leaving_goes_there_and_escape_does_not(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.box, "40")
    bar.other.setFocus()
    assert bar.asked == [39]
    bar.box.setFocus()
    bar.box.selectAll()
    qtbot.keyClicks(bar.box, "50")
    qtbot.keyClick(bar.box, Qt.Key.Key_Escape)
    assert (bar.box.text(), bar.left) == ("1", 1)
    bar.other.setFocus()
    assert bar.asked == [39]


def test_pages_that_move_meanwhile_leave_what_is_typed(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClicks(bar.box, "5")
    bar.box.show_page(7)
    qtbot.keyClicks(bar.box, "0")
    assert bar.box.text() == "50"
    qtbot.keyClick(bar.box, Qt.Key.Key_Escape)
    assert bar.box.text() == "8"
    bar.box.show_page(8)
    assert bar.box.text() == "9"


def test_nothing_typed_goes_nowhere(qtbot: QtBot, bar: Bar) -> None:
    qtbot.keyClick(bar.box, Qt.Key.Key_Backspace)
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)
    assert bar.asked == []
    assert bar.box.text() == "1"
