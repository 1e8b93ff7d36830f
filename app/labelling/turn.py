"""Whose turn it is: the question of the set that is asked on the page in front."""

from __future__ import annotations

from collections.abc import Sequence

from app.labelling.questions import QuestionPicker
from app.labelling.sets import Sets
from app.labelling.values import beside, first_open, following


class Turn:
    """Chooses questions in the picker.

    `settled` is false until the page in front has the question it begins with.

    Args:
        picker: Where the question stands.
        sets: The set it is from.
    """

    def __init__(self, picker: QuestionPicker, sets: Sets) -> None:
        self._picker = picker
        self._sets = sets
        self.settled = False

    @property
    def question(self) -> str:
        """The question as it stands there."""
        return self._picker.question

    def begin(self, keep: bool) -> None:
        """Begin a page with the first question, until its rows are known; or `keep` this one."""
        if not keep:
            self.first(())
        self.settled = False

    def first(self, answered: Sequence[str]) -> None:
        """Ask the first question without a row."""
        self.show(first_open(self._sets.questions, answered))

    def show(self, question: str) -> None:
        """Ask this question."""
        self.settled = True
        self._picker.show_question(question)

    def advance(self, answered: Sequence[str], question: str) -> bool:
        """Ask the next question without a row; false at the end of the set."""
        upcoming = following(self._sets.questions, answered, question)
        if upcoming is not None:
            self.show(upcoming)
        return upcoming is not None

    def step(self, by: int) -> bool:
        """Ask the question before (-1) or after (1) this one; false beyond the ends."""
        question = beside(self._sets.questions, self.question, by)
        if question is not None:
            self.show(question)
        return question is not None

    def offer(self, answered: Sequence[str]) -> None:
        """Offer the set's questions, with a tick before those that have rows."""
        self._picker.show_questions(self._sets.questions, answered)
