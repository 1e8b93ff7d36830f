"""The batch window: what to ask of which documents, and the table that fills. A view only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import rows, theme
from app.batch import words
from app.batch.model import BatchModel
from app.batch.runner import Phase
from app.labels import Elided, Role, label
from app.models.buttons import ActionButton
from app.room import open_at
from vlm.batch import Table

NAME_WIDTH, ANSWER_WIDTH = 220, 206
_STEPS = 100
"""Of the bar, for each answer."""
FROM_FILE = "From a file…"
_STYLE = """
QTableView::item { padding: 0px 7px; }
QHeaderView::section { padding: 6px 9px; }
"""


class BatchWindow(QDialog):
    """Shows a batch and tells what the person wants of it.

    Signals:
        folder_wanted(): Choose a folder of documents.
        open_wanted(): Take the documents that are open.
        set_chosen(int): A question set, by its place in the list.
        file_wanted(): Take questions from a file.
        run_pressed(): Ask what is missing.
        stop_pressed(): Ask nothing more.
        export_wanted(): Write the table to a file.
        unlock_wanted(int): Enter the password of a row's document.
        jumped(object): `EvidenceClick`, where a cell's answer stands.
        chosen(object): `Chosen`, the answer that was jumped to; none where there is none.
    """

    folder_wanted = Signal()
    open_wanted = Signal()
    set_chosen = Signal(int)
    file_wanted = Signal()
    run_pressed = Signal()
    stop_pressed = Signal()
    export_wanted = Signal()
    unlock_wanted = Signal(int)
    jumped = Signal(object)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Batch")
        self.setAccessibleName("Batch")
        self.model = BatchModel(self)
        self._phase = Phase.EMPTY
        self._locked: tuple[int, ...] = ()
        self._source, self._empty, self._failed = "", False, False
        self._make_choices()
        self._make_table()
        self._make_foot()
        self._lay_out()
        open_at(self, 1060, 720)
        self.setMinimumSize(720, 480)
        self.show_table(None)

    def show_source(self, name: str) -> None:
        """Name the documents that are asked."""
        self._source = name
        self._show_intro()
        self.source.setText(name or "Choose documents")
        self.source.setAccessibleName(f"Documents: {name}" if name else "Choose documents")

    def show_sets(self, names: Sequence[str], chosen: int) -> None:
        """Offer question sets; the last of them may be a file's."""
        self.sets.blockSignals(True)
        self.sets.clear()
        self.sets.addItems([*names, FROM_FILE])
        self.sets.setCurrentIndex(chosen)
        self.sets.blockSignals(False)

    def show_table(self, table: Table | None) -> None:
        """Show another table, None for none."""
        self.export.setEnabled(table is not None and bool(table.rows))
        self._body.setCurrentWidget(self.table if table and table.rows else self.intro)
        self._empty = table is not None
        self._show_intro()
        self._on_current()

    def show_state(
        self,
        phase: Phase,
        table: Table | None,
        left_s: float | None,
        doing: str,
        reading: Mapping[int, float] = MappingProxyType({}),
    ) -> None:
        """Show how far the batch is; `reading` is how much is done of the rows in hand, 0 to 1."""
        self.model.show_reading(reading)
        if self._phase is Phase.LOOKING or phase is not Phase.EMPTY:
            self._failed = phase is Phase.EMPTY
        self._phase = phase
        self._locked = table.locked[:1] if table and words.wants_password(table) else ()
        self._show_intro()
        busy = phase in (Phase.RUNNING, Phase.STOPPING)
        self.run.setText(
            "Stop" if busy else words.run(table) if table and table.rows else "Ask all"
        )
        self.run.setAccessibleName(self.run.text())
        todo = table is not None and (table.done < table.total or bool(table.problems))
        self.run.setEnabled(phase is Phase.RUNNING or (phase is Phase.READY and todo))
        if phase is Phase.READY and todo and self.focusWidget() is self.source:
            self.run.setFocus()  # the documents are chosen; asking is the next step
        there = table is not None and bool(table.rows)
        self.state.set_text(words.state(table, left_s, doing) if table and there else doing)
        self.bar.setVisible(there)
        if table is not None:
            begun = sum(share * len(table.missing(row)) for row, share in reading.items())
            self.bar.setRange(0, max(1, table.total) * _STEPS)
            self.bar.setValue(round((table.done + begun) * _STEPS))

    def show_answer(self, row: int, column: int) -> None:
        """Show an answer that has come."""
        self.model.show_answer(row, column)
        current = self.table.currentIndex()
        if current.row() == row:
            self._on_current()

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot."""
        self.status.setText(sentence)
        self.status.setAccessibleName(sentence)

    def _make_choices(self) -> None:
        self.source = ActionButton("Choose documents", "folder")
        self.source.clicked.connect(self._on_source)
        self.sets = QComboBox()
        self.sets.setAccessibleName("Questions")
        self.sets.setMinimumWidth(170)
        self.sets.activated.connect(self._on_set)
        self.run = ActionButton("Ask all", "", "primary")
        self.run.clicked.connect(self._on_run)
        self.state = Elided("", Role.MUTED)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Answers that are there")

    def _make_table(self) -> None:
        self.intro = label(words.INTRO, Role.MUTED, wrap=True)
        self.intro.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.intro.setContentsMargins(80, 0, 80, 0)
        table = self.table = QTableView()
        table.setModel(self.model)
        table.setStyleSheet(_STYLE)
        table.setAccessibleName("Answers")
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.setItemDelegateForColumn(0, rows.NamePainter(table))
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(theme.SPACE * 4)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.activated.connect(self._on_jump)
        table.selectionModel().currentChanged.connect(self._on_current)
        self.model.modelReset.connect(self._on_reset)

    def _make_foot(self) -> None:
        self.asked = label("", Role.MUTED, wrap=True)
        self.answer = label("", wrap=True)
        self.about = label("", Role.MUTED, wrap=True)
        self.jump = ActionButton("Go to the page", "document", "quiet")
        self.jump.clicked.connect(self._on_jump)
        self.unlock = ActionButton(words.PASSWORD, "", "quiet")
        self.unlock.clicked.connect(self._on_unlock)
        self.export = ActionButton("Export…", "export", "quiet")
        self.export.describe("Export the table")
        self.export.clicked.connect(self.export_wanted)
        self.status = label("", Role.MUTED, wrap=True)
        self.close_button = ActionButton("Done")
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Batch", Role.TITLE))
        head.addStretch()
        head.addWidget(self.source)
        head.addWidget(self.sets)
        head.addWidget(self.run)
        progress = QVBoxLayout()
        progress.setSpacing(theme.SPACE // 2)
        progress.addWidget(self.state)
        progress.addWidget(self.bar)
        self._body = QStackedWidget()
        self._body.addWidget(self.intro)
        self._body.addWidget(self.table)
        detail = QVBoxLayout()
        detail.setSpacing(2)
        detail.addWidget(self.asked)
        detail.addWidget(self.answer)
        detail.addWidget(self.about)
        foot = QHBoxLayout()
        foot.addWidget(self.jump)
        foot.addWidget(self.unlock)
        foot.addWidget(self.export)
        foot.addWidget(self.status, 1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 3
        layout.setContentsMargins(edge, theme.SPACE * 2, edge, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(head)
        layout.addLayout(progress)
        layout.addWidget(self._body, 1)
        layout.addLayout(detail)
        layout.addLayout(foot)

    def _show_intro(self) -> None:
        """Say in the table's place why there is none."""
        ahead = words.LOOKING if self._phase is Phase.LOOKING else words.AHEAD
        unread = ahead.format(name=self._source) if self._source else words.INTRO
        if self._failed:
            unread = words.NOT_LOOKED
        self.intro.setText(words.NO_DOCUMENTS if self._empty else unread)

    @Slot()
    def _on_reset(self) -> None:
        """Give the columns of other questions their widths."""
        questions = max(1, self.model.columnCount() - 1)
        fair = (self.width() - theme.SPACE * 8 - NAME_WIDTH) // questions
        self.table.setColumnWidth(0, NAME_WIDTH)
        for column in range(1, questions + 1):
            self.table.setColumnWidth(column, max(ANSWER_WIDTH, fair))
        self._on_current()

    @Slot()
    def _on_source(self) -> None:
        menu = QMenu(self)
        menu.addAction("A &folder…", self.folder_wanted.emit)
        menu.addAction("The &open documents", self.open_wanted.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.source.mapToGlobal(QPoint(0, self.source.height())))

    @Slot(int)
    def _on_set(self, index: int) -> None:
        if index == self.sets.count() - 1:
            self.file_wanted.emit()
        else:
            self.set_chosen.emit(index)

    @Slot()
    def _on_run(self) -> None:
        if self._phase is Phase.RUNNING:
            self.stop_pressed.emit()
        elif self._locked:
            self.unlock_wanted.emit(self._locked[0])
        else:
            self.run_pressed.emit()

    @Slot()
    def _on_current(self) -> None:
        """Show the whole of the answer under the cursor."""
        index = self.table.currentIndex()
        cell = self.model.cell(index)
        self.jump.setEnabled(index.isValid())
        self.unlock.setVisible(self.model.is_locked(index))
        self.asked.setText(self.model.question(index) if index.isValid() else "")
        self.answer.setText(cell.text if cell is not None else "")
        self.about.setText(words.about(cell) if cell is not None else "")
        for part in (self.asked, self.answer, self.about):
            part.setVisible(bool(part.text()))

    @Slot()
    def _on_jump(self) -> None:
        index: QModelIndex = self.table.currentIndex()
        if index.isValid():
            self.jumped.emit(self.model.place(index))
            if (chosen := self.model.chosen(index)) is not None:
                self.chosen.emit(chosen)

    @Slot()
    def _on_unlock(self) -> None:
        self.unlock_wanted.emit(self.table.currentIndex().row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)
