"""The asking panel: the model, the conversation as cards, the question line. A view only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.ask import latest, words
from app.ask.answer_card import AnswerCard
from app.ask.button import IconButton, Look
from app.ask.composer import Composer
from app.ask.icons import Icon
from app.ask.model_chip import ModelHead
from app.ask.surface import Notice
from app.ask.values import Draft, Scope
from app.ask.welcome import Welcome
from app.focus import hand_on
from app.theme import Tone
from vlm.types import Box, Document, ModelInfo, PageRef, Question

GUTTER = 12
"""Logical pixels at the right edge that the scroll bar uses: cards never change their width."""
CARDS = 40
"""Older cards leave the panel; the history keeps every answer."""


class AskPanel(QWidget):
    """Shows what the presenter says and emits what the person did.

    Signals:
        asked(object): `Draft`, the question and its scope.
        stop_pressed(): Stop what is being answered.
        draft_changed(str): The question line's text, to be kept with the session.
        scope_wanted(object): `Scope` to select in the document: a card's, or the page after its
            crop was cleared.
        crop_wanted(): Let the person draw a box on the page.
        closer_wanted(object): `Scope` with a box, to be shown as large as it fits.
        left(): The person leaves the question line with Esc, for the page.
        scope_changed(): Another `scope` than the window told: the whole document, or no longer.
        models_wanted(): Open the models.
        note_hushed(str): The person has read the note about the model of this name.
        retry_pressed(): Load the model again.
        running_changed(bool): An answer is on its way, or no longer.
    """

    asked = Signal(object)
    stop_pressed = Signal()
    draft_changed = Signal(str)
    scope_wanted = Signal(object)
    crop_wanted = Signal()
    closer_wanted = Signal(object)
    left = Signal()
    scope_changed = Signal()
    models_wanted = Signal()
    note_hushed = Signal(str)
    retry_pressed = Signal()
    running_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._scope: Scope | None = None
        self._whole = False
        self._cards: list[AnswerCard] = []
        self._reader: ModelInfo | None = None
        self._follow = True
        self._small = ""
        """The name of the small model that reads, "" while none does."""
        self._hushed: tuple[str, ...] = ()
        self.head = ModelHead()
        self.welcome = Welcome()
        self.note = Notice()
        models = IconButton(Icon.CHIP, "Models", Look.OUTLINE)
        models.clicked.connect(self.models_wanted)
        self.note.add_button(models)
        self.hush = IconButton(Icon.CROSS, words.HUSH, worded=False)
        self.hush.clicked.connect(lambda: self.note_hushed.emit(self._small))
        self.note.add_button(self.hush)
        self.composer = Composer()
        self._build()
        self.setAccessibleName("Ask")
        hand_on(self, self.composer)
        self.composer.submitted.connect(self._on_submitted)
        self.composer.stop_pressed.connect(self.stop_pressed)
        self.composer.left.connect(self.left)
        self.composer.line.edited.connect(self.draft_changed)
        self.composer.chip.crop_cleared.connect(self._on_crop_cleared)
        self.composer.chip.crop_wanted.connect(self.crop_wanted)
        self.composer.chip.whole_wanted.connect(self._on_whole)
        self.head.models_pressed.connect(self.models_wanted)
        self.head.retry_pressed.connect(self.retry_pressed)
        self.welcome.example_clicked.connect(self._on_example)

    def _build(self) -> None:
        self._conversation = QWidget()
        self._stack = QVBoxLayout(self._conversation)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(theme.SPACE + 2)
        self._stack.addWidget(self.welcome, 1)
        self._stack.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._conversation)
        self._scroll.viewport().setAutoFillBackground(False)
        self._conversation.setAutoFillBackground(False)
        bar = self._scroll.verticalScrollBar()
        bar.setFixedWidth(GUTTER)
        bar.rangeChanged.connect(self._on_range)
        bar.actionTriggered.connect(self._on_scrolled)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 2
        layout.setContentsMargins(edge, theme.SPACE + 4, edge - GUTTER, theme.SPACE + 4)
        layout.setSpacing(theme.SPACE + 2)
        layout.addLayout(_beside_gutter(self.head))
        layout.addWidget(self._scroll, 1)
        layout.addLayout(_beside_gutter(self.note))
        layout.addLayout(_beside_gutter(self.composer))
        self._on_range()

    @property
    def cards(self) -> list[AnswerCard]:
        """The conversation, oldest first."""
        return list(self._cards)

    @property
    def scope(self) -> Scope | None:
        """What the next question reads."""
        return self._scope

    def set_scope(self, document: Document | None, page: PageRef | None, box: Box | None) -> None:
        """Say what the next question reads; without a document or page nothing can be asked."""
        before = self._document.path if self._document is not None else None
        self._document = document
        path = document.path if document is not None else None
        self._whole = self._whole and path == before and box is None
        self._scope = None if document is None or page is None else Scope(page, box, self._whole)
        ready = self._scope is not None
        self.composer.chip.set_scope(document, self._scope)
        self.composer.set_ready(ready)
        self.welcome.set_ready(ready, box is not None)
        self.composer.set_reading(words.EXAMPLES[0] if box is not None and ready else "")
        self._set_placeholder()
        if path != before:
            for card in self._cards:
                card.set_shown_document(path)

    def set_draft(self, text: str) -> None:
        """Put a question into the line."""
        self.composer.line.set_question(text)

    def draft(self) -> str:
        """Return what is in the question line."""
        return self.composer.line.toPlainText()

    def offer(self, questions: Sequence[str]) -> None:
        """Offer what was asked about this document before, newest first."""
        self.welcome.show_recent(questions)
        self.composer.line.offer(questions)

    def show_model(self, model: ModelInfo) -> None:
        """Show the model that reads, and the note if it is a small one."""
        self.head.show_model(model)
        self._small = model.name if model.small else ""
        self._reader = model
        for card in self._cards:
            card.set_reader(model)
        self._show_note()

    def set_hushed(self, names: tuple[str, ...]) -> None:
        """Say of which models the note was read already."""
        self._hushed = names
        self._show_note()

    def set_running(self, running: bool) -> None:
        """Offer Stop while an answer is on its way."""
        self.composer.set_running(running)
        self.running_changed.emit(running)

    @property
    def running(self) -> bool:
        """Whether an answer is on its way."""
        return not self.composer.stop.isHidden()

    def add_card(self, question: Question) -> AnswerCard:
        """Add a card at the bottom and show it."""
        card = AnswerCard(question)
        card.scope_pressed.connect(self.scope_wanted)
        card.models_pressed.connect(self.models_wanted)
        card.box_wanted.connect(self._on_box_wanted)
        document = self._document
        card.set_shown_document(document.path if document is not None else None)
        card.set_reader(self._reader)
        if document is not None and document.path == question.page.path:
            card.pages = document.page_count
        self.welcome.hide()
        before = self._cards[-1].wrong if self._cards else self.welcome.examples[-1]
        self._cards.append(card)
        self._stack.insertWidget(self._stack.count() - 1, card)
        card.tab_after(before)
        if len(self._cards) > CARDS and not self._cards[0].pending:
            oldest = self._cards.pop(0)
            oldest.hide()
            oldest.deleteLater()
        self._follow = True
        self._set_placeholder()
        self._show_note()
        card.show()
        return card

    @Slot(str)
    def type_on(self, text: str) -> None:
        """Take what is typed while the keyboard is on the page; Enter asks what is there."""
        line = self.composer.line
        if self._scope is None or not self.isVisible():
            return
        line.setFocus()
        if text == "\n":
            line.submit()
        else:
            line.insertPlainText(text)

    @Slot()
    def copy_latest(self) -> None:
        """Copy the newest answer."""
        answered = latest.copied(self._cards)
        if answered is not None:
            answered.copy.click()
            self.announce(f"Copied: {answered.copied()}")

    @Slot()
    def call_latest_right(self) -> None:
        """Call the newest answer right, or take that back."""
        if judged := self._judged_last():
            judged.right.click()
            self.announce("Marked right" if judged.right.isChecked() else "No longer marked right")

    @Slot()
    def correct_latest(self) -> None:
        """Let the person write what the newest answer should have been."""
        judged = self._judged_last()
        if judged is not None:
            judged.wrong.click()
            if judged.judging.line is not None:
                self._scroll.ensureWidgetVisible(judged.judging.line)

    def _judged_last(self) -> AnswerCard | None:
        """Return the newest card with an answer to judge; say why where there is none yet."""
        if latest.is_coming(self._cards):
            self.announce("The answer is still coming")
        return latest.judged(self._cards)

    def announce(self, text: str) -> None:
        """Let a screen reader say something that has just happened."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _show_note(self) -> None:
        """Tell what a small model does, until it has answered: then its answers tell."""
        shown = self._small and self._small not in self._hushed and not self._cards
        self.note.show_text(words.SMALL_MODEL if shown else "", Tone.PLAIN, Icon.CHIP)

    def _set_placeholder(self) -> None:
        if self._scope is None:
            self.composer.set_placeholder("Open a document to ask about it")
            return
        if self._scope.box is not None:
            self.composer.set_placeholder("Ask, or Enter to read it")
            return
        what = "document" if self._scope.whole else "page"
        again = "Ask more about this" if self._cards else "Ask about this"
        self.composer.set_placeholder(f"{again} {what}…")

    @Slot(str)
    def _on_submitted(self, text: str) -> None:
        if self._scope is not None:
            self.asked.emit(Draft(text, self._scope))

    @Slot()
    def choose_page(self) -> None:
        """Read the page in front again instead of the whole document."""
        if self._whole:
            self._on_whole(False)

    @Slot()
    def choose_document(self) -> None:
        """Have the next question find its pages itself, in a document of several."""
        if self._document is not None and self._document.page_count > 1:
            self._on_whole(True)
            self.setFocus()

    @Slot()
    def _on_crop_cleared(self) -> None:
        if self._scope is not None:
            self.scope_wanted.emit(Scope(self._scope.page))

    @Slot(bool)
    def _on_whole(self, whole: bool) -> None:
        if self._scope is None:
            return
        if self._scope.box is not None:
            self._on_crop_cleared()
        self._whole = whole
        self.set_scope(self._document, self._scope.page, None)
        self.scope_changed.emit()

    @Slot(object)
    def _on_box_wanted(self, question: Question) -> None:
        """Go to the page of a question and have it ready to be asked about a box there."""
        self.scope_wanted.emit(Scope(question.page))
        if question.box is not None:
            self.closer_wanted.emit(Scope(question.page, question.box))
        if not self.draft().strip():
            self.set_draft(question.text)
        self.crop_wanted.emit()

    @Slot(str)
    def _on_example(self, text: str) -> None:
        self.set_draft(text)
        self.composer.setFocus()

    @Slot()
    def _on_range(self) -> None:
        bar = self._scroll.verticalScrollBar()
        self._stack.setContentsMargins(0, 0, 0 if bar.maximum() else GUTTER, 0)
        if self._follow:
            bar.setValue(bar.maximum())

    @Slot()
    def _on_scrolled(self) -> None:
        bar = self._scroll.verticalScrollBar()
        self._follow = bar.sliderPosition() >= bar.maximum() - 2 * bar.singleStep()


def _beside_gutter(part: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, GUTTER, 0)
    row.addWidget(part)
    return row
