from __future__ import annotations

import pytest

from vlm.asked_names import asked_in, key_of, names_something


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the Aktenzeichen?", "Aktenzeichen"),
        ("Wie lautet das Aktenzeichen?", "What is the Aktenzeichen?"),
        ("What is the invoice number?", "Rechnungsnummer"),
        ("What is the policy holder's name?", "Policy holder"),
        ("Référence client", "What is the reference client?"),
        ('What stands at "Az."?', "Az"),
    ],
)
def test_questions_for_the_same_have_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the date?", "What is the date of birth?"),
        ("What is the invoice number?", "What is the order number?"),
        ("Mandant", "Mandantennummer"),
        ("What is the total?", "What is the total of the discounts?"),
    ],
)
def test_questions_for_something_else_have_another(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_a_question_that_names_nothing_has_none() -> None:
    assert key_of("What is it?") == key_of("") == asked_in("What is it?") == ""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the Aktenzeichen?", "Aktenzeichen"),
        ("What is the date of birth?", "date of birth"),
        ('What stands at "Az."?', "Az."),
    ],
)
def test_what_is_asked_for_is_said_as_the_person_did(question: str, said: str) -> None:
    assert asked_in(question) == said


@pytest.mark.parametrize(
    ("question", "right"),
    [("What stands there?", False), ("What is this?", False), ("Date?", True), ("", False)],
)
def test_a_question_may_have_no_word_of_what_it_wants(question: str, right: bool) -> None:
    assert names_something(question) is right
