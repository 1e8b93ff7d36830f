"""Getting a model by its name: a line, a short list of known good ones, and Get."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from app import theme
from app.labels import Role, label, menu_text
from app.models import words
from app.models.buttons import ActionButton
from app.models.mark import Mark
from app.theme import Tone


class GetBar(QFrame):
    """Takes a name.

    Signals:
        wanted(str): What the person typed, when they pressed Get. Nothing connects before.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.line = QLineEdit()
        self.line.setAccessibleName("Name of a model, or the address of its page")
        self.line.setPlaceholderText("Name, like HuggingFaceTB/SmolVLM-256M-Instruct")
        self.line.setMaxLength(300)
        self.suggest = ActionButton("Suggestions", "down")
        self.suggest.describe("Suggestions: open models that run here")
        self.get = ActionButton("Get", kind="primary")
        self.get.describe("Get the model")
        self.get.setEnabled(False)
        self.trouble = Mark(Tone.BAD)
        self.sentence = label("", wrap=True)
        self._menu = QMenu(self)
        self._fill_menu()
        self.suggest.clicked.connect(self._open_menu)
        self.line.textChanged.connect(self._on_edited)
        self.line.returnPressed.connect(self._on_get)
        self.get.clicked.connect(self._on_get)
        self._lay_out()
        self.say("")

    def _fill_menu(self) -> None:
        for name, note in words.SUGGESTIONS:
            action = QAction(menu_text(f"{name}  –  {note}"), self._menu)
            action.triggered.connect(lambda _=False, chosen=name: self._on_suggested(chosen))
            self._menu.addAction(action)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self.line, 1)
        row.addWidget(self.suggest)
        row.addWidget(self.get)
        trouble = QHBoxLayout()
        trouble.setSpacing(theme.SPACE)
        trouble.addWidget(self.trouble)
        trouble.addWidget(self.sentence, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE * 2] * 4)
        layout.setSpacing(theme.SPACE)
        layout.addWidget(label("Get a model by name", Role.HEADING))
        layout.addLayout(row)
        layout.addLayout(trouble)
        layout.addWidget(label(words.OFFLINE, Role.MUTED, wrap=True))

    @property
    def menu(self) -> QMenu:
        """The known good models."""
        return self._menu

    def say(self, sentence: str) -> None:
        """Show why a name cannot be used; "" for nothing."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.trouble.setVisible(bool(sentence))

    def clear(self) -> None:
        """Empty the line after its name was taken."""
        self.line.clear()
        self.say("")

    @Slot()
    def _open_menu(self) -> None:
        self._menu.popup(self.suggest.mapToGlobal(self.suggest.rect().bottomLeft()))

    def _on_suggested(self, name: str) -> None:
        self.line.setText(name)
        self.get.setFocus()

    @Slot()
    def _on_edited(self) -> None:
        self.get.setEnabled(bool(self.line.text().strip()))
        self.say("")

    @Slot()
    def _on_get(self) -> None:
        if self.line.text().strip():
            self.wanted.emit(self.line.text())
