"""Cells of tables, found by the names of their row and column."""

from collections.abc import Sequence

import pytest

from vlm.page_cells import cells_of
from vlm.page_values import page_values
from vlm.table_lookup import Meeting, meeting
from vlm.types import Box, Word

LETTER, LINE = 0.008, 0.012


def words(*lines: tuple[float, str], top: float = 0.1) -> list[Word]:
    """Return words; each line has a height in lines and texts at their places, "0.1 a b|0.5 c"."""
    found: list[Word] = []
    for at, cells in lines:
        y = top + at * 1.2 * LINE
        for cell in cells.split("|"):
            place, *texts = cell.split()
            x = float(place)
            for text in texts:
                wide = LETTER * len(text)
                found.append(Word(text, Box(x, y, x + wide, y + LINE)))
                x += wide + LETTER
    return found


QUARTERS = words(
    (0, "0.1 Year|0.3 Q1|0.4 Q2|0.5 Total"),
    (1, "0.1 2004|0.3 34.7|0.4 45.1|0.5 131.1"),
    (2, "0.1 2005|0.3 58.1|0.4 63.4|0.5 238.4"),
)
BROKEN = words(
    (0, "0.4 Number of|0.6 Number of companies"),
    (1, "0.4 companies|0.6 on the list"),
    (2, "0.1 Companies that were"),
    (3, "0.1 asked in the first|0.45 27|0.66 16"),
    (4, "0.1 year"),
    (6, "0.1 Companies that answered|0.45 8|0.66 3"),
)
ITEMS = words(
    (0, "0.1 Item|0.4 Unit price|0.6 Pieces|0.75 Amount"),
    (1.5, "0.1 Green tea|0.42 3.20|0.62 4|0.76 12.80"),
    (2.5, "0.1 Ginger biscuits|0.42 1.10|0.62 10|0.76 11.00"),
    (5, "0.1 Total|0.76 23.80"),
)


def found(question: str, page: Sequence[Word], misread: bool = False) -> Meeting | None:
    return meeting(question, cells_of(page), misread)


def text(question: str, page: Sequence[Word], misread: bool = False) -> str | None:
    met = found(question, page, misread)
    return None if met is None else met.text


@pytest.mark.parametrize(
    ("question", "page", "wanted"),
    [
        ('What is the value for "2005" in the column "Q2"?', QUARTERS, "63.4"),
        ("What stands in „Total“ of „2004“?", QUARTERS, "131.1"),
        ("How much was it in Q1 of 2005?", QUARTERS, "58.1"),
        ("2004, total", QUARTERS, "131.1"),
        ("What is the unit price of ginger biscuits?", ITEMS, "1.10"),
        ("How many pieces of green tea?", ITEMS, "4"),
        ("What is the total amount?", ITEMS, "23.80"),
        ("What's in number of companies for companies that answered?", BROKEN, "8"),
        ('"Companies that were asked in the first year", "Number of companies"', BROKEN, "27"),
        (
            '"Companies that were asked in the first year": "Number of companies on the list"',
            BROKEN,
            "16",
        ),
    ],
)
def test_a_cell_is_found_by_the_names_of_its_row_and_column(
    question: str, page: list[Word], wanted: str
) -> None:
    assert text(question, page) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "What is the unit price?",  # no row
        "What is written about green tea?",  # no column
        'What is the value for "Coffee" in the column "Unit price"?',
        'How many "Pieces" have "Green tea" and "Ginger biscuits"?',
        "",
    ],
)
def test_nothing_is_found_where_a_question_does_not_name_both(question: str) -> None:
    assert found(question, ITEMS) is None


def test_of_two_tables_the_nearer_heading_counts_and_two_such_rows_are_not_clear() -> None:
    lower = words((0, "0.3 Q1|0.4 Q2"), (1, "0.1 2006|0.3 74.7|0.4 96.5"), top=0.5)
    assert text('"Q1" of "2006"', QUARTERS + lower) == "74.7"
    assert text('"Q1" of "2004"', QUARTERS + lower) == "34.7"
    again = words((0, "0.3 Q1|0.4 Q2"), (1, "0.1 2004|0.3 1.0|0.4 2.0"), top=0.5)
    assert text('"Q1" of "2004"', QUARTERS + again) is None


def test_a_value_may_have_more_lines_than_its_name_and_ends_at_the_next_row() -> None:
    page = words(
        (0, "0.1 Firm|0.4 Brands|0.7 Share"),
        (1, "0.1 Keller|0.4 Alpha and|0.7 12"),
        (2, "0.4 Beta"),
        (3, "0.1 Bauer|0.4 Gamma|0.7 9"),
    )
    met, below = found('"Brands" of "Keller"', page), found('"Brands" of "Bauer"', page)
    assert met is not None
    assert below is not None
    assert (met.text, below.text) == ("Alpha and Beta", "Gamma")
    assert met.box.y1 < below.box.y0
    assert met.row.x1 < met.column.x0


def test_cells_that_stand_close_are_told_apart_by_the_names_above_them() -> None:
    page = words((0, "0.30 Men|0.345 Women"), (1, "0.1 Teachers|0.30 41|0.335 55"))
    assert text('"Women" among "Teachers"', page) == "55"
    assert text('"Men" among "Teachers"', page) == "41"


def test_letters_that_look_alike_count_as_read_on_a_scan_only() -> None:
    page = words((0, "0.1 Item|0.4 Pr1ce"), (1, "0.1 Green tea|0.4 3.20"))
    question = "What is the price of green tea?"
    assert text(question, page) is None
    assert text(question, page, misread=True) == "3.20"


def test_what_a_page_says_for_a_question_may_be_a_cell() -> None:
    values = page_values('What is the value for "2005" in the column "Q2"?', QUARTERS)
    assert [one.text for one in values] == ["63.4"]
    assert page_values("What is the invoice number?", QUARTERS) == ()
    sums = words((0, "0.1 Item|0.5 Amount"), (1, "0.1 Tea|0.5 € 3.20"), (2, "0.1 Total|0.5 € 3.20"))
    (total,) = page_values("What is the total amount?", sums)
    assert total.text == "3.20"
