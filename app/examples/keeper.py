"""Turns what a person says about answers into examples: one click, one row with its picture."""

from __future__ import annotations

import time
import uuid

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.ask.values import Correction, Verdict
from app.examples import words
from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.examples.shelf import Shelf
from app.examples.values import Changed, Refused
from finetune.types import Example, ExampleKind
from finetune.types import Verdict as Mark
from vlm.absence import NOT_ON_PAGE, is_not_on_page
from vlm.types import Answer, Question

_UNSAID = "?"
"""Stands for the right answer where only the question and what was said matter."""


class ExampleKeeper(QObject):
    """Keeps "Right" and corrections, and lets go of a verdict that was taken back.

    Signals:
        said(str): A plain sentence for the person.
        kept(object): `Changed`: an answer was kept.

    Args:
        shelf: Where the examples are.
        taker: Takes their pictures.
    """

    said = Signal(str)
    kept = Signal(object)

    def __init__(self, shelf: Shelf, taker: CropTaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._taker = taker
        self._drawing: dict[str, Example] = {}
        self._mine: set[str] = set()
        taker.ended.connect(self._on_taken)
        shelf.changed.connect(self._on_changed)
        shelf.refused.connect(self._on_refused)
        shelf.complained.connect(self.said)
        shelf.stopping.connect(self._on_stopping)
        QTimer.singleShot(0, self, self._take_left_over)  # once the session's tabs are there

    @Slot(object)
    def judge(self, verdict: Verdict) -> None:
        """Keep a right answer; forget one that is not called right any more.

        "Wrong" alone teaches nothing: the correction comes with it, see `correct`.
        """
        if verdict.right is True:
            if verdict.answer.text.strip():
                self._keep(verdict.question, verdict.answer, verdict.answer.text, "right", "right")
            else:
                self.said.emit(words.NO_ANSWER)
        elif verdict.right is None:
            asked = _example(verdict.question, verdict.answer, _UNSAID, "right", "right")
            self._forget_drawing(asked)
            self._shelf.take_back(asked)

    @Slot(object)
    def correct(self, correction: Correction) -> None:
        """Keep what the answer should have been, instead of what was kept of it before."""
        if correction.right_text != correction.answer.text:  # else it is a verdict, told as one
            text = correction.right_text
            absent = is_not_on_page(text)
            kind: ExampleKind = "negative" if absent else "correction"
            text = NOT_ON_PAGE if absent else text
            self._keep(correction.question, correction.answer, text, kind, "wrong")

    def _keep(
        self, question: Question, answer: Answer, text: str, kind: ExampleKind, mark: Mark
    ) -> None:
        example = _example(question, answer, text.strip(), kind, mark)
        self._forget_drawing(example)
        self._take(example)

    def _take(self, example: Example) -> None:
        key = uuid.uuid4().hex
        self._drawing[key] = example
        self._taker.take(Wanted(key, example.page, example.box))

    @Slot()
    def _take_left_over(self) -> None:
        """Keep what was said right before the program ended."""
        for example in self._shelf.take_left_over():
            self._take(example)

    @Slot()
    def _on_stopping(self) -> None:
        for example in self._drawing.values():
            self._shelf.put_off(example)
        self._drawing.clear()

    def _forget_drawing(self, example: Example) -> None:
        """Give up an example of the same answer whose picture is still on its way."""
        for key, other in list(self._drawing.items()):
            if _same_answer(example, other):
                del self._drawing[key]
                self._taker.forget(key)

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        example = self._drawing.pop(end.wanted.key, None)
        if example is None:
            return  # taken for somebody else
        if isinstance(end, Taken):
            self._mine.add(end.wanted.key)
            self._shelf.keep(example, end)
        else:
            self.said.emit(words.not_kept(end.sentence))

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        if changed.key in self._mine:
            self._mine.discard(changed.key)
            self.kept.emit(changed)
        elif changed.how == "taken back":
            self.said.emit(words.taken_back(changed.examples, changed.documents))

    @Slot(object)
    def _on_refused(self, refused: Refused) -> None:
        if refused.key in self._mine:
            self._mine.discard(refused.key)
            self.said.emit(words.not_kept(refused.sentence))


def _example(
    question: Question, answer: Answer, text: str, kind: ExampleKind, mark: Mark
) -> Example:
    return Example(
        id="",
        document="",
        page=question.page,
        question=question.text,
        answers=(text,),
        kind=kind,
        made_at=time.time(),
        box=question.box,
        said=answer.text,
        verdict=mark,
    )


def _same_answer(one: Example, other: Example) -> bool:
    plain = {"answers": (_UNSAID,), "kind": "right", "verdict": "right", "made_at": 0.0}
    return msgspec.structs.replace(one, **plain) == msgspec.structs.replace(other, **plain)
