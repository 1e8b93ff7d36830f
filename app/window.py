"""The main window: layout and what is dropped on it. It opens nothing and asks nothing itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMoveEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QPlainTextEdit,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import icons, intake
from app.clipboard import Paster
from app.commands import Commands
from app.drop_hint import DropHint
from app.labels import Role, label
from app.notice import Notice
from app.rail import Rail
from app.room import open_at
from app.welcome import Welcome
from vlm.pages.files import shown_name

NAME = "VLM Desk"
SIZE = (1280, 820)
SMALLEST = (680, 440)
"""Beside the rail and below the menu bar."""
NARROWEST = 240
"""Logical pixels of the document."""
ASK_WIDTH = 420
HISTORY_WIDTH = 300


class Window(QMainWindow):
    """The frame around everything.

    Signals:
        painted(): The first frame is on screen. Emitted once.
        came_in(object): `Intake` of what was dropped or pasted.
        rearranged(): Its place or the widths of its parts have changed.
        closing(): The person closes the window.

    Args:
        pasted: The folder in which pasted pictures are kept.
    """

    painted = Signal()
    came_in = Signal(object)
    rearranged = Signal()
    closing = Signal()

    def __init__(self, pasted: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._was_painted = False
        self.setWindowTitle(NAME)
        open_at(self, *SIZE)
        self.setAcceptDrops(True)
        self.commands = Commands(self)
        self.paster = Paster(pasted, self)
        self.welcome = Welcome()
        self.opening = label("", Role.MUTED)
        self.opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.opening.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._body = QStackedWidget()
        self._body.addWidget(self.opening)
        self._body.addWidget(self.welcome)
        self.welcome.setMinimumWidth(NARROWEST)  # nor may it keep a document from being narrower
        self._panels = QSplitter(Qt.Orientation.Horizontal)
        self._panels.setChildrenCollapsible(False)
        self._panels.setHandleWidth(1)
        self._panels.addWidget(self._body)
        self._panels.splitterMoved.connect(self.rearranged)
        self._ask: QWidget | None = None
        self._history: QWidget | None = None
        self._lay_out()
        self.paster.came_in.connect(self.came_in)
        self.commands.full_screen.toggled.connect(self._on_full_screen)
        self.commands.quit.triggered.connect(self.close)

    def furnish(self, tabs: QWidget, ask: QWidget, history: QWidget, line: QPlainTextEdit) -> None:
        """Put the parts in that the first frame did without; `line` is the question line."""
        self._body.addWidget(tabs)
        self._tabs = tabs
        self._ask, self._history = ask, history
        self._panels.addWidget(ask)
        ask.setMinimumWidth(300)
        ask.hide()
        self._panels.insertWidget(0, history)
        history.hide()
        for index, stretch in enumerate((0, 1, 0)):
            self._panels.setStretchFactor(index, stretch)
        self._panels.setSizes([HISTORY_WIDTH, SIZE[0] - HISTORY_WIDTH - ASK_WIDTH, ASK_WIDTH])
        self.commands.history.toggled.connect(self._on_history)
        self.paster.set_line(line)

    def show_count(self, documents: int) -> None:
        """Show the documents, or the welcome when there is none."""
        self._body.setCurrentWidget(self._tabs if documents else self.welcome)
        if self._ask is not None:
            self._ask.setVisible(bool(documents))
        if not documents:
            self.welcome.setFocus()  # else the keyboard is on whatever Qt finds next
        self.commands.set_document_open(bool(documents))

    def show_document(self, path: str, actions: list[QAction]) -> None:
        """Name the document in front, "" for none, and offer its commands."""
        name = Path(path).name.replace("[*]", "[*][*]")  # else Qt's mark for unsaved changes
        self.setWindowTitle(f"{name} — {NAME}" if path else NAME)
        self.commands.show_view_actions(actions)

    def show_opening(self, path: str) -> None:
        """Say from the first frame on which document comes."""
        self.opening.setText(f"Opening {shown_name(path)}…")

    def show_welcome(self) -> None:
        """Show the empty desk from the first frame on."""
        self._body.setCurrentWidget(self.welcome)
        self.welcome.setFocus()

    def ask_width(self) -> int:
        """Return the asking panel's width in logical pixels, 0 before it was shown."""
        return self._ask.width() if self._ask is not None and self._ask.isVisible() else 0

    def set_ask_width(self, width: int) -> None:
        """Give the asking panel a width."""
        history, middle, ask = self._panels.sizes()
        self._panels.setSizes([history, max(200, middle + ask - width), width])

    def place(self) -> bytes:
        """Return where the window is, for `restore_place`."""
        return bytes(self.saveGeometry().data())

    def restore_place(self, place: bytes) -> None:
        """Go where the window was; Qt keeps it on a screen that is there."""
        if place:
            self.restoreGeometry(QByteArray(place))

    def come_forward(self) -> None:
        """Come to the front as far as the system allows it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    @Slot()
    def tint(self) -> None:
        """Draw the icons in the colours of now."""
        icons.tint_all(self)

    def _lay_out(self) -> None:
        self.column = column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStrut(SMALLEST[0])  # wider when its parts need it: with the history shown
        column.addWidget(self._panels, 1)
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addStrut(SMALLEST[1])
        row.addWidget(Rail(self.commands))
        row.addLayout(column, 1)
        self.setCentralWidget(centre)
        self.notice = Notice(centre, self._body)
        self._hint = DropHint(centre)

    def _show_hint(self, hot: bool) -> None:
        """Show where something held over the window would go."""
        self.welcome.card.set_hot(hot)
        if hot and not self.welcome.isVisible():
            self._hint.show_over()
        else:
            self._hint.hide()

    @Slot(bool)
    def _on_history(self, shown: bool) -> None:
        if self._history is None:
            return
        shows, focused = self._body.currentWidget(), self.focusWidget()
        if not shown and shows is not None and self._history.isAncestorOf(focused):
            shows.setFocus()  # else the keyboard is on whatever Qt finds next
        self._history.setVisible(shown)
        self.rearranged.emit()

    @Slot(bool)
    def _on_full_screen(self, full: bool) -> None:
        self.showFullScreen() if full else self.showNormal()

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.commands.full_screen.setChecked(False)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if intake.can_take(event.mimeData()):
            event.acceptProposedAction()
            self._show_hint(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_hint(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_hint(False)
        # A copy, whatever was proposed: after a move the program it came from may remove the file.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.notice.dismiss()  # what it said of an earlier drop is over
        self.paster.take(event.mimeData())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.tint()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        self.rearranged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rearranged.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
