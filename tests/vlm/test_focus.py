from __future__ import annotations

from tests.drawn import line
from vlm.focus import shared
from vlm.types import Box

WORDS = (
    *line("Keller", "Mainz", y=0.1),
    *line("Invoice", "number", "5414", y=0.2),
    *line("Delivery", "number", "77", y=0.3),
)
FIRST, SECOND, THIRD = (Box(0, y, 1, y + 0.05) for y in (0.09, 0.19, 0.29))


def test_a_part_shares_what_it_has_of_the_questions_telling_words() -> None:
    question = "What is the invoice number?"
    assert shared((FIRST, SECOND, THIRD), WORDS, question) == (0.0, 1.0, 0.5)
    assert shared((THIRD, SECOND), WORDS, question) == (0.5, 1.0)
    assert shared((Box(0, 0, 1, 0.4),), WORDS, "Invoices") == (0.0,), "no word begins with it"
    assert shared((SECOND,), WORDS, "Deliver") == (0.0,)
    assert shared((THIRD,), WORDS, "Deliver") == (1.0,)


def test_a_part_that_only_says_what_the_question_says_cannot_answer_it() -> None:
    assert shared((FIRST,), WORDS, "Where is Keller in Mainz?") == (0.0,)
    assert shared((FIRST,), WORDS, "Where is Keller?") == (1.0,)


def test_nothing_is_shared_without_words() -> None:
    assert shared((FIRST, SECOND), (), "Invoice number?") == (0.0, 0.0)
    assert shared((SECOND,), WORDS, "What is it?") == (0.0,), "such words say nothing"
    assert shared((), WORDS, "Invoice number?") == ()
