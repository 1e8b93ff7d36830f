"""The list of small pictures gives way to the page."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.viewer.list_room import ROOMY, ListRoom


@pytest.fixture
def view(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(ROOMY, 400)
    made.show()
    return made


@pytest.fixture
def action(view: QWidget) -> QAction:
    made = QAction(view)
    made.setCheckable(True)
    return made


def test_the_list_goes_while_the_view_is_narrow(view: QWidget, action: QAction) -> None:
    room = ListRoom(view, action)
    assert not action.isChecked()
    room.begin(3)
    assert action.isChecked()
    view.resize(ROOMY - 1, 400)
    assert not action.isChecked()
    view.resize(ROOMY, 400)
    assert action.isChecked()


def test_a_single_page_has_no_list(view: QWidget, action: QAction) -> None:
    ListRoom(view, action).begin(1)
    view.resize(ROOMY + 100, 400)
    assert not action.isChecked()


@pytest.mark.parametrize("width", [ROOMY - 1, ROOMY])
def test_what_the_person_chose_stays(view: QWidget, action: QAction, width: int) -> None:
    view.resize(width, 400)
    ListRoom(view, action).begin(3)
    action.trigger()
    chosen = action.isChecked()
    assert chosen == (width < ROOMY)
    for other in (ROOMY + 50, ROOMY - 50):
        view.resize(other, 400)
        assert action.isChecked() == chosen
