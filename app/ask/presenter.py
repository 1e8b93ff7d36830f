"""Between the asking panel and the engine: whose turn it is, and what each event means."""

from __future__ import annotations

from collections import deque
from typing import assert_never

from PySide6.QtCore import QObject, Signal, Slot

from app.ask import words
from app.ask.ahead import EncodeAhead
from app.ask.answer_card import AnswerCard
from app.ask.look_back import LookBack
from app.ask.panel import AskPanel
from app.ask.turn import LeftOver, Turn
from app.ask.values import Asked, Draft, EvidenceClick, LoadFailure, Verdict, as_turned, scope_of
from app.engine_client import EngineClient
from app.engine_exit import EngineExit
from app.errors import Offer, headline
from app.pages import PageService
from vlm import protocol
from vlm.errors import AdapterMismatch, EngineEnded
from vlm.protocol import (
    Cancelled,
    Done,
    Event,
    Failed,
    Hello,
    Loaded,
    Looked,
    LookedAt,
    Progress,
    Saw,
    TextDelta,
)
from vlm.types import Box, Document, PageRef, Precision, Question, Server

_BATCH = (protocol.Answered, protocol.Unanswered, protocol.AllAnswered)


class AskPresenter(QObject):
    """Asks one question at a time; what is asked meanwhile waits in its card.

    Signals:
        finished(object): `Asked`, for the history.
        show_evidence(object): `EvidenceClick`.
        looks(object): `values.Looks`, where the model looked, to lay over the page.
        judged(object): `values.Verdict`, from "Right" and from a correction.
        correction_wanted(object): `Question` whose answer the person starts to correct.
        corrected(object): `values.Correction`.
        model_changed(object): The `ModelInfo` that reads now, or None.
        server_changed(object): The `Server` that pages are sent to from now on, or None.
        adapter_refused(str): Why the tuned version that was to be loaded cannot be.
        load_failed(object): `values.LoadFailure` of a model. After either, nothing reads until
            something else is loaded.

    Args:
        panel: Its signals that are not connected here are for the window.
        client: Owned by the caller until `shutdown`, which stops it.
        pages: Draws what the model saw.
    """

    finished = Signal(object)
    show_evidence = Signal(object)
    looks = Signal(object)
    judged = Signal(object)
    correction_wanted = Signal(object)
    corrected = Signal(object)
    model_changed = Signal(object)
    server_changed = Signal(object)
    adapter_refused = Signal(str)
    load_failed = Signal(object)

    def __init__(
        self,
        panel: AskPanel,
        client: EngineClient,
        pages: PageService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._client = client
        self._ahead = EncodeAhead(client, self)
        self.back = LookBack(client, pages, panel, self)
        self.back.shown.connect(self.looks)
        self._model: tuple[str, str | None, str, Precision, bool | None] | None = None
        self._server: Server | None = None
        self._splitting = True
        self._max_new_tokens = 256
        self._held = False
        self._current: Turn | None = None
        self._waiting: deque[Turn] = deque()
        self._left_over = LeftOver()
        panel.asked.connect(self._on_asked)
        panel.stop_pressed.connect(self.stop)
        panel.retry_pressed.connect(self._reload)
        panel.scope_changed.connect(self._on_scope_changed)
        panel.draft_changed.connect(self._ahead.type)
        client.reported.connect(self._on_event)
        client.ended.connect(self._on_engine_ended)

    def set_scope(self, document: Document | None, page: PageRef | None, box: Box | None) -> None:
        """Tell what the person looks at: it is what the next question reads."""
        self._panel.set_scope(document, page, box)
        self._ahead.set_scope(self._panel.scope, self._splitting)

    def set_limits(self, splitting: bool, max_new_tokens: int) -> None:
        """Ask what is typed with these from now on; see `Question`."""
        self._splitting = splitting
        self._max_new_tokens = max_new_tokens
        self._ahead.set_scope(self._panel.scope, splitting)

    @Slot(bool)
    def set_held(self, held: bool) -> None:
        """Let questions wait while it is open with what they are to be answered."""
        self._held = held
        if not held:
            self._next()

    def load_model(
        self,
        folder: str | None,
        adapter: str | None = None,
        device: str = "auto",
        precision: Precision = "automatic",
        keep_pages: bool | None = None,
    ) -> None:
        """Read with another model or adapter from now on; None when there is none at all."""
        self._server = None
        self.server_changed.emit(None)
        self._model = None if folder is None else (folder, adapter, device, precision, keep_pages)
        self.model_changed.emit(None)
        if self._model is None:
            self._panel.head.show_none()
            self._fail_waiting("", words.NO_MODEL, offer_models=True)
        else:
            self._reload()

    def load_server(self, server: Server) -> None:
        """Have a server answer from now on, until a model is loaded; pages leave for it."""
        self._model, self._server = None, server
        self.server_changed.emit(server)
        self.model_changed.emit(None)
        self._reload()

    def unlock(self, path: str, password: str) -> None:
        """Tell the engine a document's password, for this session."""
        self._client.unlock(path, password)

    def ask(self, question: Question) -> None:
        """Ask in a new card."""
        self.back.clear()
        self._queue(Turn(self._add_card(question), question))

    @Slot(object)
    def show_past(self, past: Verdict) -> None:
        """Put an answer of the history into the conversation, as alive as a new one."""
        card = self._add_card(past.question)
        card.show_answer(past.answer)
        card.judging.show(past.right, past.correction)

    @Slot(object)
    def ask_again(self, question: Question) -> None:
        """Ask the same once more, of the page as it is turned now."""
        self.ask(as_turned(question, self._panel.scope))
        self._panel.composer.setFocus()

    @Slot()
    def stop(self) -> None:
        """Stop the answer on its way and forget what waits."""
        for turn in self._waiting:
            turn.card.show_stopped("")
        self._waiting.clear()
        if self._current is not None and not self._current.stopping:
            self._current.stopping = True
            self._current.card.show_stopping()
            self._client.cancel(self._current.job)
        if self._current is None:
            self._panel.set_running(False)

    def shutdown(self) -> None:
        """End the engine; nothing is asked or reported after this."""
        self._ahead.stop()
        self._waiting.clear()
        self._current = None
        self._client.reported.disconnect(self._on_event)
        self._client.ended.disconnect(self._on_engine_ended)
        self._client.stop()

    @Slot(object)
    def _on_asked(self, draft: Draft) -> None:
        at, limits = draft.scope, (self._splitting, self._max_new_tokens)
        self.ask(Question(draft.text, at.page, at.box, *limits, whole_document=at.whole))

    @Slot()
    def _on_scope_changed(self) -> None:
        self._ahead.set_scope(self._panel.scope, self._splitting)

    @Slot(object)
    def _on_retry(self, question: Question) -> None:
        card = self.sender()
        if isinstance(card, AnswerCard):
            card.restart(question)
            self._queue(Turn(card, question))
            self._panel.composer.setFocus()

    @Slot()
    def _reload(self) -> None:
        if self._server is not None:
            self._panel.head.show_busy(words.CONNECTING)
            self._client.load_server(self._server)
        elif self._model is not None:
            self._panel.head.show_busy(words.LOADING if self._client.running else words.STARTING)
            self._client.load(*self._model)

    def _add_card(self, question: Question) -> AnswerCard:
        card = self._panel.add_card(question)
        card.again_pressed.connect(self.ask_again)
        card.retry_pressed.connect(self._on_retry)
        card.evidence_pressed.connect(self.show_evidence)
        self.back.add(card)
        card.judged.connect(self.judged)
        card.correction_wanted.connect(self.correction_wanted)
        card.corrected.connect(self.corrected)
        return card

    def _queue(self, turn: Turn) -> None:
        self._waiting.append(turn)
        self._panel.set_running(True)
        if self._current is not None:
            turn.card.show_waiting(words.QUEUED)
        self._next()

    def _next(self) -> None:
        """Give the engine the next question, when it can take one."""
        if self._current is not None:
            return
        if not self._waiting:
            self._panel.set_running(False)
            self._ahead.poke()
        elif self._model is None and self._server is None:
            self._fail_waiting("", words.NO_MODEL, offer_models=True)
        elif self._client.model is None or self._held:
            for turn in self._waiting:
                turn.card.show_waiting(words.WAITING)
            if self._client.model is None and not self._client.loading:
                self._reload()
        else:
            turn = self._current = self._waiting.popleft()
            turn.card.show_waiting(words.READING)
            turn.job = self._client.ask(turn.question)

    def _finish(self) -> None:
        self._current = None
        self._next()

    def _fail_waiting(self, title: str, sentence: str, *, offer_models: bool) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._left_over.put(waiting, title, sentence, offer_models=offer_models)
        self._next()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if isinstance(event, Hello):
            if self._client.loading:
                self._panel.head.show_busy(words.LOADING)
        elif self.back.takes(event):
            return
        elif self._current is not None and event.job == self._current.job:
            self._on_answer_event(self._current, event)
        else:
            self._on_other_event(event)

    def _on_answer_event(self, turn: Turn, event: Event) -> None:
        if isinstance(event, (Hello, Loaded, Looked, LookedAt, *_BATCH)):
            return
        match event:
            case Progress():
                if not turn.stopping and not turn.card.text.text():
                    turn.card.show_waiting(words.ongoing(event.text), event.fraction)
            case Saw():
                turn.card.show_saw(event)
            case TextDelta():
                turn.card.append_text(event.text)
            case Done():
                self._on_done(turn, event)
            case Cancelled():
                turn.card.show_stopped(event.text)
                self._finish()
            case Failed():
                shown = headline(event.code)
                title = "" if event.code == EngineEnded.code else shown.title
                models = shown.offer is Offer.SETTINGS
                turn.card.show_failure(title, event.message, offer_models=models)
                self._finish()
            case _:
                assert_never(event)

    def _on_done(self, turn: Turn, done: Done) -> None:
        self._ahead.answered(scope_of(turn.question))
        turn.card.show_answer(done.answer)
        asked = turn.card.question  # of a whole document: with the page that answered
        self._panel.announce(words.spoken(asked, done.answer, turn.card.warning))
        self.finished.emit(Asked(asked, done.answer))
        if done.answer.evidence.boxes:
            self.show_evidence.emit(EvidenceClick.of(asked.page, done.answer.evidence, jump=False))
        self._finish()

    def _on_other_event(self, event: Event) -> None:
        """Take an event of loading or of encoding ahead."""
        if isinstance(event, Hello):
            return
        looking = self._ahead.owns(event.job)
        match event:
            case Progress() if self._client.loading and not looking:
                self._panel.head.show_busy(words.ongoing(event.text), event.fraction)
            case Loaded():
                self._panel.show_model(event.model)
                self._ahead.forget()
                self.model_changed.emit(event.model)
                self._waiting.extendleft(reversed(self._left_over.take(self._panel.cards)))
                self._panel.set_running(bool(self._current or self._waiting))
                self._next()
            case Looked():
                self._ahead.ended(event.job, well=True)
            case Cancelled():
                self._ahead.interrupted(event.job)
            case Failed() if looking:
                self._ahead.ended(event.job, well=False)
            case Failed(code=AdapterMismatch.code) if not self._client.loading:
                self._panel.head.show_busy(words.LOADING)
                self.adapter_refused.emit(event.message)
            case Failed() if not self._client.loading:
                shown = headline(event.code)
                self._panel.head.show_failure(shown.title, event.message)
                self._fail_waiting(shown.title, event.message, offer_models=True)
                if self._model is not None:
                    self.load_failed.emit(LoadFailure(self._model[0], event.message))
            case _:
                return

    @Slot(object)
    def _on_engine_ended(self, end: EngineExit) -> None:
        self.model_changed.emit(None)
        if end.restarting:
            self._panel.head.show_busy(words.RESTARTING)
        else:
            self._panel.head.show_failure("", end.sentence)
            self._fail_waiting("", end.sentence, offer_models=False)
