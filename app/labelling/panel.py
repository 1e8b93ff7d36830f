"""The labelling panel: how far it has come, the row being made, the rows and documents. A view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons, theme
from app.ask.flow import FlowRow
from app.focus import hand_on
from app.labelling import words
from app.labelling.answer_line import AnswerLine
from app.labelling.line_list import LineList
from app.labelling.lines import paper_line, row_line
from app.labelling.questions import QuestionPicker
from app.labelling.source_button import SourceButton
from app.labelling.values import Offer, Progress, RowItem, Step, Typed
from app.labelling.work import Paper
from app.labels import Elided, Role, label
from app.models.buttons import ActionButton
from app.refill import in_place
from vlm.clean_text import clean_text

LIST_HEIGHT = 110
"""Logical pixels that the lists keep; in a lower window the panel scrolls."""


class LabelPanel(QWidget):
    """Shows what the presenter says and emits what the person did.

    Signals:
        kept(object): `Typed`: keep this row.
        absent_pressed(): The answer to the question is not on this page.
        model_wanted(): Ask the model this question.
        stepped(object): `Step`.
        question_stepped(int): The question before (-1) or after (1) this one.
        left(): Escape was pressed in the answer line.
        undo_pressed(): Take the last row back.
        row_chosen(str): Correct the row with this id.
        row_removed(str): Remove the row with this id.
        paper_chosen(str): Go to this document.
        source_chosen(object): `Source` of documents to label.
        closed(): Label no more.
    """

    kept = Signal(object)
    absent_pressed = Signal()
    model_wanted = Signal()
    stepped = Signal(object)
    question_stepped = Signal(int)
    left = Signal()
    undo_pressed = Signal()
    row_chosen = Signal(str)
    row_removed = Signal(str)
    paper_chosen = Signal(str)
    source_chosen = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Label")
        self.setAccessibleDescription(words.KEYS)
        self.picker = QuestionPicker()
        self.answer = AnswerLine()
        self.hint = label(words.DRAW, Role.MUTED, wrap=True)
        self.status = label("", Role.MUTED, wrap=True)
        self._offer: Offer | None = None
        self._make_head()
        self._make_buttons()
        self._make_lists()
        self._lay_out()
        self._connect()
        hand_on(self, self.answer)
        self.show_offer(None)

    # What is shown

    def show_progress(self, name: str, progress: Progress) -> None:
        """Show which document is in front and how far the labelling has come."""
        self.name.set_text(name)
        self.progress.setText(words.progress(progress))
        self.bar.setRange(0, max(1, progress.pages))
        self.bar.setValue(progress.labelled)
        self.bar.setAccessibleDescription(words.progress(progress))

    def show_offer(self, offer: Offer | None) -> None:
        """Offer an answer: in the line while nothing was typed there, else on a button."""
        self._offer = offer
        if offer is not None and self.answer.untouched:
            self.answer.offer(offer.text)
        elif offer is None and self.answer.untouched:
            self.answer.clear_all()
        self._show_take()

    def show_hint(self, text: str) -> None:
        """Say what to do next, or where the answer in the line is from."""
        self.hint.setText(text)
        self.hint.setAccessibleName(text)

    def say(self, text: str) -> None:
        """Show a sentence at the foot."""
        self.status.setText(text)
        self.status.setAccessibleName(text)

    def set_ready(self, ready: bool) -> None:
        """Allow rows to be made, or not while no page is there."""
        for button in (self.keep, self.absent, self.skip):
            button.setEnabled(ready)

    def set_correcting(self, correcting: bool) -> None:
        """Say that an old row is being corrected, or that a new one is made."""
        self.keep.setText("Save" if correcting else "Keep")
        self.keep.setAccessibleName(self.keep.text())

    def show_rows(self, rows: Sequence[RowItem], current: str, *, can_undo: bool) -> None:
        """List the rows of the page; `current` is the id of the one being corrected."""
        lines = [row_line(n, row, current) for n, row in enumerate(rows, 1)]
        with in_place(self.rows):
            self.rows.lines.show_lines(lines)
        self.tabs.setTabText(0, words.rows_tab(len(rows)))
        self._row_pages.setCurrentWidget(self.rows if rows else self.no_rows)
        self.undo.setEnabled(can_undo)
        self._on_row_selection()

    def show_papers(self, papers: Sequence[tuple[Paper, int]], current: str) -> None:
        """List the documents, each with how many of its pages have rows."""
        lines = [paper_line(n, *one, current) for n, one in enumerate(papers, 1)]
        with in_place(self.papers):
            self.papers.lines.show_lines(lines)
        self.tabs.setTabText(1, words.papers_tab(len(papers)))

    # Putting it together

    def _make_head(self) -> None:
        self.title = label("Label", Role.HEADING)
        self.choose = SourceButton()
        self.choose.chosen.connect(self.source_chosen)
        self.close_button = _tool("close", "Close labelling", 16)
        self.close_button.clicked.connect(self.closed)
        self.name = Elided("")
        self.progress = label("", Role.MUTED, wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Labelled pages")
        self.steps: dict[Step, QToolButton] = {}
        for step, icon, tip in (
            (Step.PREVIOUS_DOCUMENT, "previous-document", "Previous document (Ctrl+Page Up)"),
            (Step.PREVIOUS_PAGE, "left", "Previous page (Page Up)"),
            (Step.NEXT_PAGE, "right", "Next page (Page Down)"),
            (Step.NEXT_DOCUMENT, "next-document", "Next document (Ctrl+Page Down)"),
        ):
            button = _tool(icon, step.value.capitalize(), 18)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, where=step: self.stepped.emit(where))
            self.steps[step] = button

    def _make_buttons(self) -> None:
        self.take = ActionButton("", "", "quiet")
        self.take.describe("Use the offered answer")
        self.take.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.take.clicked.connect(self._on_take)
        self.keep = ActionButton("Keep", "", "primary")
        self.keep.setToolTip("Keep this row and go on (Enter)")
        self.keep.clicked.connect(self._on_submitted)
        self.absent = ActionButton("Not on this page")
        self.absent.setToolTip("Keep that the page does not say (F8)")
        self.absent.clicked.connect(self.absent_pressed)
        self.skip = ActionButton("Skip", "", "quiet")
        self.skip.describe("Skip this question")
        self.skip.setToolTip("Go to the next question without a row (Down)")
        self.skip.clicked.connect(lambda: self.question_stepped.emit(1))
        self.model = ActionButton("Ask the model", "ask", "quiet")
        self.model.setToolTip("Have the model answer, to be checked by you (F7)")
        self.model.clicked.connect(self.model_wanted)
        self.undo = ActionButton("Undo last row", "undo", "quiet")
        self.undo.setToolTip("Take the last row back (Ctrl+Z)")
        self.undo.clicked.connect(self.undo_pressed)
        self.undo.setEnabled(False)
        self.correct = ActionButton("Correct", "edit", "quiet")
        self.correct.describe("Correct this row")
        self.remove = ActionButton("Remove", "delete", "quiet")
        self.remove.describe("Remove this row")

    def _make_lists(self) -> None:
        self.rows = LineList("Rows on this page", "Enter corrects a row, Delete removes it")
        self.papers = LineList("Documents to label", "Enter goes to a document")
        self.no_rows = label(words.NO_ROWS, Role.MUTED, wrap=True)
        self.no_rows.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._row_pages = QStackedWidget()
        self._row_pages.addWidget(self.no_rows)
        self._row_pages.addWidget(self.rows)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Rows or documents")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setStyleSheet("QTabBar::tab { padding: 5px 12px; min-width: 0; }")
        self.tabs.addTab(words.rows_tab(0))
        self.tabs.addTab(words.papers_tab(0))
        self.lists = QStackedWidget()
        self.lists.addWidget(self._row_pages)
        self.lists.addWidget(self.papers)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch()
        head.addWidget(self.choose)
        head.addWidget(self.close_button)
        steps = QHBoxLayout()
        steps.setSpacing(2)
        steps.addWidget(self.progress, 1)
        for button in self.steps.values():
            steps.addWidget(button)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        edge = theme.SPACE * 2
        layout.setContentsMargins(edge, theme.SPACE + 4, edge, theme.SPACE + 4)
        layout.setSpacing(theme.SPACE)
        layout.addLayout(head)
        layout.addWidget(self.name)
        layout.addLayout(steps)
        layout.addWidget(self.bar)
        layout.addWidget(self._make_card())
        layout.addWidget(self.tabs)
        layout.addWidget(self.lists, 1)
        layout.addWidget(FlowRow(self.correct, self.remove, self.undo, gap=2))
        layout.addWidget(self.status)
        self.lists.setMinimumHeight(LIST_HEIGHT)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _make_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(*[theme.SPACE + 4] * 4)
        inner.setSpacing(theme.SPACE)
        inner.addWidget(self.picker)
        head = QHBoxLayout()
        head.addWidget(label("Answer", Role.MUTED))
        head.addStretch()
        head.addWidget(self.model)
        inner.addLayout(head)
        inner.addWidget(self.answer)
        inner.addWidget(self.take)
        inner.addWidget(self.hint)
        inner.addWidget(FlowRow(self.keep, self.absent, self.skip))
        return card

    def _connect(self) -> None:
        line = self.answer
        line.submitted.connect(self._on_submitted)
        line.left.connect(self.left)
        line.undo_wanted.connect(self.undo_pressed)
        line.stepped.connect(self.stepped)
        line.question_stepped.connect(self.question_stepped)
        line.textChanged.connect(self._show_take)
        self.picker.entered.connect(line.setFocus)
        self.picker.chosen.connect(line.setFocus)
        self.rows.chosen.connect(self.row_chosen)
        self.rows.removed.connect(self.row_removed)
        self.rows.selection_changed.connect(self._on_row_selection)
        self.correct.clicked.connect(self.rows.choose_current)
        self.remove.clicked.connect(self.rows.remove_current)
        self.papers.chosen.connect(self.paper_chosen)
        self.tabs.currentChanged.connect(self._on_tab)
        # Also while the keyboard is on the pages; only as long as the panel is there to be seen.
        for key, signal in (("F8", self.absent_pressed), ("F7", self.model_wanted)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(signal)

    # What the person does

    @Slot()
    def _on_submitted(self) -> None:
        answer = " ".join(clean_text(self.answer.text()).split())
        if not answer and self._offer is not None:
            self._on_take()
        else:
            self.kept.emit(Typed(self.picker.question, answer))

    @Slot()
    def _on_take(self) -> None:
        if self._offer is not None:
            self.answer.offer(self._offer.text)
            self.answer.setFocus()

    @Slot()
    def _show_take(self) -> None:
        """Show the button that takes what is offered while something else stands in the line."""
        offer = self._offer
        other = offer is not None and self.answer.text() != offer.text
        self.take.setVisible(other)
        if offer is not None:
            self.take.setText(words.take(offer.text))
            self.take.describe(f"{words.take(offer.text)}. {offer.said}")

    @Slot()
    def _on_row_selection(self) -> None:
        some = self.tabs.currentIndex() == 0 and bool(self.rows.current_id())
        self.correct.setEnabled(some)
        self.remove.setEnabled(some)

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        self.lists.setCurrentIndex(index)
        for button in (self.correct, self.remove):
            button.setVisible(index == 0)
        self._on_row_selection()


def _tool(icon: str, name: str, size: int) -> QToolButton:
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name)
    icons.set_icon(button, icon)
    button.setIconSize(QSize(size, size))
    return button
