"""The training window: the runs at the left, and one page at the right. A view; others act."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.labels import Role, label
from app.room import open_at
from app.training import words
from app.training.compare_page import ComparePage
from app.training.expert_form import ExpertForm
from app.training.parts import button
from app.training.preview_page import PreviewPage
from app.training.run_list import RunList, RunsModel
from app.training.run_page import RunPage
from app.training.setup_page import SetupPage
from finetune.plan import preset

_SIDE = 272


class TrainingWindow(QDialog):
    """Lays the parts out.

    Signals:
        shown(): The window came up, so what it shows should be looked at anew.
        hidden(): The window was closed; runs go on.
        new_pressed(): Set a new training up.
    """

    shown = Signal()
    hidden = Signal()
    new_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.TITLE)
        self.setAccessibleName(words.TITLE)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.runs = RunsModel(self)
        self.list = RunList(self.runs)
        self.new = button("New training", self.new_pressed.emit, "train")
        self.hint = label(words.NO_RUNS, Role.MUTED, wrap=True)
        self.setup = SetupPage()
        self.expert = ExpertForm(preset("quick", words.TITLE, "", ""))
        self.preview = PreviewPage()
        self.run = RunPage()
        self.compare = ComparePage()
        self.pages = QStackedWidget()
        for page in (self.setup, self.expert, self.preview, self.run, self.compare):
            self.pages.addWidget(page)
        self._asides = (self.expert, self.preview)
        self._lay_out()
        open_at(self, 1080, 780)
        self.setMinimumSize(860, 600)

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages."""
        self.pages.setCurrentWidget(page)

    def show_hint(self) -> None:
        """Say what the list is for, or how to compare once there is something to compare."""
        count = len(self.runs.runs)
        self.hint.setText(words.COMPARE_HINT if count > 1 else words.NO_RUNS)
        self.hint.setVisible(count != 1)

    def allow_plots(self) -> None:
        """Draw curves from now on: their library is there."""
        self.run.place.allow()
        self.compare.place.allow()

    def _lay_out(self) -> None:
        side = QFrame()
        side.setProperty("kind", "drawer")
        side.setFixedWidth(_SIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(*[theme.SPACE * 2] * 4)
        column.setSpacing(theme.SPACE + 4)
        column.addWidget(label(words.TITLE, Role.TITLE))
        column.addWidget(self.new)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addWidget(self.pages, 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.hidden.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        if event.key() == Qt.Key.Key_Escape and self.pages.currentWidget() in self._asides:
            self.show_page(self.setup)  # one step back, not out of the window
            return
        super().keyPressEvent(event)
