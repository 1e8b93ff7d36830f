"""Exactly what would be taught, watched and tested on: every row with its picture and tokens."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QListView, QTabBar, QVBoxLayout, QWidget

from app import figures, rows, theme
from app.labels import Role, label
from app.training import preview_model, words
from app.training.parts import EDGE, button
from app.training.preview_model import PreviewModel
from app.training.preview_painter import PreviewPainter
from app.training.values import Prepared
from finetune.costs import Cost
from finetune.types import Side

SIDES: tuple[Side, ...] = ("train", "watch", "held_out")


class PreviewPage(QWidget):
    """Shows the rows of one side at a time.

    Signals:
        closed(): Back to where the person came from.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[preview_model.PreviewLine, ...] = ()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("What becomes of the examples")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setStyleSheet("QTabBar::tab { padding: 5px 14px; min-width: 0; }")
        for side in SIDES:
            self.tabs.addTab(words.SIDES[side][0])
        self.about = label("", Role.MUTED, wrap=True)
        self.totals = label("", Role.MUTED, wrap=True)
        self.model = PreviewModel(self)
        self.list = self._make_list()
        self.back = button("Done", self.closed.emit)
        self._lay_out()
        self.tabs.currentChanged.connect(self._on_tab)
        self._on_tab()

    def show_prepared(self, prepared: Prepared, costs: dict[str, Cost]) -> None:
        """Show the rows; `costs` are those that are counted already."""
        self._lines = preview_model.lines(prepared, costs)
        for number, side in enumerate(SIDES):
            count = prepared.preview.count(side)
            self.tabs.setTabText(number, f"{words.SIDES[side][0]} {figures.whole(count)}")
            self.tabs.setTabVisible(number, bool(count) or side != "watch")
        self._show_totals(prepared, costs)
        self._on_tab()

    def say(self, sentence: str) -> None:
        """Show why the tokens could not be counted."""
        self.totals.setText(sentence)

    def _show_totals(self, prepared: Prepared, costs: dict[str, Cost]) -> None:
        if len(costs) < len(prepared.preview.rows):
            self.totals.setText("Counting what the pictures take…")
            return
        learned = [costs[row.id] for row in prepared.preview.rows if row.side == "train"]
        read = sum(cost.total * cost.lessons for cost in learned)
        seen = sum(cost.visual_tokens * cost.lessons for cost in learned)
        taught = sum(cost.answer_tokens for cost in learned)
        longest = max((cost.total for cost in costs.values()), default=0)
        self.totals.setText(
            f"The model goes through {figures.whole(read)} tokens each time it sees everything "
            f"once, of which {figures.whole(seen)} are pictures. It is taught "
            f"{figures.whole(taught)}: the answers. The longest example has "
            f"{figures.whole(longest)}."
        )

    def _make_list(self) -> QListView:
        view = QListView()
        view.setAccessibleName("Rows")
        view.setModel(self.model)
        view.setItemDelegate(PreviewPainter(view))
        rows.set_up(view)
        return view

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("What it learns", Role.TITLE))
        head.addStretch()
        head.addWidget(self.tabs)
        foot = QHBoxLayout()
        foot.addWidget(self.totals, 1)
        foot.addSpacing(theme.SPACE * 2)
        foot.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(EDGE, theme.SPACE * 2, EDGE, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE + 2)
        layout.addLayout(head)
        layout.addWidget(self.about)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)

    @Slot()
    def _on_tab(self) -> None:
        side = SIDES[max(0, self.tabs.currentIndex())]
        watched = any(line.side == "watch" for line in self._lines)
        kind = side == "held_out" and not watched
        self.about.setText(words.TESTED_AND_WATCHED if kind else words.SIDES[side][1])
        self.model.show(tuple(line for line in self._lines if line.side == side))
