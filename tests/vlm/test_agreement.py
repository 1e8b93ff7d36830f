from __future__ import annotations

import pytest

from vlm.agreement import (
    AGREED,
    PAID,
    is_contradicted,
    told_by_addition,
    told_by_others,
    told_by_payment,
    weight,
)

SLIP = ["Subtotal 12,61", "Totsl Incl. 6ST 12.60", "Cash 50.00", "Chamge 37,40", "GST 0.71"]


def test_what_was_paid_less_what_was_given_back_is_the_sum() -> None:
    assert told_by_payment(SLIP) == {1260}
    assert told_by_payment(["VISA 62.00", "CHANGE 0.00"]) == {6200}


@pytest.mark.parametrize(
    "rows",
    [
        SLIP[:3],
        ["Cash 50.00", "Change"],
        ["Cash 5.00", "Change 37.40"],
        ["Cash 50.00", *["Thank you"] * 4, "Change 1.00"],
        [],
    ],
)
def test_nothing_is_told_without_both_of_them_close_together(rows: list[str]) -> None:
    assert told_by_payment(rows) == frozenset()


def test_a_sum_that_agrees_counts_more_than_any_other_and_a_payment_less() -> None:
    told = told_by_payment(SLIP)
    assert weight(0.2, "12.60", SLIP[1], told) == AGREED + 0.2
    assert weight(0.8, "50.00", SLIP[2], told) == 0.8 * PAID
    assert weight(0.8, "12,61", SLIP[0], told) == 0.8
    assert weight(0.8, "12.60", "Total cash 12.60", frozenset()) == 0.8
    assert weight(0.3, "2264", "Total points 2264", told) == 0.3


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        (["Total Sales 127.37", "Rounding Adj -0.02", "Total after Adj 127.35", "Cash"], {12735}),
        (["Total 127.37", "Rounding -Ü.02", "Total 127.35"], {12735}),  # known without it
        (["Subtotal 10.00", "Service charge 1.00", "Total 11.00"], {1100}),
        (["Amount excl. 10.00", "GST 6% 0.60", "Total 10.60", "Round 0.00"], {1060}),
        (["Subtotal 10.02", "Tax 0.60", "Total 10.62", "Rounding -0.02", "Due 10.60"], {1060}),
        (["Total 127.37", "Rounding 0.00", "Total 127.37"], set()),
        (["Total 127.37", "Rounding -Ü.02", "Total 131.35"], set()),
        (["Bread 5.00", "Tax 0.30", "Cheese 5.30"], set()),
        (["Total 10.00", "Total tax 0.60", "Total 10.60"], set()),
    ],
)
def test_a_sum_is_told_by_another_and_what_is_added_to_it(rows: list[str], sums: set[int]) -> None:
    assert told_by_addition(rows) == told_by_others(rows) == sums


def test_payment_and_change_tell_before_any_addition() -> None:
    rows = ["Total 12.61", "Rounding -0.01", "Total 12.60", "Cash 50.00", "Change 37.40"]
    assert told_by_others([*rows, "Amount 12.60"]) == {1260}
    assert is_contradicted("12.61", rows)
    assert not is_contradicted("RM12.60", rows)
    assert not is_contradicted("12.61", rows[:1])


def test_a_payment_that_makes_no_sum_on_the_page_is_misread() -> None:
    rows = ["Total 12.61", "Rounding -0.01", "Total 12.60", "Cash 50.00", "Change 31.40"]
    assert told_by_others(rows) == {1260}
    assert told_by_others([rows[0], *rows[3:]]) == frozenset()
    assert is_contradicted("12.61", [rows[0], *rows[3:]])


@pytest.mark.parametrize("row", ["Maestro 23.90", "iDEAL 23.90", "Bancontact 23.90"])
def test_a_way_to_pay_is_no_sum(row: str) -> None:
    assert weight(0.8, "23.90", row, frozenset()) == 0.8 * PAID


def test_a_payment_without_change_tells_nothing_by_itself() -> None:
    rows = ["Total Amount $6.90", "Net Total $6.90", "CASH $8.90", "Change $0.00"]
    told = told_by_others(rows)
    assert told == frozenset()
    assert weight(0.9, "8.90", rows[2], told) < weight(0.9, "6.90", rows[1], told)
    assert told_by_others([*rows[:2], "CASH $6.90", rows[3]]) == {690}
