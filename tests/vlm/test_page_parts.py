from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.drawn import line
from vlm import text_lines
from vlm.blocks import Line
from vlm.page_parts import HIGHEST, INK_EM, LEGIBLE, WIDER, WIDEST, cuts, divide, lines_of_words
from vlm.types import Box
from vlm.word_places import ink_in

WIDTH, HEIGHT = 1000, 1400
EM = 20.0
INK = INK_EM * EM


def row(top: float, *pieces: tuple[float, float], ink: float = INK) -> Line:
    return Line(top, top + ink, pieces)


def shown(boxes: Sequence[Box]) -> list[tuple[float, float, float, float]]:
    """Return the boxes in pixels."""
    return [(box.x0 * WIDTH, box.y0 * HEIGHT, box.x1 * WIDTH, box.y1 * HEIGHT) for box in boxes]


def holds(box: Box, left: float, top: float, right: float, end: float) -> bool:
    (x0, y0, x1, y1) = shown([box])[0]
    return x0 <= left and y0 <= top and x1 >= right and y1 >= end


def parts(*lines: Line, most: int = 16) -> tuple[Box, ...]:
    return divide(lines, WIDTH, HEIGHT, most)


def test_a_few_lines_close_together_are_one_part_and_white_divides() -> None:
    first, second = parts(
        row(100, (50, 500)), row(126, (50, 400)), row(152, (50, 300)), row(400, (50, 500))
    )
    assert holds(first, 50, 100, 500, 168)
    assert not holds(first, 50, 100, 500, 390)
    assert holds(second, 50, 400, 500, 416)


def test_every_part_is_small_and_every_line_is_in_one() -> None:
    lines = [row(40 + 26 * number, (60, 640)) for number in range(50)]
    found = parts(*lines)
    assert len(found) <= 50 / 3 + 1
    for box in found:
        (left, top, right, end) = shown([box])[0]
        assert right - left <= (WIDEST + 1) * EM
        assert end - top <= 2 * (HIGHEST + 1) * EM
    for one in lines:
        assert any(holds(box, 60, one.top, 640, one.end) for box in found)


def test_the_last_line_of_a_full_part_begins_the_next() -> None:
    """So a label is never parted from the value below it."""
    lines = [row(100 + 26 * number, (60, 400)) for number in range(6)]
    first, second = parts(*lines)
    assert holds(first, 60, lines[3].top, 400, lines[3].end)
    assert holds(second, 60, lines[3].top, 400, lines[3].end)


def test_columns_are_parts_of_their_own_and_what_is_in_one_line_stays_together() -> None:
    label, value = (40.0, 200.0), (800.0, 980.0)
    found = parts(row(100, label, value))
    assert len(found) == 3
    assert any(holds(box, 40, 100, 200, 116) and not holds(box, 40, 100, 980, 116) for box in found)
    assert any(
        holds(box, 800, 100, 980, 116) and not holds(box, 40, 100, 980, 116) for box in found
    )
    assert holds(found[-1], 40, 100, 980, 116), "together, after those that show less"
    close = parts(row(100, (40, 200), (500, 700)))
    assert len(close) == 1, "so near that both are legible at once"
    far = parts(Line(100, 108, ((40, 200), (800, 980))))
    assert all(right - left <= WIDER * 10 for left, _, right, _ in shown(far)), "of half the size"


def test_a_long_line_is_seen_through_windows_that_overlap() -> None:
    first, second = sorted(parts(row(100, (0, 1000))), key=lambda box: box.x0)
    assert shown([first])[0][2] - shown([second])[0][0] >= 150
    assert holds(first, 0, 100, 700, 116)
    assert holds(second, 300, 100, 1000, 116)


def test_a_long_line_of_a_scan_is_divided_between_its_words() -> None:
    words = tuple((float(left), float(left + 85)) for left in range(0, 1000, 100))
    line = Line(100, 116, ((0, 985),), words)
    found = shown(divide([line], WIDTH, HEIGHT, 16, rows=1, apart=True))
    assert [(left, right) for left, _, right, _ in found] == [(0, 492.5), (492.5, 993)]
    spoken = Line(100, 116, ((0, 985),), ((0, 385), (415, 985)))
    found = shown(divide([spoken], WIDTH, HEIGHT, 16, rows=1, apart=True))
    assert [right for _, _, right, _ in found] == pytest.approx([393, 993]), "where white is wide"


def test_a_long_line_without_words_is_seen_through_windows_on_a_scan() -> None:
    for words in ((), ((0.0, 985.0),)):
        line = Line(100, 116, ((0, 985),), words)
        assert len(divide([line], WIDTH, HEIGHT, 16, rows=1, apart=True)) == 2


def test_a_lonely_word_is_shown_with_what_is_beside_it() -> None:
    for left in (10, 950):
        (box,) = parts(row(100, (left, left + 30)))
        assert shown([box])[0][2] - shown([box])[0][0] >= 12 * EM - 1e-6


def test_a_heading_is_a_part_of_its_own() -> None:
    heading, rest = parts(row(100, (50, 400), ink=40), row(145, (50, 400)), row(171, (50, 400)))
    assert not holds(heading, 50, 100, 400, 160)
    assert not holds(rest, 50, 100, 400, 187)


def test_many_parts_are_joined_while_they_stay_small() -> None:
    lines = [row(40 + 45 * number, (60, 400)) for number in range(24)]
    assert len(parts(*lines, most=30)) == 24
    joined = parts(*lines, most=12)
    assert len(joined) == 12
    for one in lines:
        assert any(holds(box, 60, one.top, 400, one.end) for box in joined)
    assert len(parts(*lines, most=1)) > 1, "never to one that nobody can read"


def test_a_blank_page_has_no_parts() -> None:
    assert parts() == ()


def test_words_become_lines_also_where_columns_are_read_one_after_the_other() -> None:
    left = (*line("Billed", "to", y=0.1), *line("Tilda", y=0.13))
    right = (*line("Invoice", y=0.101, x=0.7), *line("Date", y=0.131, x=0.7))
    first, second = lines_of_words([word.box for word in (*left, *right)], WIDTH, HEIGHT)
    assert len(first.pieces) == 2, "the words of a column are one piece"
    assert first.left == pytest.approx(100)
    assert first.right > 700
    assert first.end < second.top


def gray(*lines: tuple[int, int, int], frame: bool = False, dirt: bool = False) -> Any:
    """Draw lines of ink, their left edge, top and right edge, as letters are."""
    image = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(image)
    for left, top, right in lines:
        for x in range(left, right, 12):
            pen.rectangle((x, top, x + 6, top + 14), fill=40)
    if frame:
        pen.rectangle((10, 10, 990, 1390), outline=0, width=3)
        pen.line((500, 10, 500, 1390), fill=0, width=3)
        pen.line((10, 150, 990, 150), fill=0, width=3)
    if dirt:
        pen.rectangle((700, 700, 703, 703), fill=0)
        pen.rectangle((900, 102, 903, 105), fill=0)
        for x in range(100, 900, 9):
            pen.rectangle((x, 800, x + 4, 804), fill=0)
    return np.asarray(image)


LINES = ((40, 100, 300), (40, 200, 460))


def test_lines_are_found_in_tables_and_dirt_is_none() -> None:
    plain = text_lines.find_lines(gray(*LINES))
    assert [(one.top, one.end) for one in plain] == [(100, 115), (200, 215)]
    assert plain[1].pieces[0][0] == 40
    assert text_lines.find_lines(gray(*LINES, frame=True)) == plain
    assert text_lines.find_lines(gray(*LINES, dirt=True)) == plain
    assert text_lines.find_lines(gray(dirt=False)) == ()


def test_columns_whose_lines_do_not_meet_are_read_each_on_its_own() -> None:
    left = [(40, 100 + 24 * number, 300) for number in range(4)]
    right = [(600, 112 + 24 * number, 900) for number in range(4)]
    single = [(40, 400, 500), (40, 450, 500), (40, 500, 500)]
    found = text_lines.find_lines(gray(*left, *right, *single))
    assert len(found) == 11
    assert sum(one.left == 600 for one in found) == 4


def test_a_part_can_be_one_line_and_what_stands_beside_it() -> None:
    lines = [row(100 + 26 * number, (60, 300)) for number in range(4)]
    found = divide([*lines, row(113, (340, 500))], WIDTH, HEIGHT, 16, rows=1)
    assert len(found) == 5
    for one in lines:
        assert sum(holds(box, 60, one.top, 300, one.end) for box in found) == 1


def test_a_label_and_its_value_beside_another_column_are_also_shown_alone() -> None:
    address, label, value = (40, 220), (420, 520), (600, 690)
    found = divide([row(100, address, label, value)], WIDTH, HEIGHT, 16, rows=1)
    assert len(found) == 2
    assert holds(found[0], 40, 100, 690, 116)
    assert holds(found[1], 420, 100, 690, 116)
    assert not holds(found[1], 220, 100, 520, 116)


def test_a_long_line_is_cut_between_words_into_pieces_that_are_read_well() -> None:
    words = tuple((float(left), float(left + 85)) for left in range(0, 600, 100))
    line, below = Line(100, 116, ((0, 585),), words), row(150, (0, 100))
    (box,) = divide([line], WIDTH, HEIGHT, 16, rows=1, apart=True)
    some = cuts(box, [line, below], WIDTH, HEIGHT)
    assert 1 < len(some) <= math.ceil(585 / (LEGIBLE * EM))
    assert (some[0].x0, some[-1].x1) == (box.x0, box.x1)
    for one, other in itertools.pairwise(some):
        assert one.x1 == other.x0
        assert not any(left < one.x1 * WIDTH < right for left, right in words), "in white"
    assert {(one.y0, one.y1) for one in some} == {(box.y0, box.y1)}


def test_a_short_line_and_several_at_once_are_read_as_they_are() -> None:
    short = Line(100, 116, ((0, 140),), ((0, 60), (70, 140)))
    twin = Line(118, 134, ((0, 585),), ((0, 285), (300, 585)))
    box, both = Box(0.0, 0.06, 0.2, 0.09), Box(0.0, 0.06, 0.7, 0.1)
    assert cuts(box, [short], WIDTH, HEIGHT) == (box,)
    assert cuts(both, [short, twin], WIDTH, HEIGHT) == (both,)
    assert cuts(both, [], WIDTH, HEIGHT) == (both,)


def test_columns_of_a_scan_that_are_not_level_are_parts_of_their_own_once() -> None:
    left = [row(100 + 24 * number, (60, 400)) for number in range(8)]
    right = [row(110 + 24 * number, (430, 800)) for number in range(8)]
    found = divide([*left, *right], WIDTH, HEIGHT, 320, rows=1, apart=True)
    assert len(found) == 16
    for one in left:
        assert sum(holds(box, 60, one.top, 400, one.end) for box in found) == 1
    assert not any(holds(box, 60, 112, 800, 112) for box in found)


def test_lines_of_a_scan_in_each_others_way_are_one_part() -> None:
    broken = [row(100, (60, 400)), row(104, (200, 300), ink=7)]
    assert len(divide(broken, WIDTH, HEIGHT, 320, rows=1, apart=True)) == 1
    doubled = [row(100, (60, 300)), row(103, (280, 400))]
    assert len(divide(doubled, WIDTH, HEIGHT, 320, rows=1, apart=True)) == 1


def test_a_stamp_across_lines_of_a_scan_joins_none_of_them() -> None:
    lines = [row(100, (60, 400)), row(124, (60, 400))]
    stamp = row(96, (380, 600), ink=44)
    found = divide([*lines, stamp], WIDTH, HEIGHT, 320, rows=1, apart=True)
    assert len(found) == 3
    for one in lines:
        assert sum(holds(box, 60, one.top, 390, one.end) for box in found) == 1


def test_long_lines_close_below_each_other_are_cut_too() -> None:
    words = tuple((float(left), float(left + 85)) for left in range(0, 600, 100))
    tight = [Line(100.0 + 14 * n, 116.0 + 14 * n, ((0, 585),), words) for n in range(5)]
    boxes = divide(tight, WIDTH, HEIGHT, 16, rows=1, apart=True)
    assert len(boxes) == 5
    for box in boxes:
        assert len(cuts(box, tight, WIDTH, HEIGHT)) > 1
        ink = ink_in(box, tight, WIDTH, HEIGHT)
        assert [left * WIDTH for left, _ in ink] == pytest.approx([left for left, _ in words])
