"""Texts as the numbers that the matcher looks up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlm.match_texts import LEARNED, Cut, Role, outline, units


@pytest.mark.parametrize(
    ("word", "right"),
    [("£2,086.36", "£0,000.00"), ("GB29", "XX00"), ("Müller-Weg", "Xxxxxx-Xxx"), ("", "")],
)
def test_an_outline_keeps_marks_and_the_kind_of_each_letter(word: str, right: str) -> None:
    assert outline(word) == right


def test_case_accents_and_digits_make_no_difference_to_a_label() -> None:
    assert units("Référence 12", "label") == units("reference 47", "question")


def test_words_that_follow_each_other_are_a_unit_of_their_own() -> None:
    due, date, both = units("due date", "label")
    assert both not in (due, date)
    assert units("date due", "label")[:2] == (date, due)
    assert units("date due", "label")[2] != both


def test_forms_of_a_word_share_most_rows() -> None:
    (one,), (other,), (another,) = (
        units(word, "label") for word in ("Zahlung", "Zahlungen", "Ort")
    )
    assert len(set(one) & set(other)) > 0.6 * len(one)
    assert not set(one) & set(another)


def test_values_of_one_outline_are_nearer_than_others() -> None:
    def rows(text: str) -> set[int]:
        return {row for unit in units(text, "value") for row in unit}

    date, other, amount = rows("12.03.2024"), rows("24.11.2031"), rows("£1,204.50")
    assert len(date & other) > len(date & amount)


@given(
    st.text(max_size=400),
    st.sampled_from(("question", "label", "value")),
    st.sampled_from((LEARNED, Cut(64, (2, 5)))),
)
def test_any_text_has_rows_of_the_table(text: str, role: Role, cut: Cut) -> None:
    for unit in units(text, role, cut):
        assert unit
        assert all(0 <= row < cut.buckets for row in unit)
