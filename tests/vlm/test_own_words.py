from __future__ import annotations

import pytest

from tests.drawn import line
from vlm.own_words import written
from vlm.types import Box, PageRef, Question

PAGE = PageRef("invoice.pdf", 0)
WORDS = (
    *line("Invoice", "number", "471102", y=0.1),
    *line("Delivery", "number", "77", y=0.2),
    *line("Mail", "guillon@post.org", y=0.3),
    *line("Invoice", "number", "6000", y=0.8),
)
HEAD = Box(0.0, 0.0, 1.0, 0.4)


def asked(text: str, box: Box | None = HEAD, page: PageRef = PAGE) -> Question:
    return Question(text, page, box)


@pytest.mark.parametrize("said", ["54991099", "Not on this page.", "Keller"])
def test_the_value_at_its_label_in_the_box_is_the_answer(said: str) -> None:
    found = written(said, asked("What is the invoice number?"), WORDS)
    assert found.text == "471102"
    assert found.confidence is not None
    assert 0.8 < found.confidence <= 0.95


def test_a_model_that_reads_the_same_keeps_its_own_confidence() -> None:
    assert written("471102", asked("What is the invoice number?"), WORDS).confidence is None


def test_two_labels_with_other_values_leave_it_to_the_model() -> None:
    whole = asked("What is the invoice number?", Box(0.0, 0.0, 1.0, 1.0))
    assert written("6000", whole, WORDS).text == "6000"


def test_a_letter_misread_is_put_right() -> None:
    found = written("gullon@post.org", asked("Whom do I write to?"), WORDS)
    assert found.text == "guillon@post.org"
    assert found.confidence is None


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Not on this page.", "What is the order number?"),
        ("Delivery number 7", "What does it say?"),
        ("Something else", "Whom do I write to?"),
    ],
)
def test_other_answers_stay(said: str, question: str) -> None:
    assert written(said, asked(question), WORDS).text == said


def test_nothing_is_corrected_without_words_of_the_page() -> None:
    assert written("54991099", asked("What is the invoice number?"), ()).text == "54991099"
