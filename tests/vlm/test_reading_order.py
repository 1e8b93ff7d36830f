"""Lines come in the order in which people read them."""

import random

from tests.drawn import line
from vlm.reading_order import lines_in_order
from vlm.types import Box, Word

LEFT = ("the rent is due on", "the first of each month", "and late rent bears interest")
RIGHT = ("the deposit is kept safe", "until both of them agree", "on what is to be deducted")


def texts(words: list[Word]) -> list[str]:
    random.Random(4).shuffle(words)
    return [" ".join(word.text for word in one) for one in lines_in_order(words)]


def test_running_text_is_read_down_each_column() -> None:
    words = [*line("Contract", y=0.05)]
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        y = 0.2 + 0.02 * number
        words += line(*left.split(), y=y, x=0.05) + line(*right.split(), y=y, x=0.55)
    assert texts(words) == ["Contract", *LEFT, *RIGHT]


def test_headings_of_two_columns_stay_with_their_columns() -> None:
    words = [*line("Rent", y=0.15, x=0.05), *line("Deposit", y=0.15, x=0.55)]
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        y = 0.2 + 0.02 * number
        words += line(*left.split(), y=y, x=0.05) + line(*right.split(), y=y, x=0.55)
    assert texts(words) == ["Rent", *LEFT, "Deposit", *RIGHT]


def test_labels_and_the_cells_of_a_row_stay_with_what_stands_beside_them() -> None:
    rows = (("Item", "Hours", "Amount"), ("Basic", "162", "2,307"), ("Night", "11", "234"))
    words = [
        word
        for number, row in enumerate(rows)
        for at, text in enumerate(row)
        for word in line(text, y=0.1 + 0.02 * number, x=0.1 + 0.3 * at)
    ]
    assert texts(words) == ["Item Hours Amount", "Basic 162 2,307", "Night 11 234"]


def test_nothing_is_lost() -> None:
    words = [*line("a", y=0.1), *line("b", "c", y=0.3), *line("a", y=0.5)]
    assert sorted(" ".join(texts(words)).split()) == ["a", "a", "b", "c"]
    assert lines_in_order([]) == []


def pieces(*lines: tuple[float, float, str]) -> list[str]:
    """Return the order of pieces, of which left, top and text are given."""
    words = [Word(text, Box(x, y, x + 0.42, y + 0.015)) for x, y, text in lines]
    random.Random(4).shuffle(words)
    return [" ".join(word.text for word in one) for one in lines_in_order(words, pieces=True)]


def test_columns_close_beside_each_other_are_read_one_after_the_other_where_lines_are_known() -> (
    None
):
    left = [(0.05, 0.2 + 0.018 * at, text) for at, text in enumerate(LEFT)]
    right = [(0.475, 0.207 + 0.018 * at, text) for at, text in enumerate(RIGHT)]
    assert pieces(*left, *right) == [*LEFT, *RIGHT]


def test_the_rows_of_a_table_below_columns_of_text_stay_whole() -> None:
    words = list[Word]()
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        y = 0.2 + 0.018 * number
        words += line(*left.split(), y=y, x=0.05) + line(*right.split(), y=y, x=0.55)
    rows = (("Item", "Hours", "Amount"), ("Basic", "162", "2,307"))
    for number, row in enumerate(rows):
        for at, text in enumerate(row):
            words += line(text, y=0.5 + 0.02 * number, x=0.05 + 0.3 * at)
    labels = [*line("Paid", y=0.6, x=0.05), *line("yes", y=0.6, x=0.7)]
    assert texts([*words, *labels])[-3:] == ["Item Hours Amount", "Basic 162 2,307", "Paid yes"]


def test_names_far_above_columns_that_begin_where_these_do_are_read_with_them() -> None:
    words = [*line("Keller", y=0.05, x=0.05), *line("Lessor", y=0.05, x=0.55)]
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        y = 0.2 + 0.018 * number
        words += line(*left.split(), y=y, x=0.05) + line(*right.split(), y=y, x=0.55)
    assert texts(words) == ["Keller", *LEFT, "Lessor", *RIGHT]
