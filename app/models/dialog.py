"""The models window: getting a model, the list, the connections. A view; its presenter acts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.labels import Role, label
from app.models.buttons import ActionButton
from app.models.connection_table import ConnectionTable
from app.models.get_bar import GetBar
from app.models.model_list import GUTTER, ModelList
from app.room import open_at


class ModelsDialog(QDialog):
    """Lays the parts out.

    Signals:
        add_pressed(): The person wants models in a folder of theirs to be listed.
        server_pressed(): The person wants a server to answer instead of a model here.
        shown(): The window came up, so what it shows should be looked at anew.
        connections_shown(): The connections came up.
    """

    add_pressed = Signal()
    server_pressed = Signal()
    shown = Signal()
    connections_shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.setAccessibleName("Models")
        self.get_bar = GetBar()
        self.list = ModelList()
        self.connections = ConnectionTable()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Models or connections")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setStyleSheet("QTabBar::tab { padding: 5px 14px; min-width: 0; }")
        self.tabs.addTab("On this computer")
        self.tabs.addTab("Connections")
        self.add = ActionButton("Add a folder…", "folder", "quiet")
        self.add.clicked.connect(self.add_pressed)
        self.server = ActionButton("Use a server…", "network", "quiet")
        self.server.clicked.connect(self.server_pressed)
        self.done_button = ActionButton("Done")
        self.done_button.clicked.connect(self.accept)
        self._lay_out()
        self.tabs.currentChanged.connect(self._on_tab)
        open_at(self, 840, 700)
        self.setMinimumSize(620, 460)

    def _lay_out(self) -> None:
        here = QWidget()
        inside = QVBoxLayout(here)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.SPACE * 2)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, GUTTER, 0)
        top.addWidget(self.get_bar)
        inside.addLayout(top)
        inside.addWidget(self.list, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(here)
        self._pages.addWidget(_with_gutter(self.connections))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, GUTTER, 0)
        head.addWidget(label("Models", Role.TITLE))
        head.addStretch()
        head.addWidget(self.tabs)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, GUTTER, 0)
        foot.addWidget(self.add)
        foot.addWidget(self.server)
        foot.addStretch()
        foot.addWidget(self.done_button)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 3
        layout.setContentsMargins(edge, theme.SPACE * 2, edge - GUTTER, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)
        layout.addLayout(foot)

    @property
    def on_connections(self) -> bool:
        """Whether the connections are what is shown."""
        return self._pages.currentIndex() == 1

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.add.setVisible(index == 0)
        self.server.setVisible(index == 0)
        if index == 1:
            self.connections_shown.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.get_bar.line.setFocus()
            self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)


def _with_gutter(widget: QWidget) -> QWidget:
    around = QWidget()
    layout = QVBoxLayout(around)
    layout.setContentsMargins(0, 0, GUTTER, 0)
    layout.addWidget(widget)
    return around
