"""Finds where on its page an answer stands that a person wrote themselves."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from shiboken6 import isValid

from app.ask.answer_card import AnswerCard
from app.ask.judging import Judging
from app.page_words import PageWords
from app.pages import PageService, WordsFound
from vlm.evidence import locate


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a card shows, to be found on a page, both numbered from 0."""

    card: AnswerCard
    own: str
    path: str
    page: int


class OwnPlaces(QObject):
    """Looks in the text layer of a card's page; without one nothing is marked.

    Args:
        pages: Where a page's words come from. Nothing is looked for while a document is closed.
    """

    def __init__(self, pages: PageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = PageWords(pages, self)
        self._wanted: list[_Wanted] = []
        self._words.known.connect(self._on_words)

    def add(self, card: AnswerCard) -> None:
        """Look whenever the person writes an answer of their own in this card."""
        card.judging.own_changed.connect(self._on_own)

    @Slot(str)
    def _on_own(self, own: str) -> None:
        judging = self.sender()
        card = judging.parent() if isinstance(judging, Judging) else None
        if not isinstance(card, AnswerCard):
            return
        self._wanted = [one for one in self._wanted if one.card is not card]
        if own:
            page = card.question.page
            self._wanted.append(_Wanted(card, own, page.path, page.page))
            self._words.ask(page)

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        path, page = found.page.path, found.page.page
        here = [one for one in self._wanted if (one.path, one.page) == (path, page)]
        self._wanted = [one for one in self._wanted if one not in here]
        for one in here:
            if isValid(one.card) and one.card.judging.correction == one.own:
                place = locate(one.own, found.words, one.card.question.box)
                one.card.show_own_places(place.boxes)
