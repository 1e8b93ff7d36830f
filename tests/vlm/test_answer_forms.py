from __future__ import annotations

import random

import pytest

from pretrain.documents import fields
from pretrain.documents.texts import Writer
from vlm.answer_forms import fits


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("What is the date of the receipt?", "18/01/2018", "Total"),
        ("What is the invoice date?", "14 March 2025", "LP-20418"),
        ("Rechnungsdatum?", "03.02.2024", "Summe"),
        ("When must it be paid?", "2008-10-24", "51,388.71 USD"),
        ("What is the total?", "26.60", "Total amount"),
        ("What is the amount due?", "$8.20", "10.07.2033"),
        ("What is the invoice number?", "LP-20418", "Invoice number"),
        ("Which tax ID is given?", "GB402151905", "12.07.1990"),
        ("Which tax ID is given?", "DE811907980", "1000 Christopher Shore"),
        ("Which IBAN is given?", "GB85 0582 9509", "IBAN"),
        ("Which e-mail address is given?", "guillon@post.org", "Robin Moreno"),
        ("What is the company name?", "99 SPEED MART S/B", "06:20 568008"),
        ("Who is the customer?", "Robin Moreno", "65198.07"),
        ("What is the company address?", "12, JALAN TAMPOI 7/4", "60.00"),
    ],
)
def test_answers_of_another_form_are_told_apart(question: str, right: str, wrong: str) -> None:
    assert fits(question, right)
    assert not fits(question, wrong)


def test_what_nothing_is_known_of_takes_any_answer() -> None:
    for answer in ("Total", "26.60", "18/01/2018"):
        assert fits("What stands below the line?", answer)


def test_a_bank_code_may_have_no_digits() -> None:
    assert fits("Which BIC is given?", "COBADEFFXXX")


def test_right_answers_have_the_form_of_their_questions() -> None:
    """Over all fields that are drawn and every way to ask for them in two languages and more."""
    rng = random.Random(3)
    writer = Writer(rng)
    missed: list[tuple[str, str]] = []
    asked = 0
    for field in fields.FIELDS:
        for number in range(40):
            question, value = field.ask(rng, held_out=number % 8 == 0), field.value(writer)
            asked += 1
            if not fits(question, value):
                missed.append((question, value))
    assert len(missed) <= 0.02 * asked, missed
