import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.remote.dialog import ConnectDialog
from vlm.types import Server


@pytest.fixture
def dialog(qtbot: QtBot) -> ConnectDialog:
    made = ConnectDialog(None)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_says_who_gets_the_pages_before_it_can_be_agreed(
    qtbot: QtBot, dialog: ConnectDialog
) -> None:
    assert not dialog.yes.isEnabled()
    QTest.keyClicks(dialog.address, "api.example.com")
    assert dialog.yes.isEnabled()
    assert dialog.yes.text() == "Send pages to api.example.com"
    assert "leave this computer" in dialog.warning.text()
    assert "not encrypted" not in dialog.warning.text()
    with qtbot.waitSignal(dialog.agreed) as agreed:
        QTest.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    assert agreed.args == [Server("https://api.example.com/v1"), False]


def test_enter_in_a_line_agrees_to_nothing(qtbot: QtBot, dialog: ConnectDialog) -> None:
    QTest.keyClicks(dialog.address, "gpu-box:8000")
    with qtbot.assertNotEmitted(dialog.agreed):
        QTest.keyClick(dialog.address, Qt.Key.Key_Return)
    assert "not encrypted" in dialog.warning.text()


def test_all_of_what_a_click_allows_can_be_read(qtbot: QtBot, dialog: ConnectDialog) -> None:
    dialog.address.setText("gpu-box.with-a-very-long-name.lan:8000")
    text = dialog.warning.findChildren(QLabel)[0]
    qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))


def test_this_computer_is_called_so(dialog: ConnectDialog) -> None:
    dialog.address.setText("localhost:8000")
    assert "on this computer" in dialog.warning.text()
    assert "leave this computer" not in dialog.warning.text()


def test_what_is_wrong_with_an_address_is_said(dialog: ConnectDialog) -> None:
    dialog.address.setText("http://8.8.8.8")
    assert "without encryption" in dialog.warning.text()
    assert not dialog.yes.isEnabled()


def test_the_key_is_not_shown(dialog: ConnectDialog) -> None:
    assert dialog.key.echoMode() is QLineEdit.EchoMode.Password


def test_what_was_remembered_is_offered_and_nothing_more(qtbot: QtBot) -> None:
    known = Server("https://api.example.com/v1", "big", "sk-1")
    dialog = ConnectDialog(known)
    qtbot.addWidget(dialog)
    assert (dialog.address.text(), dialog.model.text()) == (known.address, "big")
    assert dialog.remember.isChecked()
    with qtbot.waitSignal(dialog.agreed) as agreed:
        dialog.show()
        QTest.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    assert agreed.args == [known, True]


def test_the_lines_stay_where_they_are_when_a_warning_comes(
    qtbot: QtBot, dialog: ConnectDialog
) -> None:
    lines = (dialog.address, dialog.model, dialog.key, dialog.remember)
    before = [line.y() for line in lines]
    lowest = dialog.height()
    dialog.address.setText("gpu-box:8000")
    qtbot.waitUntil(lambda: dialog.warning.isVisible() and dialog.height() > lowest)
    assert [line.y() for line in lines] == before
    dialog.address.setText("")
    qtbot.waitUntil(lambda: dialog.height() == lowest)
