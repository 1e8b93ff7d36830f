from __future__ import annotations

from tests.drawn import line
from vlm.focus import focus

WORDS = (
    *line("Keller", "Mainz", y=0.1),
    *line("Invoice", "number", "5414", y=0.2),
    *line("Delivery", "number", "77", y=0.3),
)


def test_the_line_with_the_questions_words_and_an_answer() -> None:
    box = focus(WORDS, "What is the invoice number of Keller in Mainz?")
    assert box is not None
    assert box.holds(WORDS[4].box), "the first line says nothing that the question does not"
    assert not box.holds(WORDS[1].box)
    assert not box.holds(WORDS[7].box)
    other = focus(WORDS, "Delivery number?")
    assert other is not None
    assert other.holds(WORDS[7].box)


def test_no_line_is_better_than_a_wrong_one() -> None:
    assert focus(WORDS, "What is the date?") is None
    assert focus((), "Invoice number?") is None
