"""A question that has its card and waits for its turn."""

from __future__ import annotations

from dataclasses import dataclass

from app.ask.answer_card import AnswerCard
from vlm.types import Question


@dataclass(slots=True)
class Turn:
    """Waits, or with a `job` is being answered."""

    card: AnswerCard
    question: Question
    job: int = 0
    stopping: bool = False
