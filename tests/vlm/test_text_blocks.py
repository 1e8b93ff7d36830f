"""Which lines of a page stand together."""

from __future__ import annotations

from tests.vlm.written_pages import LETTER, written
from vlm.text_blocks import MOST_ORDERED, blocks_of
from vlm.types import Box, Word


def test_lines_close_below_each_other_are_a_block() -> None:
    blocks = blocks_of(written("one line | and another one\n\nand a paragraph below"))
    assert [[line.text for line in block.lines] for block in blocks] == [
        ["one line", "and another one"],
        ["and a paragraph below"],
    ]


def test_columns_are_read_from_the_left_and_what_spans_both_comes_between() -> None:
    def column(x: float, y: float, text: str) -> tuple[Word, ...]:
        return written(text, 20, x=x, y=y)

    wide = written("a heading that is as wide as both of the columns below it are together", y=0.3)
    blocks = blocks_of(
        (
            *column(0.55, 0.1, "upper right with two lines"),
            *column(0.08, 0.12, "upper left with two lines"),
            *wide,
            *column(0.08, 0.4, "lower left with two lines"),
            *column(0.55, 0.38, "lower right with two lines"),
        )
    )
    assert [" ".join(block.lines[0].text.split()[:2]) for block in blocks] == [
        "upper left",
        "upper right",
        "a heading",
        "lower left",
        "lower right",
    ]


def justified(*white: float) -> list[Word]:
    """Return words with so much white behind each of them, in widths of a letter."""
    x, words = 0.1, list[Word]()
    for text, wide in zip(("Le", "site,", "construit", "en", "mois"), white, strict=True):
        words.append(Word(text, Box(x, 0.1, x + LETTER * len(text), 0.112)))
        x += LETTER * (len(text) + wide)
    return words


def test_a_justified_line_with_wide_white_stays_one() -> None:
    (block,) = blocks_of(justified(1.9, 2.1, 1.9, 2.1, 0))
    assert [line.text for line in block.lines] == ["Le site, construit en mois"]
    apart = blocks_of(justified(1.0, 4.0, 1.0, 1.0, 0))
    assert [line.text for block in apart for line in block.lines] == [
        "Le site,",
        "construit en mois",
    ]


def test_a_page_of_very_many_blocks_is_read_from_the_top() -> None:
    words = [
        Word("x", Box(0.1 + 0.2 * (n % 4), 0.001 * n, 0.11 + 0.2 * (n % 4), 0.001 * n + 0.0005))
        for n in range(4 * MOST_ORDERED)
    ]
    tops = [block.box.y0 for block in blocks_of(words)]
    assert tops == sorted(tops)


def test_a_mark_astray_between_columns_does_not_change_their_order() -> None:
    def block(x: float, y: float, text: str) -> list[Word]:
        return [
            Word(f"{text} {n}", Box(x, y + 0.02 * n, x + 0.28, y + 0.02 * n + 0.015))
            for n in range(3)
        ]

    astray = [Word("s; right", Box(0.32, 0.34, 0.63, 0.355)), *block(0.35, 0.36, "right")]
    words = [
        *block(0.05, 0.11, "left"),
        *block(0.05, 0.3, "left"),
        *block(0.35, 0.1, "right"),
        *astray,
        *block(0.05, 0.44, "last"),
    ]
    found = [one.lines[0].text.split()[0] for one in blocks_of(words, pieces=True)]
    assert found == ["left", "left", "last", "right", "s;"]
