"""What a card offers to do next: try again, go on longer, a box, the whole document, a model."""

from __future__ import annotations

from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from vlm.types import Answer, Question


class Offers(FlowRow):
    """A row of buttons; the card connects them and shows the others that it needs.

    Args:
        inset: Pixels left free on both sides.
    """

    def __init__(self, inset: int) -> None:
        self.retry = IconButton(Icon.AGAIN, "Try again", Look.OUTLINE)
        self.longer = IconButton(Icon.LONGER, "Go on longer", Look.OUTLINE)
        self.box = IconButton(Icon.CROP, words.BOX_AROUND_IT, Look.OUTLINE)
        self.whole = IconButton(Icon.PAGES, words.ASK_WHOLE, Look.OUTLINE)
        self.models = IconButton(Icon.CHIP, "Choose a model", Look.OUTLINE)
        self.all = (self.retry, self.longer, self.box, self.whole, self.models)
        super().__init__(*self.all, inset=inset)

    def show_for(self, question: Question, answer: Answer, warning: str, pages: int) -> None:
        """Offer what may bring a better answer.

        Args:
            question: What was asked.
            answer: What came of it.
            warning: What was said of what the model was given; "" when it can be read.
            pages: How many the document has.
        """
        self.longer.setVisible(answer.stop == "length")
        if offer := words.better_in_box(question, answer, warning):
            self.box.set_words(offer)
        self.box.setVisible(bool(offer))
        self.whole.setVisible(bool(offer) and question.box is None and pages > 1)
