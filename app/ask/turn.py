"""A question that has its card and waits for its turn, or for something that can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.ask import words
from app.ask.answer_card import AnswerCard
from vlm.types import Question


@dataclass(slots=True)
class Turn:
    """Waits, or with a `job` is being answered."""

    card: AnswerCard
    question: Question
    job: int = 0
    stopping: bool = False


class LeftOver:
    """Questions that failed because nothing could read; each is asked again once something can."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    def put(self, turns: Iterable[Turn], title: str, sentence: str, *, offer_models: bool) -> None:
        """Have cards say why nothing can read, and note their questions; see `show_failure`."""
        for turn in turns:
            said = f"{sentence} {words.ASKED_THEN}"
            turn.card.show_failure(title, said, offer_models=offer_models)
            self._turns = [*(other for other in self._turns if other.card is not turn.card), turn]

    def take(self, cards: Sequence[AnswerCard]) -> list[Turn]:
        """Return those whose cards are among these and still say so, oldest first; forget all."""
        turns, self._turns = self._turns, []
        return [turn for turn in turns if turn.card in cards and turn.card.failed]
