"""The questions asked before and after: which were fixed, which broke, and each one in full."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app import theme
from app.gate import words
from app.gate.detail import Detail
from app.gate.lines import LineList, LinesModel
from app.gate.values import Change, Line
from app.labels import Role, label

FILTERS: tuple[Change | None, ...] = (None, Change.FIXED, Change.BROKEN, Change.UNCHANGED)


class Browser(QWidget):
    """A filter with counts, the list, and the chosen question beside it.

    Signals:
        chosen(object): Another `Line` is looked at; its picture is wanted.
        opened(object): The person wants to see the page of this `Line`.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Which questions")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setStyleSheet("QTabBar::tab { padding: 5px 12px; min-width: 0; }")
        for change in FILTERS:
            self.tabs.addTab(words.tab(change, 0))
        self.model = LinesModel(self)
        self.list = LineList(self.model)
        self.detail = Detail()
        self.empty = label(words.NOTHING, Role.MUTED, wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._lay_out()
        self.tabs.currentChanged.connect(self._on_tab)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.doubleClicked.connect(self._on_open)
        self.detail.open_pressed.connect(self._on_open)

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these questions."""
        self._lines = lines
        for index, change in enumerate(FILTERS):
            self.tabs.setTabText(index, words.tab(change, len(self._of(change))))
        self._on_tab(self.tabs.currentIndex())

    def _of(self, change: Change | None) -> tuple[Line, ...]:
        return tuple(line for line in self._lines if change in (None, line.change))

    def _lay_out(self) -> None:
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.setHandleWidth(1)
        both.addWidget(self.list)
        both.addWidget(self.detail)
        both.setStretchFactor(0, 2)
        both.setStretchFactor(1, 3)
        both.setSizes([380, 520])
        self.list.setMinimumWidth(220)
        self.detail.setMinimumWidth(280)
        self._pages.addWidget(both)
        self._pages.addWidget(self.empty)
        head = QHBoxLayout()
        head.addWidget(self.tabs)
        head.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        lines = self._of(FILTERS[index])
        self.model.show(lines)
        self._pages.setCurrentIndex(0 if lines else 1)
        if lines:
            self.list.setCurrentIndex(self.model.index(0))

    @Slot()
    def _on_current(self) -> None:
        line = self.list.current()
        if line is not None:
            self.detail.show_line(line)
            self.chosen.emit(line)

    @Slot()
    def _on_open(self) -> None:
        line = self.list.current()
        if line is not None:
            self.opened.emit(line)
