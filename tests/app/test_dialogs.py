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
