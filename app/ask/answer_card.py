"""One question with its answer, from waiting to corrected. Knows what is shown, asks nobody."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import figures, theme
from app.ask import beyond, words
from app.ask.answer_table import AnswerTable
from app.ask.answer_text import AnswerText
from app.ask.badges import AnswerBadges
from app.ask.button import IconButton
from app.ask.copy_button import CopyButton
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from app.ask.judging import Judging
from app.ask.offers import Offers
from app.ask.surface import BusyLine, Card, MutedLabel, Notice, indented, plain_label, sized
from app.ask.values import EvidenceClick, Scope, answered_on, scope_of
from app.ask.where_line import WhereLine
from app.theme import Tone
from vlm.protocol import Saw
from vlm.table_text import tabbed
from vlm.types import Answer, Box, ModelInfo, PageAnswer, PageRef, Question

EDGE = 5
"""Pixels between the card's edge and its buttons, which have air of their own."""
INDENT = 9
"""Pixels that text stands further in, so that it lines up with the buttons' icons."""


class AnswerCard(Card):
    """A card of the conversation.

    Signals:
        again_pressed(object): `Question` to ask once more, in a new card.
        retry_pressed(object): `Question` to ask once more in this card, perhaps a longer one.
        scope_pressed(object): `Scope` to select again.
        evidence_pressed(object): `EvidenceClick`.
        seen_pressed(object): The `Saw` of this question.
        where_toggled(bool): Show, or take away, where the model looked for this answer.
        models_pressed(): The person wants another model.
        box_wanted(object): `Question` that the person wants to ask about a box instead.
        judged(object): `Verdict`, from "Right" and from a correction.
        correction_wanted(object): `Question`; the correction line has opened.
        corrected(object): `Correction`.
    """

    again_pressed = Signal(object)
    retry_pressed = Signal(object)
    scope_pressed = Signal(object)
    evidence_pressed = Signal(object)
    seen_pressed = Signal(object)
    where_toggled = Signal(bool)
    models_pressed = Signal()
    box_wanted = Signal(object)
    judged = Signal(object)
    correction_wanted = Signal(object)
    corrected = Signal(object)

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.pages = 1  # of the document, as far as is known
        self.answer: Answer | None = None
        self._reader: ModelInfo | None = None
        self.saw: Saw | None = None
        self.own_places: tuple[Box, ...] = ()
        self._layout = QVBoxLayout(self)
        self.judging = Judging(self._layout, INDENT, self)
        self._build()
        self._connect()
        self.set_shown_document(question.page.path)
        self.show_waiting("")

    def _build(self) -> None:
        self.scope = IconButton(Icon.PAGE if self.question.box is None else Icon.CROP, "")
        self.asked = plain_label(self.question.text)
        self.asked.setFont(sized(self.asked.font(), 0.5, QFont.Weight.DemiBold))
        self.text = AnswerText()
        self.table = AnswerTable(self.text)
        self.doubt = MutedLabel(words.UNSURE_BELOW)
        self.busy = BusyLine()
        self.status = MutedLabel()
        self.notice = Notice()
        self.ending = Notice()
        self.badges = AnswerBadges(INDENT)
        offers = self.offers = Offers(self.question, INDENT)
        self.retry, self.longer, self.box, self.whole, self.models = offers.all
        self.copy = CopyButton(self.copied)
        self.again = IconButton(Icon.AGAIN, "Ask again", worded=False)
        self.seen = IconButton(Icon.EYE, "What the model saw")
        self.where = IconButton(Icon.TARGET, "Where it looked")
        self.where.setCheckable(True)
        self.where_line = WhereLine()
        self.right, self.wrong = self.judging.right, self.judging.wrong
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.scope)
        head.addStretch()
        head.addWidget(self.copy)
        head.addWidget(self.again)
        judging = (self.right, self.wrong)
        self._buttons = (self.copy, self.again, self.where, *judging)
        actions = FlowRow(self.seen, self.where, *judging, gap=0, together=judging)
        self._rows = (self.offers, actions)
        layout = self._layout
        layout.setContentsMargins(EDGE, EDGE, EDGE, EDGE * 2)
        layout.setSpacing(theme.SPACE)
        layout.addLayout(head)
        lines = (self.asked, self.text, self.table, self.doubt, self.busy, self.status)
        for part in (*lines, self.notice, self.ending, self.judging.own):
            layout.addLayout(indented(part, INDENT))
        layout.addWidget(self.offers)
        layout.addWidget(self.badges)
        layout.addWidget(actions)
        layout.addLayout(indented(self.where_line, INDENT))

    def _connect(self) -> None:
        self.scope.clicked.connect(self._on_scope)
        self.badges.page_pressed.connect(self._on_page)
        self.badges.evidence_pressed.connect(self._on_evidence)
        self.offers.retry_pressed.connect(self.retry_pressed)
        self.offers.models_pressed.connect(self.models_pressed)
        self.offers.box_pressed.connect(self.box_wanted)
        self.offers.whole_pressed.connect(self.again_pressed)
        self.again.clicked.connect(self._on_again)
        self.seen.clicked.connect(self._on_seen)
        self.where.clicked.connect(self.where_toggled)
        self.judging.judged.connect(self.judged)
        self.judging.correction_wanted.connect(self.correction_wanted)
        self.judging.corrected.connect(self.corrected)
        self.judging.own_changed.connect(self._on_own)

    @property
    def pending(self) -> bool:
        """Whether its answer is still on the way."""
        return not self.busy.isHidden()

    @property
    def warning(self) -> str:
        """What was said of what the model was given; "" when it can be read."""
        return self.saw.warning if self.saw is not None else ""

    @property
    def failed(self) -> bool:
        """Whether it says why there is no answer."""
        return not self.retry.isHidden()

    def copied(self) -> str:
        """Return what Copy takes: the answer, the person's own or what has come of it."""
        said = self.text.text() if self.answer is None else self.answer.text
        return tabbed(self.judging.correction or said)

    def tab_after(self, widget: QWidget) -> QWidget:
        """Put its controls behind `widget` in the tab order, as they are read; return the last."""
        head = (self.scope, self.copy, self.again, self.text, self.table, self.judging.undo)
        actions = (self.seen, self.where, self.right, self.wrong)
        for part in (*head, *self.offers.all, *self.badges.all, *actions):
            QWidget.setTabOrder(widget, part)
            widget = part
        return widget

    def set_shown_document(self, path: str | None) -> None:
        """Tell which document the window shows: of another one the file's name is shown too."""
        self.scope.set_words(words.place(scope_of(self.question), path))
        self.scope.setToolTip("Select this part again")
        self.setAccessibleName(f"{self.question.text}, {self.scope.text()}")

    def set_reader(self, now: ModelInfo | None) -> None:
        """Tell which model reads now: an answer of another one says so; None for none."""
        self._reader = now
        self.badges.show_reader(now)

    def restart(self, question: Question) -> None:
        """Empty the card for another try."""
        self.question = self.offers.question = question
        self.answer = self.saw = None
        self.judging.set_asked(question, None)
        self.table.show_text("")
        self.show_waiting("")

    def show_waiting(self, status: str, fraction: float = -1.0) -> None:
        """Show that an answer is on its way and what is being done for it."""
        self._show_only(self.busy)
        self.busy.set_fraction(fraction)
        self._say(status)
        self.text.setVisible(bool(self.text.text()))
        self._settle()

    def show_saw(self, saw: Saw) -> None:
        """Note what the model is given; a warning is shown at once."""
        self.saw = saw
        self.seen.setVisible(bool(saw.views))
        self.notice.show_text(saw.warning, Tone.CAUTION)
        self._settle()

    def append_text(self, piece: str) -> None:
        """Add to the streamed answer."""
        if self.text.isHidden():
            self.text.show()
            self._say("")
        self.text.append_piece(piece)

    def show_stopping(self) -> None:
        """Show that the person's Stop was heard."""
        self._say("Stopping…")

    def show_answer(self, answer: Answer) -> None:
        """Show the finished answer and everything beside it."""
        self.answer = answer
        self.question = self.offers.question = answered_on(self.question, answer)
        self.judging.set_asked(self.question, answer)
        self.table.show_text(answer.text)
        self.text.mark(answer.unsure)
        self._show_only(self.badges, *self._buttons)
        self.doubt.setVisible(self.text.marked)
        if answer.views and self.saw is None:
            self.saw = Saw(0, answer.views)
        self.seen.setVisible(self.saw is not None and bool(self.saw.views))
        self.where.setVisible(words.shows_where(self.question, answer))
        self.badges.show_answer(answer, self.question.box is not None, self.warning)
        self.badges.show_reader(self._reader)
        if answer.read is not None and not answer.read.found:
            for part in (self.seen, self.where, self.right, self.wrong):
                part.hide()  # the text is the program's own, there is no answer to judge
        self._say("" if answer.text else words.NO_ANSWER)
        self.ending.show_text(words.stop_reason(answer.stop), Tone.CAUTION, Icon.STOP)
        self._offer(answer)
        self._settle()

    def show_own_places(self, boxes: tuple[Box, ...]) -> None:
        """Mark where the person's own answer stands on the page; nowhere without boxes."""
        self.own_places = boxes
        self.badges.show_own(boxes)
        self._mark()

    def show_stopped(self, partial: str) -> None:
        """Show what there was when the person stopped it."""
        self.table.show_text(partial or self.text.text())
        has_text = bool(self.text.text())
        self._show_only(self.again, *([self.copy] if has_text else []))
        self.seen.setVisible(self.saw is not None)
        self.ending.show_text(words.stop_reason("stopped"), Tone.PLAIN, Icon.STOP)
        self._settle()

    def show_failure(self, title: str, sentence: str, *, offer_models: bool) -> None:
        """Show what went wrong where the answer would be; text that came stays."""
        self.table.show_text(self.text.text())
        self._show_only(self.retry)
        self.models.setVisible(offer_models)
        said = figures.sentence(sentence)
        self.notice.show_text(f"{title}. {said}" if title else said, Tone.BAD, Icon.WARNING)
        self._settle()

    def show_where(self, *, on: bool) -> None:
        """Show whether the page shows where the model looked."""
        self.where.setChecked(on)
        self.where.set_accent(on)
        self.where_line.setVisible(on)

    def _show_only(self, *shown: QWidget) -> None:
        """Show these of the parts that come and go."""
        self.judging.close()
        actions = (*self.offers.all, self.seen, *self._buttons)
        lines = (self.doubt, self.busy, self.status, self.notice, self.ending, self.where_line)
        for part in (*lines, self.badges, *actions):
            part.setVisible(part in shown)

    def _offer(self, answer: Answer) -> None:
        """Say what spoils the answer, and offer what may bring a better one."""
        too_much = beyond.said(self.question, self._reader)
        self.notice.show_text(self.warning or too_much, Tone.CAUTION)
        self.offers.show_for(answer, self.warning, self.pages, larger=bool(too_much))

    def _settle(self) -> None:
        for row in self._rows:
            row.settle()

    def _say(self, status: str) -> None:
        self.status.setText(status)
        self.status.setVisible(bool(status))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self._on_scope()
        super().mouseReleaseEvent(event)

    def _mark(self) -> None:
        """Have the place marked where the text it shows stands on the page."""
        self.evidence_pressed.emit(self._place(jump=False))

    def _place(self, jump: bool) -> EvidenceClick:
        if self.answer is None or self.judging.correction:
            return EvidenceClick(self.question.page, self.own_places, jump)
        return EvidenceClick.of(self.question.page, self.answer.evidence, jump)

    @Slot(str)
    def _on_own(self, own: str) -> None:
        """Show the person's own answer instead of the model's, or the model's again."""
        answer = self.answer
        if answer is None:
            return
        self.own_places = ()
        self.table.show_text(own or answer.text)
        self.text.mark(() if own else answer.unsure)
        self.doubt.setVisible(self.text.marked)
        self._say("" if own or answer.text else words.NO_ANSWER)
        ending = "" if own else words.stop_reason(answer.stop)
        self.ending.show_text(ending, Tone.CAUTION, Icon.STOP)
        self.badges.show_answer(answer, self.question.box is not None, self.warning)
        if own:
            self.badges.show_own(())
            self.offers.show_none()
        else:
            self._offer(answer)
        self._settle()
        self._mark()

    @Slot()
    def _on_scope(self) -> None:
        self.scope_pressed.emit(scope_of(self.question))
        if self.answer is not None:  # the marks of another answer would seem to be this one's
            self._mark()

    @Slot()
    def _on_evidence(self) -> None:
        self.evidence_pressed.emit(self._place(jump=True))

    @Slot(object)
    def _on_page(self, page: PageAnswer) -> None:
        at = PageRef(self.question.page.path, page.page)
        if page.evidence.boxes and not self.judging.correction:
            self.evidence_pressed.emit(EvidenceClick.of(at, page.evidence))
        else:
            self.scope_pressed.emit(Scope(at, whole=True))

    @Slot()
    def _on_again(self) -> None:
        self.again_pressed.emit(self.question)

    @Slot()
    def _on_seen(self) -> None:
        if self.saw is not None:
            self.seen_pressed.emit(self.saw)
