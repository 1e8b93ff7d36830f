"""What a card offers to do next: try again, go on longer, a box, the whole document, a model."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from vlm.types import Answer, Question

LONGER = 4
"""How much longer "Go on longer" lets an answer become."""


class Offers(FlowRow):
    """A row of buttons, of which the card shows what it needs.

    Signals:
        retry_pressed(object): `Question` to ask once more in the same card, perhaps a longer one.
        box_pressed(object): `Question` that the person wants to ask about a box instead.
        whole_pressed(object): `Question` about the whole document, for a card of its own.
        models_pressed(): The person wants another model.

    Attributes:
        question: What the card asked; the card sets it anew when it asks another.

    Args:
        question: The first.
        inset: Pixels left free on both sides.
    """

    retry_pressed = Signal(object)
    box_pressed = Signal(object)
    whole_pressed = Signal(object)
    models_pressed = Signal()

    def __init__(self, question: Question, inset: int) -> None:
        self.question = question
        self.retry = IconButton(Icon.AGAIN, "Try again", Look.OUTLINE)
        self.longer = IconButton(Icon.LONGER, "Go on longer", Look.OUTLINE)
        self.box = IconButton(Icon.CROP, words.BOX_AROUND_IT, Look.OUTLINE)
        self.whole = IconButton(Icon.PAGES, words.ASK_WHOLE, Look.OUTLINE)
        self.models = IconButton(Icon.CHIP, "Choose a model", Look.OUTLINE)
        self.all = (self.retry, self.longer, self.box, self.whole, self.models)
        super().__init__(*self.all, inset=inset)
        self.retry.clicked.connect(self._on_retry)
        self.longer.clicked.connect(self._on_longer)
        self.box.clicked.connect(self._on_box)
        self.whole.clicked.connect(self._on_whole)
        self.models.clicked.connect(self.models_pressed)

    def show_none(self) -> None:
        """Offer nothing: the right answer is known."""
        for button in self.all:
            button.hide()

    def show_for(self, answer: Answer, warning: str, pages: int, *, larger: bool = False) -> None:
        """Offer what may bring a better answer.

        Args:
            answer: What came of the question.
            warning: What was said of what the model was given; "" when it can be read.
            pages: How many the document has.
            larger: Whether only a larger model can do what was asked.
        """
        self.longer.setVisible(answer.stop == "length")
        self.models.setVisible(larger)
        offer = "" if larger else words.better_in_box(self.question, answer, warning)
        if offer:
            self.box.set_words(offer)
        self.box.setVisible(bool(offer))
        self.whole.setVisible(bool(offer) and self.question.box is None and pages > 1)

    @Slot()
    def _on_retry(self) -> None:
        self.retry_pressed.emit(self.question)

    @Slot()
    def _on_longer(self) -> None:
        self.retry_pressed.emit(words.longer(self.question, LONGER))

    @Slot()
    def _on_box(self) -> None:
        self.box_pressed.emit(self.question)

    @Slot()
    def _on_whole(self) -> None:
        self.whole_pressed.emit(words.of_whole(self.question))
