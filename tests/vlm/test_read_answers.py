from __future__ import annotations

import pytest

from vlm.letterhead import LOWER, WORD, Found
from vlm.read_answers import IN_CODE, UNTIMED, found_in, size_of


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Date : 18/01/2018 10:27", "18/01/2018"),
        ("INV 24-01-18", "24-01-18"),
        ("30 Mar 2018 18:17", "30 Mar 2018"),
        ("2017-12-28 22:17PM", "2017-12-28"),
        ("March 3, 2018", "March 3, 2018"),
        ("10.OCT.2017", "10.OCT.2017"),
        ("den 05.06.2018", "05.06.2018"),
    ],
)
def test_dates_are_found_in_what_was_read(text: str, date: str) -> None:
    assert list(found_in("date", ["Total 7", text], True)) == [Found(date, 1, 1.0)]


@pytest.mark.parametrize("text", ["95555903", "3 4 14", "8.90 12.20", "10:17:32", "192.168.178.20"])
def test_other_numbers_are_no_dates(text: str) -> None:
    assert list(found_in("date", [text], True)) == []


@pytest.mark.parametrize("text", ["17/82/17", "32.01.2018", "00-00-00", "45 May 2018"])
def test_a_date_that_is_none_was_misread(text: str) -> None:
    assert list(found_in("date", [text], True)) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("30 Mer 2018 18:17", "30 Mar 2018"),
        ("10.OCI.2017", "10.OCT.2017"),
        ("5 Jen 2018", "5 Jen 2018"),
        ("21/092017 10:20", "21/09/2017"),
        ("7 Mac 2018", "7 Mac 2018"),
    ],
)
def test_a_month_with_a_letter_wrong_is_put_right_where_it_can_be_no_other(
    text: str, date: str
) -> None:
    (found,) = found_in("date", [text], True)
    assert found.text == date


def test_of_several_dates_the_one_with_the_time_counts_most_and_one_in_a_code_least() -> None:
    lines = ["HD03-04-06 - 5/40", "Valid 01-10-17", "19-09-17 15:39 SH01"]
    weights = {one.text: one.weight for one in found_in("date", lines, True)}
    assert weights == {"19-09-17": 1.0, "01-10-17": UNTIMED, "03-04-06": IN_CODE * UNTIMED}


def test_amounts_are_found_with_their_cents() -> None:
    found = found_in("amount", ["RM 1,234.50 and 9 .60", "18-01-2018", "7"], True)
    assert [(one.text, one.line) for one in found] == [("1,234.50", 0)]
    assert [one.text for one in found_in("amount", ["3. 50 SR"], True)] == ["3.50"]


def test_names_are_looked_for_only_where_no_label_tells_of_them() -> None:
    lines = ["0598", "Keller Druck", "Fine\nprinting"]
    assert list(found_in("name", lines, labelled=False)) == [
        Found("Keller Druck", 1, 1.0),
        Found("printing", 2, WORD * LOWER),
    ]
    assert list(found_in("name", lines, labelled=True)) == []


@pytest.mark.parametrize("labelled", [True, False])
def test_addresses_are_found_over_lines(labelled: bool) -> None:
    lines = ["Keller Druck", "Lange Gasse 5", "55116 Mainz"]
    found = list(found_in("address", lines, labelled))
    assert found == [Found("Lange Gasse 5\n55116 Mainz", 1, 1.0, 2)]


def test_what_has_no_known_form_is_not_looked_for() -> None:
    assert list(found_in(None, ["Keller 5414"], True)) == []
    assert list(found_in("number", ["Keller 5414"], True)) == []


def test_the_size_of_an_amount_is_compared_in_any_notation() -> None:
    assert size_of("RM 1.234,50") == size_of("1,234.50") == 1234.5
    assert size_of("Total") is None
