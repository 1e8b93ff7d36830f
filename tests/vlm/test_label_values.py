"""Values of a form in what stands behind a label."""

from __future__ import annotations

import pytest

from vlm.answer_forms import Form
from vlm.label_values import fitting, is_base


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("amount", "5 283,68 EUR", "5 283,68"),
        ("amount", "2 231,93", "2 231,93"),
        ("amount", "1 278.61", "278.61"),
        ("amount", "Rs 1939", "1939"),
        ("amount", "1939 EUR", "1939"),
        ("amount", "1939", None),
        ("amount", "Room 7", None),
        ("number", "Jan 1, 2022", None),
        ("number", "12.05.2021 A-77", "A-77"),
        ("number", "GB 428 7391 52", "GB 428 7391 52"),
        ("number", "FR 83 404 833 048", "FR 83 404 833 048"),
        ("number", "FR14 2004 1010 0505 0001 3402 606", "FR14 2004 1010 0505 0001 3402 606"),
    ],
)
def test_the_first_value_of_a_form(form: Form, text: str, value: str | None) -> None:
    found = fitting(form, text, begins=True)
    assert (text[slice(*found)] if found is not None else None) == value


def test_an_amount_that_another_is_reckoned_from() -> None:
    assert is_base(" 15% on $ 112.90", 10)
    assert not is_base(" 15% 112.90", 5)
