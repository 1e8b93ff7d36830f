from __future__ import annotations

from datetime import date

import pytest

from vlm.cell_values import Amount, amount, day, value_of


@pytest.mark.parametrize(
    ("text", "value", "decimals", "before", "after"),
    [
        ("529,87", 529.87, 2, "", ""),
        ("529.87", 529.87, 2, "", ""),
        ("1.234,56 €", 1234.56, 2, "", "€"),
        ("1,234.56", 1234.56, 2, "", ""),
        ("1 234,56 EUR", 1234.56, 2, "", "EUR"),
        ("1'234.50", 1234.5, 2, "", ""),
        ("$ 12.5", 12.5, 1, "$", ""),
        ("RM33.90", 33.9, 2, "RM", ""),
        ("1.234.567", 1234567, 0, "", ""),
        ("12 500", 12500, 0, "", ""),
        ("84", 84, 0, "", ""),
        ("0,50", 0.5, 2, "", ""),
        ("-100,00", -100, 2, "", ""),
        ("-€ 100.00", -100, 2, "€", ""),
        ("€ -100.00", -100, 2, "€", ""),
        ("100,00-", -100, 2, "", ""),
    ],
)
def test_amounts(text: str, value: float, decimals: int, before: str, after: str) -> None:
    assert amount(text) == Amount(value, decimals, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "1.234", "1,234", "007", "00,50", "1.23.45", "1,234,56", "12,34,56", "19 %", "about 12",
        "EUR 12 USD", "", "-", "--5", "12.", "0.123", "1 23", "3 x 4.50", "=1+1",
    ],
)  # fmt: skip
def test_what_may_be_two_amounts_or_none_stays_text(text: str) -> None:
    assert amount(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2018-03-05", "2018/3/5", "05.03.2018", "5.3.2018", "5. März 2018", "5 March 2018",
        "March 5, 2018", "Mar 5 2018", "5-MAR-2018", "5th March 2018", "5 mars 2018",
        "05. 03. 2018",
    ],
)  # fmt: skip
def test_days(text: str) -> None:
    assert day(text) == date(2018, 3, 5)


def test_slashes_tell_the_day_only_where_there_is_no_such_month() -> None:
    assert day("25/12/2018") == date(2018, 12, 25) == day("12/25/2018")
    assert day("04/04/2018") == date(2018, 4, 4)
    assert day("03/04/2018") is None


@pytest.mark.parametrize("text", ["31.02.2018", "5.3.18", "Mayday 5, 2018", "2018", "01.01.1800"])
def test_no_days(text: str) -> None:
    assert day(text) is None


def test_only_what_was_asked_for_is_read_as_it() -> None:
    assert value_of("What is the total?", "529,87") == Amount(529.87, 2)
    assert value_of("What is the invoice number?", "471102") is None
    assert value_of("What is the due date?", "05.03.2018") == date(2018, 3, 5)
    assert value_of("What is the total?", "05.03.2018") is None
    assert value_of("What is the IBAN?", "12") is None
