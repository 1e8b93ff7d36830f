"""Words of a table in rows and columns."""

from tests.vlm.test_table_lookup import BROKEN, ITEMS, QUARTERS, words
from vlm import page_table
from vlm.table_text import Grid, comma_separated, markdown, tabbed, written
from vlm.types import Word


def tables_of(page: list[Word]) -> list[Grid]:
    return [table.grid for table in page_table.tables_of(page)]


def test_columns_are_parted_by_white_that_goes_through() -> None:
    assert tables_of(QUARTERS) == [
        [
            ["Year", "Q1", "Q2", "Total"],
            ["2004", "34.7", "45.1", "131.1"],
            ["2005", "58.1", "63.4", "238.4"],
        ]
    ]
    assert tables_of(ITEMS)[0][-1] == ["Total", "", "", "23.80"]
    assert tables_of([]) == []


def test_sums_below_a_table_that_stand_between_its_columns_join_none_of_them() -> None:
    rows = [(n, f"0.1 Tea {n}|0.5 {n}|0.6 0.{n}|0.8 {n}.50") for n in range(1, 5)]
    sums = [
        (5, "0.52 Subtotal|0.8 10.00"),
        (6, "0.52 VAT 20%|0.8 2.00"),
        (7, "0.52 Total|0.8 12.00"),
    ]
    (table,) = tables_of(words((0, "0.1 Item|0.48 Quantity|0.58 Price|0.79 Amount"), *rows, *sums))
    assert table[0] == ["Item", "Quantity", "Price", "Amount"]
    assert table[1] == ["Tea 1", "1", "0.1", "1.50"]
    assert [line[-1] for line in table[-3:]] == ["10.00", "2.00", "12.00"]
    assert "Total" in table[-1]


def test_lines_of_one_cell_and_of_a_heading_are_put_together() -> None:
    assert tables_of(BROKEN) == [
        [
            ["", "Number of companies", "Number of companies on the list"],
            ["Companies that were asked in the first year", "27", "16"],
            ["Companies that answered", "8", "3"],
        ]
    ]


def test_text_around_tables_is_left_out_and_tables_are_told_apart() -> None:
    above = words((0, "0.1 these are the figures of the last two years"), top=0.05)
    below = words((0, "0.1 Source: our own"), top=0.2)
    other = words((0, "0.2 Item|0.5 Price"), (1, "0.2 Tea|0.5 3.20"), top=0.4)
    tables = tables_of(above + QUARTERS + below + other)
    assert [len(table[0]) for table in tables] == [4, 2]
    assert tables[1] == [["Item", "Price"], ["Tea", "3.20"]]
    first, second = (one.box for one in page_table.tables_of(above + QUARTERS + below + other))
    assert first.y1 < second.y0
    assert (second.x0, second.y0) == (0.2, 0.4), "without the text around"
    assert tables_of(above) == []
    lines = [(n, "0.1 only one column here") for n in range(4)]
    assert tables_of(words(*lines)) == []


HEAD = (
    "0.1 Keller and Sons|0.7 INVOICE",
    "0.1 Billed to|0.5 Invoice number|0.7 K-5414",
    "0.1 Eva Roth|0.5 Invoice date|0.7 14 March 2025",
    "0.1 8 Mill Yard|0.5 Due date:|0.7 13 April 2025",
    "0.1 Eastwick|0.5 Customer number|0.7 C-3071",
)
ROWS = ("0.1 Item|0.5 Quantity|0.7 Price", "0.1 Tea|0.5 2|0.7 3.20", "0.5 Total|0.7 6.40")


def test_what_stands_at_labels_is_no_table_beside_one() -> None:
    head = words(*enumerate(HEAD), top=0.05)
    (table,) = tables_of([*head, *words(*enumerate(ROWS), top=0.5)])
    assert table[0] == ["Item", "Quantity", "Price"]
    (alone,) = tables_of(head)
    assert ["Eva Roth", "Invoice date", "14 March 2025"] in alone, "it is what the page has"


def test_a_table_of_dates_and_names_is_no_form() -> None:
    rows = (
        "0.1 Date|0.3 Customer|0.7 Price",
        "0.1 1.2.2025|0.3 Eva|0.7 3.20",
        "0.1 2.2.2025|0.3 x|0.7 1",
    )
    both = [*words(*enumerate(rows), top=0.05), *words(*enumerate(ROWS), top=0.5)]
    assert [len(table) for table in tables_of(both)] == [3, 3]


def test_a_heading_over_several_columns_stands_in_the_first_of_them() -> None:
    page = words(
        (0, "0.34 Sums|0.5 Average"),
        (1, "0.1 Year|0.3 Men|0.4 Women|0.5 All"),
        (2, "0.1 2004|0.3 1|0.4 2|0.5 3"),
        (3, "0.1 2005|0.3 4|0.4 5|0.5 6"),
        (4, "0.1 2006|0.3 7|0.4 8|0.5 9"),
    )
    (table,) = tables_of(page)
    assert table[-1] == ["2006", "7", "8", "9"]
    assert table[0] == ["Year", "Sums Men", "Women", "Average All"]
    assert {len(row) for row in table} == {4}


def test_tables_are_written_so_that_other_programs_read_them() -> None:
    grid = [["Item", "Price"], ["Tea | green", "3,20"]]
    assert markdown(grid) == "| Item | Price |\n|---|---|\n| Tea \\| green | 3,20 |"
    assert comma_separated(grid) == 'Item,Price\nTea | green,"3,20"'


def test_what_was_written_is_known_again_and_copied_with_tabs() -> None:
    first: Grid = [["Item", "", "Price"], ["Tea | green", "x", ""]]
    second: Grid = [["A", "B"], ["1", "2"]]
    text = f"{markdown(first)}\n\n{markdown(second)}"
    assert written(text) == [first, second]
    assert tabbed(text) == "Item\t\tPrice\nTea | green\tx\t\n\nA\tB\n1\t2"
    for other in ("", "12.80", "| a", "| a | b |", "a\n\n| a | b |\n|---|---|\n", "|a|\n|b|"):
        assert written(other) == []
        assert tabbed(other) == other
