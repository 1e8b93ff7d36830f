from __future__ import annotations

from tests.drawn import line
from vlm.focus import shared, texts_of
from vlm.types import Box

WORDS = (
    *line("Keller", "Mainz", y=0.1),
    *line("Invoice", "number", "5414", y=0.2),
    *line("Delivery", "number", "77", y=0.3),
)
BOXES = tuple(Box(0, y, 1, y + 0.05) for y in (0.09, 0.19, 0.29))
FIRST, SECOND, THIRD = texts_of(BOXES, WORDS)


def test_a_part_says_what_the_text_layer_has_in_it() -> None:
    assert (FIRST, SECOND, THIRD) == ("Keller Mainz", "Invoice number 5414", "Delivery number 77")
    assert texts_of(BOXES, ()) == ("", "", "")


def test_a_part_shares_what_it_has_of_the_questions_telling_words() -> None:
    assert shared((FIRST, SECOND, THIRD), "What is the invoice number?") == (0.0, 1.0, 0.5)
    assert shared((THIRD,), "Deliver") == (1.0,), "a word that begins with it"
    assert shared((THIRD,), "Del") == (0.0,)


def test_words_that_a_model_misread_a_little_count() -> None:
    assert shared(("lnvoice nunber 5414",), "What is the invoice number?") == (1.0,)
    assert shared(("Involve member 5414",), "Which date?") == (0.0,)
    assert shared(("tex 19", "tax 19"), "Which tax?") == (0.0, 1.0), "a short word has to be right"


def test_a_part_that_only_says_what_the_question_says_cannot_answer_it() -> None:
    assert shared((FIRST,), "Where is Keller in Mainz?") == (0.0,)
    assert shared((FIRST,), "Where is Keller?") == (1.0,)


def test_nothing_is_shared_without_words() -> None:
    assert shared(("", ""), "Invoice number?") == (0.0, 0.0)
    assert shared((SECOND,), "What is it?") == (0.0,), "such words say nothing"
    assert shared((), "Invoice number?") == ()
