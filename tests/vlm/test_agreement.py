from __future__ import annotations

import pytest

from vlm.agreement import AGREED, PAID, told_by_payment, weight

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
