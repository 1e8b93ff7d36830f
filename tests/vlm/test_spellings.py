"""Dates and amounts count as the same however a list and a page spell them."""

from __future__ import annotations

import pytest

from vlm.spellings import accepted, means_same, spelled_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2018-01-15", "15/01/2018"),
        ("2018-01-15", "15.1.18"),
        ("2018-03-05", "05 MAR 2018"),
        ("2018-03-05", "5. März 2018"),
        ("2018-03-05", "March 5, 2018"),
        ("2018-02-01", "01/02/2018"),
        ("2018-01-02", "01/02/2018"),
        ("2018-08-15", "15 août 2018"),
        ("33.90", "RM 33.90"),
        ("33.90", "RM33.90"),
        ("1234.50", "EUR 1.234,50"),
        ("1234.50", "1,234.50"),
        ("1234.50", "1.234,50 €"),
        ("-3.00", "-3,00"),
    ],
)
def test_other_spellings_mean_the_same(one: str, other: str) -> None:
    assert means_same(one, other)
    assert means_same(other, one)
    assert accepted(other, (one,)) == (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("01/02/2018", "02/01/2018"),
        ("2018-01-15", "15/01/2019"),
        ("2018-01-15", "15/01"),
        ("2018-13-15", "15/13/2018"),
        ("33.90", "33.99"),
        ("33.90", "-33.90"),
        ("33.90", "3390"),
        ("007", "7"),
        ("15", "15.00"),
        ("12.01.19", "120119"),
        ("Harbour Tea", "Harbour Tea"),
        ("5 Pies 2018", "2018-03-05"),
    ],
)
def test_other_values_do_not(one: str, other: str) -> None:
    assert not means_same(one, other)
    assert not means_same(other, one)
    assert accepted(other, (one,)) == (one,)


@pytest.mark.parametrize(
    ("text", "truth", "found"),
    [
        ("Date: 15/01/2018 11:05", "2018-01-15", "15/01/2018"),
        ("5 MAR 2018 10:00", "2018-03-05", "5 MAR 2018"),
        ("Summe EUR 1.234,50", "1234.50", "1.234,50"),
        ("Total RM33.90", "RM 33.90", "33.90"),
        ("Table 33 Total 133.90", "33.90", None),
        ("Date: 16/01/2018", "2018-01-15", None),
        ("Harbour Tea", "Harbour Tea", None),
        ("", "33.90", None),
    ],
)
def test_a_spelling_is_found_in_what_stands_there(text: str, truth: str, found: str | None) -> None:
    assert spelled_in(text, truth) == found
