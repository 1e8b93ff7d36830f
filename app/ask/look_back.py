"""Between an answer's card and the engine: what the model saw and where it looked, when asked."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.ask import words
from app.ask.answer_card import AnswerCard
from app.ask.badges import AnswerBadges
from app.ask.own_places import OwnPlaces
from app.ask.panel import AskPanel
from app.ask.seen import SeenSheet
from app.ask.values import Looks, Scope, looked_at
from app.engine_client import EngineClient
from app.pages import PageService
from vlm.protocol import LAST_EVENTS, Event, Failed, Hello, LookedAt, Progress, Saw
from vlm.types import Answer, Box


class LookBack(QObject):
    """Asks for one answer's maps at a time, and takes them away again.

    Signals:
        shown(object): `Looks`.

    Args:
        client: Asks the engine.
        pages: Draws what the model saw.
        panel: The sheet with that lies above it.
    """

    shown = Signal(object)

    def __init__(
        self,
        client: EngineClient,
        pages: PageService,
        panel: AskPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._pages = pages
        self._own = OwnPlaces(pages, self)
        self._panel = panel
        self._card: AnswerCard | None = None
        self._job = 0
        self._ours: set[int] = set()

    def add(self, card: AnswerCard) -> None:
        """Listen to a card's "Where it looked", "What the model saw" and where it was read.

        Where a person's own answer stands is looked for too.
        """
        self._own.add(card)
        card.seen_pressed.connect(self._on_seen)
        card.where_toggled.connect(self._on_toggled)
        card.badges.part_pressed.connect(self._on_part)

    @Slot()
    def clear(self) -> None:
        """Take away what is shown and stop what is on its way."""
        if self._job:
            self._client.cancel(self._job)
            self._job = 0
        card, self._card = self._card, None
        if card is not None:
            card.destroyed.disconnect(self._on_gone)
            card.show_where(on=False)
            self.shown.emit(Looks(card.question.page))

    def takes(self, event: Event) -> bool:
        """Take an event if its job is one of these; tell whether it is."""
        if isinstance(event, Hello) or event.job not in self._ours:
            return False
        if isinstance(event, LAST_EVENTS):
            self._ours.discard(event.job)
        if event.job == self._job and self._card is not None:
            self._show(self._card, event)
        return True

    def _show(self, card: AnswerCard, event: Event) -> None:
        match event:
            case Progress():
                card.where_line.show_text(words.ongoing(event.text))
            case LookedAt():
                self._job = 0
                card.where_line.show_found()
                self.shown.emit(Looks(card.question.page, event.maps))
            case Failed():
                self._job = 0
                self.clear()
                card.where_line.show_text(event.message)
            case _:
                self._job = 0
                self.clear()

    @Slot(object)
    def _on_seen(self, saw: Saw) -> None:
        card = self.sender()
        if isinstance(card, AnswerCard):
            page = card.question.page
            self._panel.scope_wanted.emit(Scope(page, card.question.box))
            found = card.answer.evidence if card.answer is not None else None
            sheet = SeenSheet(self._pages, page, saw, self._panel, found)
            sheet.crop_wanted.connect(self._panel.crop_wanted)
            sheet.open()

    @Slot(object)
    def _on_part(self, part: Box) -> None:
        badges = self.sender()
        card = badges.parentWidget() if isinstance(badges, AnswerBadges) else None
        if isinstance(card, AnswerCard):
            self._panel.scope_wanted.emit(Scope(card.question.page, part))

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        card = self.sender()
        if not isinstance(card, AnswerCard):
            return
        self.clear()
        card.where_line.show_text("")
        if not on or card.answer is None:
            return
        asked = looked_at(card.question, card.answer)
        if asked is None:
            return  # of several parts: its card offers no such button
        if trouble := self._trouble(card.answer):
            card.show_where(on=False)
            card.where_line.show_text(trouble)
            return
        self._card = card
        card.destroyed.connect(self._on_gone)
        card.show_where(on=True)
        card.where_line.show_text(words.WHERE_WAITING)
        self._job = self._client.where(asked, card.answer.text)
        self._ours.add(self._job)

    def _trouble(self, answer: Answer) -> str:
        """Say why an answer's maps cannot be had now; "" when they can."""
        model = self._client.model
        if model is None:
            return words.WHERE_NO_MODEL
        if (model.name, model.adapter) != (answer.model, answer.adapter):
            return words.where_other(answer)
        return ""

    @Slot()
    def _on_gone(self) -> None:
        self._card = None
        if self._job:
            self._client.cancel(self._job)
            self._job = 0
