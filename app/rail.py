"""The slim column of main commands at the window's left edge."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from app import icons, theme
from app.commands import Commands


class Rail(QFrame):
    """Documents, history and labelling at the top; training, models and settings below."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.setAccessibleName("Main commands")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE - 1] * 4)
        layout.setSpacing(theme.SPACE // 2)
        layout.addWidget(self._button(commands.open, "open", "Open"))
        layout.addWidget(self._button(commands.paste, "paste", "Paste a picture or file"))
        layout.addWidget(self._button(commands.history, "history", "History"))
        layout.addWidget(self._button(commands.label, "label", "Label documents"))
        layout.addWidget(self._button(commands.batch, "batch", "Batch: ask many documents"))
        layout.addStretch()
        layout.addWidget(self._button(commands.train, "train", "Train"))
        layout.addWidget(self._button(commands.models, "model", "Models"))
        layout.addWidget(self._button(commands.settings, "settings", "Settings"))

    def _button(self, action: QAction, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "quiet")
        icons.set_icon(action, icon)
        action.setIconVisibleInMenu(False)
        button.setDefaultAction(action)
        button.setIconSize(QSize(20, 20))
        button.setAccessibleName(name)
        return button
