"""What a person says of an answer: right, or what it should have been instead."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ask import words
from app.ask.button import IconButton
from app.ask.correction import CorrectionLine
from app.ask.icons import Icon
from app.ask.surface import Notice, indented
from app.ask.values import Correction, Verdict
from app.theme import Tone
from vlm.types import Answer, Question


class Judging(QObject):
    """Two buttons of a card, the line where a correction is written, and what was written.

    Signals:
        judged(object): `Verdict`, from "Right" and from a correction.
        correction_wanted(object): `Question`; the correction line has opened.
        corrected(object): `Correction`.
        own_changed(str): What the person wrote instead, "" once it no longer stands.

    Args:
        place: The card's layout; the correction line comes below its other parts.
        indent: Pixels that the line stands further in.
        parent: The card.
    """

    judged = Signal(object)
    correction_wanted = Signal(object)
    corrected = Signal(object)
    own_changed = Signal(str)

    def __init__(self, place: QVBoxLayout, indent: int, parent: QObject) -> None:
        super().__init__(parent)
        self._place = place
        self._indent = indent
        self._asked: tuple[Question, Answer] | None = None
        self.line: CorrectionLine | None = None
        self._before: QWidget | None = None
        """What had the keyboard when the line opened."""
        self.right = IconButton(Icon.CHECK, "Right")
        self.right.setCheckable(True)
        self.wrong = IconButton(Icon.PEN, "Wrong? Correct it")
        self.own = Notice()
        """Says that the answer is the person's own, as long as it stands."""
        self.undo = IconButton(Icon.UNDO, words.UNDO)
        self.own.add_button(self.undo)
        self.correction = ""
        self.right.clicked.connect(self._on_right)
        self.wrong.clicked.connect(self._on_wrong)
        self.undo.clicked.connect(self._on_undo)

    def set_asked(self, question: Question, answer: Answer | None) -> None:
        """Tell what is judged from now on, None while there is no answer; nothing was said yet."""
        self._asked = None if answer is None else (question, answer)
        self.close()
        self.right.setChecked(False)
        self.correction = ""
        self.own.show_text("", Tone.GOOD)

    def show(self, right: bool | None, correction: str = "") -> None:
        """Show what was said of the answer; `correction` is "" where nothing was written."""
        self.right.setChecked(right is True)
        said = self._asked[1].text if self._asked is not None else ""
        own = words.corrected(said) if correction else ""
        self.own.show_text(own, Tone.GOOD, Icon.PEN)
        if correction != self.correction:
            self.correction = correction
            self.own_changed.emit(correction)

    def close(self) -> None:
        """Take the correction line away; what was typed there is gone."""
        if self.line is not None:
            self.line.hide()
            self.line.deleteLater()
            self.line = None

    @Slot(bool)
    def _on_right(self, right: bool) -> None:
        if self._asked is not None:
            self.close()
            self.show(right or None)
            self.judged.emit(Verdict(*self._asked, right or None))

    @Slot()
    def _on_undo(self) -> None:
        if self._asked is not None:
            self.close()
            self.show(None)
            self.judged.emit(Verdict(*self._asked, None))
            self.wrong.setFocus()  # the button that had it is gone

    @Slot()
    def _on_wrong(self) -> None:
        if self._asked is None or self.line is not None:
            return
        question, answer = self._asked
        self._before = QApplication.focusWidget()
        line = self.line = CorrectionLine(self.correction or answer.text)
        line.saved.connect(self._on_corrected)
        line.dismissed.connect(self._on_dismissed)
        self._place.addLayout(indented(line, self._indent))
        line.begin()
        self.correction_wanted.emit(question)

    @Slot(str)
    def _on_corrected(self, right_text: str) -> None:
        if self._asked is not None:
            self._on_dismissed()
            same = right_text == self._asked[1].text
            correction = "" if same else right_text
            self.show(same, correction)
            self.judged.emit(Verdict(*self._asked, same, correction))
            self.corrected.emit(Correction(*self._asked, right_text))

    @Slot()
    def _on_dismissed(self) -> None:
        """Give the keyboard back to where it was: a person may have come by a key from there."""
        self.close()
        before, self._before = self._before, None
        there = before is not None and isValid(before) and before.isVisible()
        (before if before is not None and there else self.wrong).setFocus()
