import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Prompt, PromptDialog, Reply


def press(dialog: PromptDialog, qtbot: QtBot, text: str) -> None:
    (button,) = [found for found in dialog.findChildren(QPushButton) if found.text() == text]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_reply_is_the_button_and_the_password(qtbot: QtBot) -> None:
    dialog = PromptDialog(Prompt("Locked", "Password?", ("Open", "Cancel"), secret="Password"))
    qtbot.addWidget(dialog)
    dialog.show()
    line = dialog.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    assert line.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(line, "sesame")
    press(dialog, qtbot, "Open")
    assert dialog.reply == Reply("Open", "sesame")


def test_escape_is_no_reply(qtbot: QtBot) -> None:
    dialog = PromptDialog(Prompt("Delete", "Really?", ("Delete", "Keep")))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.reply is None


@pytest.mark.parametrize(("for_good", "chosen"), [(True, "Keep"), (False, "Delete")])
def test_enter_takes_nothing_away_for_good(qtbot: QtBot, for_good: bool, chosen: str) -> None:
    dialog = PromptDialog(Prompt("Delete", "Really?", ("Delete", "Keep"), for_good=for_good))
    qtbot.addWidget(dialog)
    dialog.show()
    focused = dialog.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == chosen
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.reply == Reply(chosen)


def test_enter_is_the_button_that_has_the_keyboard(qtbot: QtBot) -> None:
    dialog = PromptDialog(Prompt("Delete", "Really?", ("Delete", "Keep"), for_good=True))
    qtbot.addWidget(dialog)
    dialog.show()
    (delete,) = [one for one in dialog.findChildren(QPushButton) if one.text() == "Delete"]
    delete.setFocus()
    qtbot.keyClick(delete, Qt.Key.Key_Return)
    assert dialog.reply == Reply("Delete")


def test_details_can_be_read_and_copied_but_not_changed(qtbot: QtBot) -> None:
    dialog = PromptDialog(Prompt("T", "t", detail="<b>long</b>\ntext"))
    qtbot.addWidget(dialog)
    detail = dialog.findChild(QPlainTextEdit)
    assert isinstance(detail, QPlainTextEdit)
    assert detail.isReadOnly()
    assert detail.toPlainText() == "<b>long</b>\ntext"


def test_ask_waits_for_the_person(qtbot: QtBot) -> None:
    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, PromptDialog)
        press(dialog, qtbot, "Keep")

    QTimer.singleShot(0, answer)
    assert dialogs.ask(None, Prompt("Delete", "Really?", ("Delete", "Keep"))) == Reply("Keep")
