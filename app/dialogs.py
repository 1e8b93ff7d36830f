"""Questions to the person: one `ask` function, and the system's file dialogs. Plain text only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.labels import Role, label

WIDTH = 440
DETAIL_WIDTH = 680


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to ask.

    `choices` are the buttons, the main one first; Esc means none of them. `secret` is the name of
    a line for a password, `detail` a longer text that can be copied; both "" for none. With
    `for_good` the main one takes something away that does not come back: Enter then is the last.
    """

    title: str
    text: str
    choices: tuple[str, ...] = ("OK",)
    secret: str = ""
    detail: str = ""
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person chose, and what stands in the secret line."""

    choice: str
    secret: str = ""


class PromptDialog(QDialog):
    """Shows a prompt; `reply` is None until a button was pressed."""

    def __init__(self, prompt: Prompt, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reply: Reply | None = None
        self.setWindowTitle(prompt.title)
        self.setAccessibleName(prompt.title)
        self.setAccessibleDescription(prompt.text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE * 3] * 4)
        layout.setSpacing(theme.SPACE * 2)
        layout.addWidget(label(prompt.title, Role.HEADING, wrap=True))
        layout.addWidget(label(prompt.text, wrap=True))
        self._secret = QLineEdit()
        if prompt.secret:
            self._secret.setEchoMode(QLineEdit.EchoMode.Password)
            self._secret.setAccessibleName(prompt.secret)
            self._secret.setPlaceholderText(prompt.secret)
            layout.addWidget(self._secret)
        if prompt.detail:
            layout.addWidget(self._make_detail(prompt.detail), 1)
        layout.addLayout(self._make_buttons(prompt))
        (self._secret if prompt.secret else self._enter).setFocus()
        self.setMinimumWidth(DETAIL_WIDTH if prompt.detail else WIDTH)

    def _make_detail(self, text: str) -> QPlainTextEdit:
        detail = QPlainTextEdit(text)
        detail.setReadOnly(True)
        detail.setTabChangesFocus(True)
        detail.setAccessibleName("Details")
        detail.setMinimumHeight(380)
        return detail

    def _make_buttons(self, prompt: Prompt) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch()
        choices = prompt.choices
        enter = choices[-1 if prompt.for_good else 0]
        for choice in reversed(choices):
            button = QPushButton(choice)
            button.setAccessibleName(choice)
            button.clicked.connect(lambda _=False, chosen=choice: self._choose(chosen))
            if choice == enter:
                button.setProperty("kind", "primary")
                button.setDefault(True)
                self._enter = button
            row.addWidget(button)
        return row

    def _choose(self, choice: str) -> None:
        self.reply = Reply(choice, self._secret.text())
        self.accept()


def ask(parent: QWidget | None, prompt: Prompt) -> Reply | None:
    """Ask and wait for the answer; None when the person closed the dialog."""
    dialog = PromptDialog(prompt, parent)
    dialog.exec()
    dialog.deleteLater()
    return dialog.reply


def copy(text: str) -> None:
    """Put plain text on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def choose_documents(parent: QWidget, folder: str, kinds: str) -> list[str]:
    """Let the person choose files to open; empty when they changed their mind."""
    files, _ = QFileDialog.getOpenFileNames(parent, "Open documents", folder, kinds)
    return files


def choose_folder(parent: QWidget, title: str, folder: str) -> str:
    """Let the person choose a folder; "" when they changed their mind."""
    return QFileDialog.getExistingDirectory(parent, title, folder)


def choose_export(parent: QWidget, name: str) -> Path | None:
    """Let the person choose a file to write; its ending names the format."""
    kinds = {
        "Spreadsheet, CSV (*.csv)": ".csv",
        "JSON (*.json)": ".json",
        "Markdown (*.md)": ".md",
    }
    dialog = QFileDialog(parent, "Export the history", name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(kinds))
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    ending = kinds[dialog.selectedNameFilter()]
    dialog.deleteLater()
    if not chosen:
        return None
    file = Path(chosen[0])
    return file if file.suffix.lower() in kinds.values() else file.with_name(file.name + ending)


def choose_file(parent: QWidget, title: str, kinds: str) -> Path | None:
    """Let the person choose a file to read; None when they changed their mind."""
    file, _ = QFileDialog.getOpenFileName(parent, title, str(Path.home()), kinds)
    return Path(file) if file else None


def choose_target(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Let the person choose a file to write; the ending of `name` is added when it lacks one."""
    file, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / name), kinds)
    if not file:
        return None
    chosen = Path(file)
    return chosen if chosen.suffix else chosen.with_name(chosen.name + Path(name).suffix)
