"""What is asked for at any label of a form, whatever it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vlm.test_labelled import page
from vlm.form_fields import fields
from vlm.page_cells import cells_of
from vlm.page_values import UNLIKELY, page_values

PAYSLIP = (
    "Harrow Logistics Ltd|Pay advice",
    "Employee no.|004417",
    "Tax code|1257L",
    "Department|Night dispatch",
    "Payments|Hours|Rate|Amount",
    "Basic pay|162.50|14.20|2,307.50",
    "Overtime|11.00|21.30|234.30",
    "Pension|138.42",
)
CARD = (
    "Henrike Solmsdorf",
    "T|04799 30 55-0",
    "F|04799 30 55-99",
    "M|0155 0417 2290",
    "h@k.example",
)
LETTER = (
    "Aktenzeichen: 32.4-77-018823/5|Bonn",
    "Mahngebühr|7,50 €",
    "Room .............. 307",
    "Standing charge 46.36",
)


def best(question: str, rows: tuple[str, ...], misread: bool = False) -> str | None:
    found = fields(question, cells_of(page(*rows)), misread)
    return found[0].text if found and found[0].score >= UNLIKELY else None


@pytest.mark.parametrize(
    ("question", "rows", "right"),
    [
        ("What's my tax code?", PAYSLIP, "1257L"),
        ("Which department is it?", PAYSLIP, "Night dispatch"),
        ("How many hours of overtime did I do?", PAYSLIP, "11.00"),
        ("What is the rate of overtime?", PAYSLIP, "21.30"),
        ("What goes into the pension?", PAYSLIP, "138.42"),
        ("Wie lautet das Aktenzeichen?", LETTER, "32.4-77-018823/5"),
        ("Wie hoch ist die Mahngebühr?", LETTER, "7,50 €"),
        ("Which room is it?", LETTER, "307"),
        ("What is the standing charge?", LETTER, "46.36"),
        ("What's the fax number?", CARD, "04799 30 55-99"),
        ("Wie ist ihre Handynummer?", CARD, "0155 0417 2290"),
        ("Wie lautet die E-Mail-Adresse?", CARD, "h@k.example"),
    ],
)
def test_the_label_that_says_what_is_asked_tells_it(
    question: str, rows: tuple[str, ...], right: str
) -> None:
    assert best(question, rows) == right


def test_a_value_stands_below_its_label_as_well() -> None:
    rows = ("Vorgang|Sachbearbeiterin", "V-4711|Frau Keller")
    assert best("Wie heißt die Sachbearbeiterin?", rows) == "Frau Keller"


def test_a_letter_of_a_label_may_be_misread_on_a_scan() -> None:
    rows = ("Tax c0de|1257L", "Depaxtment|Night dispatch")
    assert best("Which department is it?", rows, misread=True) == "Night dispatch"
    assert best("Which department is it?", rows) is None


def test_what_no_label_says_is_not_found() -> None:
    assert all(
        one.score < 0.5 for one in fields("What did the minibar cost?", cells_of(page(*PAYSLIP)))
    )
    assert best("", PAYSLIP) is None
    assert fields("What's my tax code?", []) == ()


def test_a_value_has_the_kind_that_is_wanted() -> None:
    rows = ("Invoice date|unknown", "Printed on|12.03.2024")
    assert best("When is the invoice date?", rows) != "unknown"
    assert best("When was it printed?", rows) == "12.03.2024"


def test_sentences_are_no_labels() -> None:
    rows = ("You parked in the no parking zone 283 of the old town without a permit.",)
    assert best("What is the parking zone?", rows) is None


def test_a_label_that_says_all_is_better_than_one_that_says_part() -> None:
    rows = ("Tax paid|2,503.20", "Tax code|1257L", "Code of conduct|signed")
    found = fields("What's my tax code?", cells_of(page(*rows)))
    assert [one.label for one in found][:1] == ["Tax code"]
    assert found[0].score > 0.8
    assert all(one.score < 0.2 for one in found[1:])


def test_questions_for_usual_fields_go_by_their_own_names_first() -> None:
    rows = ("Invoice|RE-77|Invoice date|12.03.2024", "Total tax|19.00", "Total|119.00")
    assert page_values("What is the total?", page(*rows))[0].text == "119.00"
    assert page_values("What is the invoice date?", page(*rows))[0].text == "12.03.2024"


def test_a_question_for_more_than_a_usual_field_is_not_answered_by_that_field() -> None:
    words = page(*PAYSLIP[:4], "Tax paid|2,503.20")
    assert page_values("What's my tax code?", words)[0].text == "1257L"


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=6), st.booleans())
def test_any_page_can_be_looked_at(said: list[str], misread: bool) -> None:
    rows = [one for one in said if one.split()]
    cells = cells_of(page(*rows)) if rows else []
    for one in fields("How much is the standing charge of 3 days?", cells, misread):
        assert 0 < one.score <= 1
        assert one.text
