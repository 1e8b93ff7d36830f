"""Answers that are known from other documents, found on a page as they were spelled."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vlm.test_labelled import page
from vlm.known_values import Known, Sheet, known_on, letters_of, may_be_known
from vlm.learned_names import LearnedValue
from vlm.page_cells import cells_of

KELLER = LearnedValue("Keller Drucktechnik GmbH", (), 4, 0)
STREET = LearnedValue("Lange Gasse 12, 55116 Mainz", (), 4, 0)


def known(*rows: str, misread: bool = False, values: tuple[LearnedValue, ...]) -> Known | None:
    return known_on(Sheet(cells_of(page(*rows)), misread), values)


def text(*rows: str, misread: bool = False, values: tuple[LearnedValue, ...]) -> str | None:
    got = known(*rows, misread=misread, values=values)
    return got.text if got is not None else None


@pytest.mark.parametrize(
    "value",
    ["Keller AG & Co. KG", "GARDENIA BAKERIES (KL) SDN BHD", "Lange Gasse 12, 55116 Mainz"],
)
def test_names_and_addresses_may_be_known(value: str) -> None:
    assert may_be_known(value)


@pytest.mark.parametrize(
    "value", ["12.03.2024", "1,234.50", "Visa", "RE-2024-0012345", "DE89370400440532013000", ""]
)
def test_numbers_and_what_is_short_may_not(value: str) -> None:
    assert not may_be_known(value)


def test_marks_blanks_accents_and_capitals_do_not_count() -> None:
    assert letters_of("Café-Crème, No. 3") == letters_of("CAFE CREME NO 3") == "cafecremeno3"


def test_on_a_page_with_words_of_its_own_every_letter_counts() -> None:
    assert text("Rechnung", "KELLER Drucktechnik GmbH|Mainz", values=(KELLER,)) == KELLER.text
    assert text("Rechnung", "Kellex Drucktechnik GmbH", values=(KELLER,)) is None
    assert text("Ober-Keller Drucktechnik GmbHs", values=(KELLER,)) is None, "whole words"


def test_on_a_scan_some_letters_may_be_misread_and_the_spelling_is_the_person_s() -> None:
    assert (
        text("Rechnurg", "Kel1er Drueklechnik GmbH", misread=True, values=(KELLER,)) == KELLER.text
    )
    assert text("Rechnung", "Weber Drucktechnik GmbH", misread=True, values=(KELLER,)) is None


def test_a_value_goes_on_in_the_lines_below_beside_another_column() -> None:
    rows = ("Lange Gasse 12|Datum 3.4.2024", "55116 Mainz|Seite 1")
    found = known(*rows, values=(STREET,))
    assert found is not None
    assert found.text == STREET.text
    lines = cells_of(page(*rows))
    assert all(found.box.holds(word.box) for line in lines for word in line[0].words)
    assert not any(found.box.holds(word.box) for line in lines for word in line[1].words)


def test_neighbours_are_not_taken_for_each_other() -> None:
    assert text("Lange Gasse 12", "55116 Mainz", misread=True, values=(STREET,)) == STREET.text
    assert text("Lange Gasse 13", "55116 Mainz", misread=True, values=(STREET,)) == STREET.text, (
        "one digit may be misread"
    )
    assert text("Lange Gasse 98", "55116 Mainz", misread=True, values=(STREET,)) is None


def test_of_two_that_stand_there_the_one_counts_that_was_right_more_often() -> None:
    buyer = LearnedValue("Hafen Handel AG", (), 1, 2)
    rows = ("Keller Drucktechnik GmbH", "Hafen Handel AG")
    assert text(*rows, values=(buyer, KELLER)) == KELLER.text
    assert text(rows[1], values=(buyer, KELLER)) == buyer.text


def test_a_number_tells_whose_page_it_is_where_the_name_cannot_be_read() -> None:
    keller = msgspec.structs.replace(KELLER, numbers=("0613112345",))
    rows = ("(logo)", "Tel. 06131 / 12345|Seite 1")
    found = known(*rows, misread=True, values=(keller,))
    assert found is not None
    assert found.text == KELLER.text
    assert found.weight < 1
    assert text("(logo)", "Tel. 06131 / 12346", misread=True, values=(keller,)) is None


def test_where_a_number_tells_it_no_other_name_counts() -> None:
    keller = msgspec.structs.replace(KELLER, numbers=("0613112345",))
    buyer = LearnedValue("Hafen Handel AG", (), 9, 0)
    rows = ("(logo)", "Hafen Handel AG", "Tel. 06131 / 12345")
    assert text(*rows, values=(buyer, keller)) == KELLER.text


def test_dates_and_amounts_are_no_numbers_of_a_sender() -> None:
    rows = cells_of(page("12.03.2024|1.234.567,50", "2024-03-12 12:30:45", "USt-IdNr. DE123456789"))
    assert list(Sheet(rows, misread=False).numbers) == ["123456789"]


def test_a_page_without_words_has_no_known_answer() -> None:
    assert known_on(Sheet([], misread=True), [KELLER]) is None


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), st.booleans())
def test_any_text_is_looked_for_and_any_page_looked_at(said: str, misread: bool) -> None:
    sheet = Sheet(cells_of(page(said)) if said.split() else [], misread)
    for value in (said, KELLER.text):
        place = sheet.find(value)
        assert place is None or 0 < place.likeness <= 1
    assert all(number.isdigit() for number in sheet.numbers)
