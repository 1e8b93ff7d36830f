from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vlm.ink import CONTRAST, contrast_of, ink_of, level, levelled, marks_of, usual_height
from vlm.rules import unruled

SHAPE = (200, 300)


def letters(paper: int, ink: int, high: int = 20) -> Any:
    """Draw a line of ten letters."""
    image = Image.new("L", (SHAPE[1], SHAPE[0]), paper)
    pen = ImageDraw.Draw(image)
    for number in range(10):
        left = 20 + 24 * number
        pen.rectangle((left, 80, left + 11, 80 + high - 1), fill=ink)
    return np.asarray(image)


@pytest.mark.parametrize("paper", [255, 200, 120])
def test_ink_is_what_is_darker_than_the_paper_about_it(paper: int) -> None:
    gray = letters(paper, paper - 90)
    assert np.array_equal(ink_of(gray), gray != paper)
    assert set(np.unique(levelled(gray)[gray == paper])) <= {254, 255}


def test_a_shadow_over_half_of_a_page_is_no_ink() -> None:
    gray = letters(250, 40).astype(np.float32)
    shade = np.clip((np.arange(SHAPE[1]) - 100) / 100, 0, 1) * 0.45
    dark = (gray * (1 - shade)).astype(np.uint8)
    assert np.array_equal(ink_of(dark), gray < 100)


def test_white_print_on_black_is_not_washed_out() -> None:
    gray = 255 - letters(245, 10)
    assert levelled(gray)[gray > 200].min() >= 254
    assert levelled(gray)[gray < 50].max() < 255 - CONTRAST
    assert level(gray).min() >= 1


def test_marks_are_ink_that_touches_also_by_a_corner() -> None:
    ink = np.zeros((6, 9), np.bool_)
    ink[0, 0] = ink[1, 1] = ink[2, 0] = True
    ink[1:4, 4:7] = True
    ink[2, 5] = False
    ink[5, 8] = True
    marks = marks_of(ink)
    assert sorted(map(tuple, marks.boxes.tolist())) == [(0, 0, 2, 3), (4, 1, 7, 4), (8, 5, 9, 6)]
    assert np.array_equal(marks.where(np.ones(3, np.bool_)), ink)
    ring = marks.where(marks.widths == 3)
    assert ring.sum() == 8
    assert ring[1:4, 4:7].sum() == 8


def test_marks_of_random_ink_are_those_of_a_flood() -> None:
    """Against the plain way: spread from pixel to pixel."""
    rng = np.random.default_rng(7)
    for share in (0.2, 0.4, 0.6):
        ink = rng.random((17, 23)) < share
        left, count = ink.copy(), 0
        while left.any():
            count += 1
            spread = [tuple(np.argwhere(left)[0])]
            while spread:
                y, x = spread.pop()
                if 0 <= y < 17 and 0 <= x < 23 and left[y, x]:
                    left[y, x] = False
                    spread += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        assert len(marks_of(ink).boxes) == count


def test_letters_have_their_height_whatever_else_is_on_the_page() -> None:
    gray = letters(250, 30).copy()
    assert usual_height(marks_of(ink_of(gray))) == 20
    gray[2:198, 2:4] = gray[2:198, 296:298] = gray[2:4, 2:298] = gray[196:198, 2:298] = 0
    gray[150:190:6, 30:200:6] = 0
    assert usual_height(marks_of(ink_of(gray))) == 20
    assert usual_height(marks_of(np.zeros(SHAPE, np.bool_))) == 0


def test_pale_strokes_beside_dark_ones_are_ink_and_pale_specks_are_none() -> None:
    gray = letters(250, 120).copy()
    gray[84:88, 20:32] = 205
    gray[150:154, 100:104] = 205
    found = ink_of(gray)
    assert found[[84, 87]][:, 20:32].all()
    assert not found[150:154, 100:104].any()


def test_pale_print_that_fades_is_whole_and_dark_print_beside_it_as_before() -> None:
    gray = letters(250, 170).copy()  # a till that is out of ink: dots and hardly a line between
    gray[81:99:2][gray[81:99:2] < 200] = 210
    gray[150:170, 20:32] = 20
    found = ink_of(gray)
    assert usual_height(marks_of(found)) == 20
    assert np.array_equal(found, gray < 230)
    dark = contrast_of(levelled(gray))[140:180, :60]
    assert (dark == CONTRAST).all()


def test_the_grain_of_bare_paper_is_no_ink() -> None:
    grain = np.random.default_rng(3).normal(225, 5, SHAPE)
    gray = np.clip(grain, 0, 255).astype(np.uint8)
    assert not ink_of(gray).any()
    faded = np.minimum(gray, np.where(letters(250, 150) < 200, 150, 255).astype(np.uint8))
    assert usual_height(marks_of(ink_of(faded))) == 20


def test_a_shadow_with_a_sharp_edge_is_no_ink_and_hides_no_letter() -> None:
    gray = letters(250, 30)
    dark = gray.copy()
    dark[:, :36] = (dark[:, :36] * 0.6).astype(np.uint8)
    assert np.array_equal(ink_of(dark)[:, 4:], ink_of(gray)[:, 4:])


def test_thin_rules_are_taken_off_and_letters_and_thick_bars_stay() -> None:
    ink = letters(255, 0) == 0
    ruled = ink.copy()
    ruled[100:102, 20:250] = True
    assert np.array_equal(unruled(ruled, 20), ink)
    assert unruled(ink, 20) is ink
    barred = ink.copy()
    barred[120:160, 20:250] = True
    assert np.array_equal(unruled(barred, 20), barred)
