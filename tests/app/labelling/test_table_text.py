from __future__ import annotations

from app.labelling.table_text import copied
from vlm.types import WHOLE_PAGE, Box, Word

LETTER = 0.01


def word(text: str, x: float, y: float) -> Word:
    return Word(text, Box(x, y, x + LETTER * len(text), y + 0.02))


TABLE = [
    word("Pos", 0.10, 0.10), word("Text", 0.20, 0.10), word("Net", 0.62, 0.10),
    word("1", 0.10, 0.15), word("Paper", 0.20, 0.15), word("A4", 0.26, 0.15),
    word("198,00", 0.59, 0.151),
    word("2", 0.10, 0.20), word("275,00", 0.59, 0.20),
]  # fmt: skip


def test_a_table_has_lines_and_tabs_and_keeps_its_empty_cells() -> None:
    assert copied(TABLE, WHOLE_PAGE) == "Pos\tText\tNet\n1\tPaper A4\t198,00\n2\t\t275,00"


def test_a_line_across_all_columns_does_not_hide_the_gaps_of_the_others() -> None:
    title = [word("Positions" * 6, 0.10, 0.05)]
    assert copied([*title, *TABLE[:6]], WHOLE_PAGE).splitlines()[1:] == [
        "Pos\tText\tNet",
        "1\tPaper A4",
    ]


def test_running_text_keeps_its_lines_and_gets_no_tab() -> None:
    first = [word("It", 0.1, 0.1), word("was", 0.13, 0.1), word("a", 0.17, 0.1)]
    second = [word("dark", 0.1, 0.13), word("night", 0.15, 0.13)]
    assert copied(first + second, WHOLE_PAGE) == "It was a\ndark night"


def test_only_what_is_in_the_box_is_copied() -> None:
    assert copied(TABLE, Box(0.05, 0.14, 0.4, 0.18)) == "1\tPaper A4"
    assert copied(TABLE, Box(0.0, 0.8, 0.4, 0.9)) == ""
