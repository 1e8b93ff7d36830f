"""What the model answers about the row that is being made, to be checked by the person."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.ask.values import Asked, Draft, Scope
from finetune.question_sets import plain
from vlm.types import Box, PageRef


class ModelAnswer(QObject):
    """Asks the model on request and keeps what it said while the row is the same.

    Signals:
        asked(object): `Draft` that the model should answer.
        came(str): Its answer to what was asked last; never "".
    """

    asked = Signal(object)
    came = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loaded = False
        """Whether there is a model to ask."""
        self._about: Draft | None = None
        self._text = ""

    def ask(self, question: str, page: PageRef, box: Box | None) -> None:
        """Have the model answer."""
        self._about, self._text = Draft(question, Scope(page, box)), ""
        self.asked.emit(self._about)

    def forget(self) -> None:
        """Expect nothing: another row is made now."""
        self._about, self._text = None, ""

    def said(self, question: str) -> str:
        """Return what it answered to this very question, "" when it was not asked."""
        same = self._about is not None and plain(self._about.text) == plain(question)
        return self._text if same else ""

    @Slot(object)
    def take(self, asked: Asked) -> None:
        """Look whether an answer of the model is the one that was asked for."""
        question, text = asked.question, asked.answer.text.strip()
        draft = Draft(question.text, Scope(question.page, question.box))
        if draft == self._about and text:
            self._text = text
            self.came.emit(text)
