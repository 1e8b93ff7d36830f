"""Several runs side by side: their curves in one plot, what came of them, and how they differ."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import figures, theme
from app.labels import Role, label
from app.training import fields, words
from app.training.parts import EDGE
from app.training.plot_place import PlotPlace
from app.training.values import Run

MOST = 6
"""Runs in one plot; there are as many colours."""
_TABLE = """
QTableView::item { padding: 5px 8px; }
QTableCornerButton::section { background: transparent; border: none; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; border: none; padding: 6px 8px; font-weight: 600; }
"""


class ComparePage(QWidget):
    """Shows several runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[Run, ...] = ()
        self.title = label("", Role.TITLE)
        self.both = QCheckBox("Also show the examples they learn from")
        self.both.toggled.connect(self._on_both)
        self.place = PlotPlace("None of them has been tested on other documents yet.")
        self.table = QTableWidget()
        self.table.setAccessibleName("What came of them, and how they differ")
        self.table.setStyleSheet(_TABLE)
        self.table.setShowGrid(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        frame = QFrame()
        frame.setProperty("kind", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(*[theme.SPACE] * 4)
        inside.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(EDGE, theme.SPACE * 2, EDGE, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE + 4)
        layout.addWidget(self.title)
        layout.addWidget(self.both, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.place, 3)
        layout.addWidget(frame, 2)

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        """Show runs, newest first."""
        self._runs = runs[:MOST]
        more = "" if len(runs) <= MOST else f" (the newest {MOST} of {len(runs)})"
        self.title.setText(f"Comparing {len(self._runs)} trainings{more}")
        self._show_curves()
        self._show_table()

    def _show_curves(self) -> None:
        if self.place.plot is None:
            return
        from app.training.curves import Curve  # the library is there when the plot is

        found: list[Curve] = []
        for number, run in enumerate(self._runs):
            tale, name = run.tale, run.plan.name
            found.append(Curve(name, tuple(tale.scores), number, best=tale.best_step))
            if self.both.isChecked():
                found.append(Curve("", tuple(tale.losses), number, noisy=True))
        self.place.show_curves(found)

    def _show_table(self) -> None:
        rows = _rows(self._runs)
        self.table.setColumnCount(len(self._runs))
        self.table.setRowCount(len(rows))
        self.table.setHorizontalHeaderLabels([run.plan.name for run in self._runs])
        self.table.setVerticalHeaderLabels([name for name, _ in rows])
        for row, (_, values) in enumerate(rows):
            for column, text in enumerate(values):
                item = QTableWidgetItem(text)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        side = self.table.verticalHeader()
        side.setHighlightSections(False)
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _on_both(self) -> None:
        self._show_curves()


def _rows(runs: tuple[Run, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Return what came of the runs, and then only that in which they differ."""
    bases = [Path(run.plan.base).name for run in runs]
    learned = [run.sizes.learned for run in runs]
    documents = [run.sizes.learned_documents for run in runs]
    rows = [
        ("State", tuple(words.PHASES[run.phase] for run in runs)),
        (
            "Before → after",
            tuple(words.scores(run.gate) if run.gate is not None else "–" for run in runs),
        ),
        (
            "Best at",
            tuple(
                f"step {figures.whole(r.tale.best_step)}" if r.tale.best_step else "–" for r in runs
            ),
        ),
        ("Begun", tuple(words.made(run.made_at) for run in runs)),
    ]
    for name, values in (
        ("Model", bases),
        ("Examples", learned),
        ("Documents", documents),
    ):
        if len(set(values)) > 1:
            rows.append((name, tuple(str(value) for value in values)))
    rows += fields.differences(tuple(run.plan for run in runs))
    return rows
