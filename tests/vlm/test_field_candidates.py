"""What a page offers as answers."""

from __future__ import annotations

import pytest

from tests.vlm.test_labelled import page
from vlm.field_candidates import SCALARS, Candidate, candidates
from vlm.field_spans import spans
from vlm.page_cells import cells_of

PAYSLIP = (
    "Payments|Hours|Rate|Amount",
    "Basic pay|162.50|14.20|2,307.50",
    "Tax code|1257L",
    "Paid on 28 November 2025",
)


def offered(question: str, *rows: str) -> list[Candidate]:
    return candidates(question, cells_of(page(*rows)))


def test_what_stands_at_a_label_is_offered_with_its_headings() -> None:
    found = offered("What is the rate?", *PAYSLIP)
    (rate,) = (one for one in found if one.text == "14.20" and one.pair.label == "Basic pay")
    assert rate.pair.over == "Rate"
    assert len(rate.scalars) == SCALARS
    assert all(0 <= number <= 1 for number in rate.scalars)


def test_words_need_no_label() -> None:
    assert any(one.text == "1257L" and not one.pair.label for one in offered("?", *PAYSLIP))


def test_a_date_in_a_line_is_offered_alone_where_it_stands() -> None:
    found = offered("When was it paid?", *PAYSLIP)
    date = next(one for one in found if one.text == "28 November 2025")
    whole = next(one for one in found if one.text == PAYSLIP[-1])
    assert whole.box.holds(date.box)
    assert date.box.x0 > whole.box.x0


def test_words_of_the_question_count_at_their_label() -> None:
    def own(question: str) -> float:
        found = offered(question, *PAYSLIP)
        return max(one.scalars[0] for one in found if one.text == "1257L")

    assert own("What's my tax code?") == 1.0
    assert own("What is the rate?") == 0.0


@pytest.mark.parametrize(
    ("text", "kind", "right"),
    [
        ("due by 3 May 2026", "date", "3 May 2026"),
        ("112 g/L", "measure", "112 g"),
        ("£50 (if you leave early)", "amount", "£50"),
        ("7 jours", "duration", "7 jours"),
        ("No. RE-2024-77", "code", "RE-2024-77"),
    ],
)
def test_values_stand_in_what_a_cell_says(text: str, kind: str, right: str) -> None:
    every = spans(text)
    assert every[0][:2] == (0, len(text))
    assert any(text[start:end] == right and kind in kinds for start, end, kinds in every)


def test_an_empty_page_offers_nothing() -> None:
    assert candidates("What is the total?", []) == []
