from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vlm.text_lines import find_lines, print_height
from vlm.tidying import tidied

WIDE = 400


def strip(
    *tops: float, high: int = 20, tall: int = 60, paper: int = 255, climb: float = 0.0
) -> Any:
    """Draw lines of letters, each climbing by so many pixels a pixel."""
    image = Image.new("RGB", (WIDE, tall), (paper,) * 3)
    pen = ImageDraw.Draw(image)
    for top in tops:
        for left in range(20, WIDE - 30, 24):
            y = top - climb * left
            pen.rectangle((left, y, left + 13, y + high - 1), fill=(20, 20, 20))
    return np.asarray(image)


def inked(pixels: Any) -> list[int]:
    """Return the rows that have ink."""
    return [int(row) for row in np.flatnonzero((pixels < 128).any(axis=(1, 2)))]


def test_slices_of_the_lines_above_and_below_are_wiped_out() -> None:
    cut = strip(-14, 20, 54)
    assert inked(cut)[0] == 0
    assert inked(tidied(cut)) == list(range(20, 40))


def test_whole_lines_stay_letter_by_letter() -> None:
    whole = strip(5, 32)
    assert np.array_equal(tidied(whole), whole)


def test_a_line_that_the_box_cuts_stays_where_there_is_no_other() -> None:
    for top in (-6, 46):
        assert np.array_equal(tidied(strip(top)), strip(top))


def test_a_neighbour_that_climbs_into_the_box_at_one_end_is_wiped_out_there() -> None:
    askew = strip(33, 63, high=16, climb=0.05)
    assert len(inked(askew)) > 30
    left = tidied(askew)
    assert inked(left)[-1] < 50
    kept = strip(33, high=16, climb=0.05)
    assert (left < 128).sum() == (kept < 128).sum()


def test_paper_becomes_white_and_print_stays_dark() -> None:
    gray = tidied(strip(20, paper=170))
    assert gray[5:15].min() >= 254
    assert gray[25:35, 20:34].max() < 60


def test_pictures_without_lines_do_not_fail() -> None:
    for pixels in (np.zeros((1, 1, 3), np.uint8), np.full((40, 9, 3), 255, np.uint8)):
        assert tidied(pixels).shape == pixels.shape
    assert print_height(np.full((50, 50), 255, np.uint8)) is None
    assert find_lines(np.full((50, 50), 255, np.uint8)) == ()


@pytest.mark.parametrize("em_px", [12, 19, 40])
def test_print_is_as_large_as_it_was_set(em_px: int) -> None:
    from PIL import ImageFont

    image = Image.new("L", (30 * em_px, 6 * em_px), 245)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(em_px)
    for row, text in enumerate(("Keller Druck GmbH", "Invoice number 5414", "Total due 26.60")):
        pen.text((em_px, em_px * (0.5 + 1.6 * row)), text, font=font, fill=30)
    measured = print_height(np.asarray(image))
    assert measured == pytest.approx(em_px, rel=0.15)


def test_a_dark_edge_from_top_to_bottom_is_wiped_out() -> None:
    plain = strip(20)
    dark = plain.copy()
    dark[:, :5] = 10
    assert np.array_equal(tidied(dark)[:, 8:], plain[:, 8:])
    assert tidied(dark)[:, :5].min() == 255
