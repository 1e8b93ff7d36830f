"""A model is taught the spelling that it sees."""

from __future__ import annotations

import pytest

from finetune.spelling import as_shown, on_scans


@pytest.mark.parametrize(
    ("answers", "text", "first"),
    [
        (("2018-01-15", "15/01/2018"), "Date 15/01/2018", "15/01/2018"),
        (("2018-01-15",), "Date 15/01/2018", "15/01/2018"),
        (("12 MAR 2018",), "12 Mar 2018 18:19", "12 Mar 2018"),
        (("HARBOUR TEA LTD",), "Harbour Tea Ltd", "Harbour Tea Ltd"),
        (("33.90",), "Total RM33.90", "33.90"),
        (("1234.50",), "Summe 1.234,50 EUR", "1.234,50"),
        (("Nora Hill",), "Total 19.00", "Nora Hill"),
        (("tea",), "STEAM and Tea", "Tea"),
        (("5.00 (net)",), "5.00 (Net)", "5.00 (Net)"),
        (("2018-01-15",), "", "2018-01-15"),
    ],
)
def test_the_spelling_that_the_page_shows_is_taught(
    answers: tuple[str, ...], text: str, first: str
) -> None:
    found = as_shown(answers, text)
    assert found[0] == first
    assert set(answers) <= set(found)


def test_names_in_capitals_may_stand_otherwise_on_a_scan() -> None:
    assert on_scans(("HARBOUR TEA", "Tea")) == ("HARBOUR TEA", "Tea", "Harbour Tea")
    assert on_scans(("19.00",)) == ("19.00",)
