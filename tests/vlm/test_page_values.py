"""What pages with words of their own say, at labels and without."""

from __future__ import annotations

import pytest

from tests.vlm.test_parties import words_of as page
from vlm.page_values import lacks, may_answer, page_values, shape_of


def found(question: str, *rows: str) -> str | None:
    got = page_values(question, page(*rows))
    return got[0].text if got else None


HEAD = ("Keller and Sons", "7 Elm Street")


@pytest.mark.parametrize(
    ("question", "rows", "value"),
    [
        ("Who is the seller?", ("Invoice", "Coolblue B.V.", "Main street 5"), "Coolblue B.V."),
        ("Which company is it?", (*HEAD, "Customer:|Eva Roth"), "Keller and Sons"),
        ("What is the address?", (*HEAD, "Customer:|Eva Roth"), "7 Elm Street"),
        ("Who is the seller?", ("Keller", "Name: Eva Roth", "Total|5.00"), "Keller"),
        ("What is the e-mail address?", (*HEAD, "mail@example.org"), "mail@example.org"),
        ("What is the date?", (*HEAD, "5.6.2018", "Total|5.00"), "5.6.2018"),
        ("What is the phone number?", ("Total|5.00", "+49 6131 588567"), "+49 6131 588567"),
        ("What is the phone number?", ("Total|5.00", "(870)-931-0505"), "(870)-931-0505"),
    ],
)
def test_values_are_found_where_no_label_has_them(
    question: str, rows: tuple[str, ...], value: str
) -> None:
    assert found(question, *rows) == value


def test_what_stands_at_a_label_counts_before_what_does_not() -> None:
    assert found("What is the date?", "1.2.2018", "Date:|5.6.2018") == "5.6.2018"
    assert found("Who is the seller?", "Coolblue B.V.", "Seller:|Eva Roth") == "Eva Roth"


def test_a_value_at_the_longer_label_of_another_field_is_that_field_s() -> None:
    both = ("Due date:|5.6.2018", "Date:|1.2.2018")
    assert found("What is the date?", *both) == "1.2.2018"
    assert found("What is the total?", "Total excl. VAT|10.00", "Total|11.90") == "11.90"


@pytest.mark.parametrize(
    ("question", "answer", "may"),
    [
        ("What is the phone number?", "GB243692780", False),
        ("What is the phone number?", "06131 588567", True),
        ("Which company is it?", "Eva Roth", False),
        ("Which company is it?", "Keller and Sons", True),
        ("What is the tax?", "100.00", False),
        ("What is the total before tax?", "100.00", True),
        ("What is the order number?", "A-17", False),
        ("What is the colour?", "Eva Roth", True),
    ],
)
def test_what_stands_at_the_label_of_another_field_is_no_answer(
    question: str, answer: str, may: bool
) -> None:
    words = page(
        *HEAD, "Customer:|Eva Roth", "Invoice no.|A-17", "VAT ID|GB243692780", "Total|100.00"
    )
    assert may_answer(question, words)(answer) is may


def test_a_company_at_a_label_for_any_name_may_be_the_seller() -> None:
    may = may_answer("Who is the seller?", page("Bank", "Name: Keller Ltd"))
    assert may("Keller Ltd")
    assert not may_answer("Who is the seller?", page("Bank", "Name: Eva Roth"))("Eva Roth")


def test_a_question_of_two_forms_asks_for_neither_s_shape() -> None:
    assert shape_of("What is the account number?") == "iban"
    assert shape_of("Who is the account holder?") is None
    assert shape_of("What is the colour?") is None


def test_a_number_behind_the_kind_of_document_is_the_document_s_not_a_party_s() -> None:
    rows = ("Rechnung der Filiale (380) Nr. 01.234-18 vom 6.12.2018", "Verkäufer", "Nummer:|549910")
    assert found("What is the invoice number?", *rows) == "01.234-18"
    assert found("What is the invoice number?", "Verkäufer", "Nummer:|549910") == "549910"


BILL = (
    "Bergmann Bürobedarf GmbH",
    "Lindenallee 14",
    "Invoice",
    "Invoice number:|BB-2026-1001",
    "Invoice date:|14.03.2026",
    "Due date:|28.03.2026",
    "Pos|Description|Qty|Amount",
    "1|Copy paper A4|20|79,80",
    "2|Desk lamp LED|3|134,70",
    "Net|214,50",
    "VAT 19 %|40,76",
    "Total EUR|255,26",
)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What is the total?", "255,26"),
        ("How much do I have to pay?", "255,26"),
        ("What do I owe?", "255,26"),
        ("What is the final amount?", "255,26"),
        ("Wie viel muss ich zahlen?", "255,26"),
        ("Wie hoch ist der Rechnungsbetrag?", "255,26"),
        ("When was this invoice issued?", "14.03.2026"),
        ("By when do I need to pay?", "28.03.2026"),
        ("When do I have to pay?", "28.03.2026"),
        ("Bis wann muss ich zahlen?", "28.03.2026"),
        ("Who is the invoice from?", "Bergmann Bürobedarf GmbH"),
        ("Who sent this?", "Bergmann Bürobedarf GmbH"),
        ("Von wem ist die Rechnung?", "Bergmann Bürobedarf GmbH"),
        ("What is the amount for the Desk lamp LED?", "134,70"),
    ],
)
def test_people_ask_in_their_own_words(question: str, value: str) -> None:
    assert found(question, *BILL) == value


@pytest.mark.parametrize(
    ("question", "rows", "lacking"),
    [
        ("What is the phone number?", ("Cards|500|0.18|90.00", "Number|LP-20418"), True),
        ("What is the phone number?", ("Account|4402 7719 03",), True),
        ("What is the phone number?", ("Ask us|4402 7719 03",), False),
        ("What is the fax number?", ("Phone|4402 7719",), True),
        ("What is the e-mail address?", ("www.keller.example",), True),
        ("What is the e-mail address?", ("Ask info@keller.example now",), False),
        ("What is the web address?", ("Ask info@keller.example now",), True),
        ("What is the website?", ("More at keller.example/shop",), False),
        ("What is the VAT number?", ("VAT 20%|94.20",), True),
        ("What is the IBAN?", ("DE02 6674 4061 7670 4745",), False),
        ("What is the total?", ("Thank you",), False),
    ],
)
def test_a_page_lacks_what_looks_like_nothing_on_it(
    question: str, rows: tuple[str, ...], lacking: bool
) -> None:
    assert lacks(question, page(*rows)) is lacking


def test_a_website_and_a_fax_are_fields_of_their_own() -> None:
    rows = ("Tel.|06131 334455", "Fax|06131 334456", "Web|keller.example", "Both|x")
    assert found("What is the fax number?", *rows) == "06131 334456"
    assert found("What is the phone number?", *rows) == "06131 334455"
    assert found("Wie lautet die Telefonnummer?", *rows) == "06131 334455"
    assert found("What is the web address?", *rows) == "keller.example"
    assert found("What is the fax number?", "Tel/Fax: 06131 334457") == "06131 334457"
    assert found("What is the phone number?", "Tel/Fax: 06131 334457") == "06131 334457"


def test_what_has_not_its_shape_is_no_value_at_a_shared_label() -> None:
    assert found("What is the VAT number?", "VAT 20%|94.20") is None
    assert found("What is the order number?", "Thank you for your order.|565.20") is None
