"""The slim column of main commands at the window's left edge, each an icon with its word."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import icons, theme
from app.commands import Commands

SMALLER = 0.85
"""Of the size of other words."""


class Rail(QFrame):
    """Documents, history and labelling at the top; training, models and settings below."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.setAccessibleName("Main commands")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE // 2] * 4)
        layout.setSpacing(2)
        layout.addWidget(_button(commands.open, "open", "Open"))
        layout.addWidget(_button(commands.paste, "paste", "Paste", "Paste a picture or file"))
        layout.addWidget(_button(commands.history, "history", "History"))
        layout.addWidget(_button(commands.label, "label", "Label", "Label documents"))
        layout.addWidget(_button(commands.batch, "batch", "Batch", "Batch: ask many documents"))
        layout.addStretch()
        layout.addWidget(_button(commands.train, "train", "Train"))
        layout.addWidget(_button(commands.models, "model", "Models"))
        layout.addWidget(_button(commands.settings, "settings", "Settings"))


def _button(action: QAction, icon: str, word: str, name: str = "") -> QToolButton:
    button = QToolButton()
    button.setProperty("kind", "rail")
    icons.set_icon(action, icon)
    action.setIconVisibleInMenu(False)
    action.setIconText(word)  # what a tool button shows; the menu keeps the whole text
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    font = button.font()
    font.setPointSizeF(font.pointSizeF() * SMALLER)
    button.setFont(font)
    button.setIconSize(QSize(20, 20))
    button.setAccessibleName(name or word)
    return button
