"""Which of the answers a command is about that names none: the newest that it can be about."""

from __future__ import annotations

from collections.abc import Sequence

from app.ask.answer_card import AnswerCard


def copied(cards: Sequence[AnswerCard]) -> AnswerCard | None:
    """Return the newest card that has something to copy."""
    return next((card for card in reversed(cards) if not card.copy.isHidden()), None)


def is_coming(cards: Sequence[AnswerCard]) -> bool:
    """Tell whether the newest answer is still on its way."""
    return bool(cards) and cards[-1].pending


def judged(cards: Sequence[AnswerCard]) -> AnswerCard | None:
    """Return the newest card with an answer to judge.

    None while a newer one is coming: a key that is pressed too soon would judge another answer
    than the one that is meant, and teach that.
    """
    if is_coming(cards):
        return None
    return next((card for card in reversed(cards) if not card.wrong.isHidden()), None)
