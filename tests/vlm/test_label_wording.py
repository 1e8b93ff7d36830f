"""How much of a question the words of a label say."""

from __future__ import annotations

import pytest

from tests.vlm.test_labelled import page
from vlm.label_pairs import Pair, pairs
from vlm.label_wording import Wording
from vlm.page_cells import cells_of
from vlm.prose_questions import asked

PAYSLIP = (
    "Payments|Hours|Rate|Amount",
    "Basic pay|162.50|14.20|2,307.50",
    "Overtime|11.00|21.30|234.30",
    "Tax code|1257L",
    "Tax paid|2,503.20",
)


def scores(question: str, *rows: str, misread: bool = False) -> dict[tuple[str, str], float]:
    found = list(pairs(cells_of(page(*rows))))
    wording = Wording(asked(question, "en"), found, "en", misread)
    return {(pair.label, pair.value): wording.of(pair) for pair in found}


def test_a_label_that_says_all_counts_more_than_one_that_says_part() -> None:
    found = scores("What's my tax code?", *PAYSLIP)
    assert found["Tax code", "1257L"] == 1.0
    assert 0 < found["Tax paid", "2,503.20"] < 0.7
    assert found["Overtime", "21.30"] == 0.0


def test_the_heading_of_a_column_counts() -> None:
    found = scores("What is the rate of overtime?", *PAYSLIP)
    assert found["Overtime", "21.30"] > found["Overtime", "11.00"] > 0


def test_a_label_may_be_misread() -> None:
    rows = ("Depaxtment|Night dispatch",)
    key = ("Depaxtment", "Night dispatch")
    assert scores("Which department is it?", *rows, misread=True)[key] > 0.5
    assert scores("Which department is it?", *rows)[key] == 0.0


@pytest.mark.parametrize(("letter", "question"), [("T", "telephone?"), ("F", "fax?")])
def test_a_letter_alone_stands_for_what_cards_mean(letter: str, question: str) -> None:
    assert scores(question, f"{letter}|04799 30 55-0")[letter, "04799 30 55-0"] > 0.5


def test_a_question_without_words_finds_nothing() -> None:
    assert set(scores("?", *PAYSLIP).values()) == {0.0}
    nothing = Wording(asked("?", "en"), [], "en", False)
    pair = Pair("Total", "", "", cells_of(page("Total|1.00"))[0][1], 0, 1.0)
    assert nothing.of(pair) == nothing.around(pair) == 0.0
