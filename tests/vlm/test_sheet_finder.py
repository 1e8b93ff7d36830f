from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.photographed import PHOTO, SEEN, photograph, sheet
from vlm.flat import Corners
from vlm.sheet_finder import find_sheet

LEVEL: Corners = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.85), (0.2, 0.85))
ASKEW: Corners = ((0.3, 0.1), (0.88, 0.25), (0.7, 0.9), (0.12, 0.75))
LOW: Corners = ((0.1, 0.3), (0.9, 0.34), (0.88, 0.66), (0.12, 0.62))


@pytest.mark.parametrize("corners", [SEEN, LEVEL, ASKEW, LOW])
@pytest.mark.parametrize("table", [20, 90, 160])
def test_the_corners_of_a_sheet_are_found(corners: Corners, table: int) -> None:
    found = find_sheet(photograph(corners, table))
    assert found is not None
    assert np.array(found) == pytest.approx(np.array(corners), abs=0.012)


def test_it_is_found_under_a_shadow() -> None:
    shade = Image.new("L", PHOTO, 255)
    ImageDraw.Draw(shade).ellipse((300, 500, 800, 1300), fill=130)
    shade = shade.filter(ImageFilter.GaussianBlur(18))
    dark = (np.asarray(photograph()) * (np.asarray(shade)[..., None] / 255)).astype(np.uint8)
    found = find_sheet(Image.fromarray(dark))
    assert found is not None
    assert np.array(found) == pytest.approx(np.array(SEEN), abs=0.015)


def test_a_scan_shows_no_sheet() -> None:
    assert find_sheet(sheet()) is None
    assert find_sheet(sheet().rotate(3, fillcolor=(246, 244, 238))) is None


def test_a_shaded_scan_with_a_table_in_a_frame_shows_no_sheet() -> None:
    image = sheet().copy()
    pen = ImageDraw.Draw(image)
    for y in range(100, 900, 100):
        pen.rectangle((60, y, 640, y + 100), outline=(0, 0, 0), width=3)
    fall = np.linspace(1.0, 0.5, image.width)[None, :, None]
    shaded = Image.fromarray((np.asarray(image) * fall).astype(np.uint8))
    assert find_sheet(shaded) is None


def test_a_table_alone_or_a_sheet_hardly_lighter_than_it_is_left_as_it_is() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(110, 30, (1200, 900, 3)).clip(0, 255).astype(np.uint8)
    assert find_sheet(Image.fromarray(table)) is None
    assert find_sheet(photograph(LEVEL, table=240, grain=2.0)) is None


@pytest.mark.parametrize("paper", [(255, 236, 150), (205, 235, 205), (250, 215, 220)])
def test_a_white_field_of_a_form_on_coloured_paper_is_no_sheet(
    paper: tuple[int, int, int],
) -> None:
    form = Image.new("RGB", PHOTO, paper)
    ImageDraw.Draw(form).rectangle((120, 300, 780, 900), fill=(255, 255, 255))
    assert find_sheet(form) is None


def test_what_is_darker_than_its_surroundings_is_no_sheet() -> None:
    image = Image.new("RGB", PHOTO, (240, 240, 240))
    ImageDraw.Draw(image).rectangle((200, 300, 700, 900), fill=(60, 60, 90))
    assert find_sheet(image) is None


def test_a_small_note_is_no_sheet() -> None:
    small: Corners = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
    assert find_sheet(photograph(small)) is None
    larger: Corners = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))
    assert find_sheet(photograph(larger)) is not None


def test_one_side_may_lie_where_the_picture_ends() -> None:
    cut = photograph(LEVEL).crop((0, 0, PHOTO[0], 900))
    found = find_sheet(cut)
    assert found is not None
    wanted = [(0.2, 240 / 900), (0.8, 240 / 900), (0.8, 1.0), (0.2, 1.0)]
    assert np.array(found) == pytest.approx(np.array(wanted), abs=0.015)
    assert find_sheet(cut.crop((300, 0, PHOTO[0], 900))) is None  # two are cut


def test_a_picture_of_a_few_pixels_shows_none() -> None:
    assert find_sheet(Image.new("RGB", (3, 2), (9, 9, 9))) is None
