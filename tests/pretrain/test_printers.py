"""Print of tills and old printers: letters in dots, placed as a font's own are."""

import random
import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pretrain import stages, testset
from pretrain.documents.crops import CropPlan, draw_crop
from pretrain.documents.ink import Pixels, Sheet, width_of
from pretrain.documents.printers import Dots, TillFont, streaks, till_font
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile, FontSet

FONT = FontFile("pillow-default", None)


def printer(dots: Dots) -> TillFont:
    return TillFont(FONT.name, FONT.path, dots=dots)


def drawn(font: FontFile, text: str = "Total 48.20", em_px: int = 24) -> tuple[Sheet, Pixels]:
    sheet = Sheet.blank(320, 48)
    sheet.write(text, (20, 34), font, em_px)
    return sheet, 255 - np.asarray(sheet.image)


def corners(ink: Pixels) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero((ink > 60).any(1)), np.flatnonzero((ink > 60).any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


@pytest.mark.parametrize("dots", [Dots(24), Dots(16), Dots(12, 0.5)])
def test_a_printer_puts_letters_where_the_font_does(dots: Dots) -> None:
    _, plain = drawn(FONT)
    sheet, ink = drawn(printer(dots))
    dot_px = 24 / dots.em
    assert corners(ink) == pytest.approx(corners(plain), abs=1 + 2 * dot_px)
    for (x0, y0, x1, y1), letter in zip(sheet.boxes, sheet.text, strict=True):
        within = ink[round(y0) : round(y1), round(x0) : round(x1)]
        assert (within.max(initial=0) > 128) == (letter != " "), letter


def test_a_squeezed_letter_is_as_high_and_half_as_wide() -> None:
    _, ink = drawn(printer(Dots(24)), "HHHHH")
    _, half = drawn(printer(Dots(24, width=0.5)), "HHHHH")
    left, top, right, bottom = corners(ink)
    left_half, top_half, right_half, bottom_half = corners(half)
    assert (top_half, bottom_half) == pytest.approx((top, bottom), abs=1)
    assert right_half - left_half == pytest.approx((right - left) / 2, abs=2)
    assert width_of("HHHHH", printer(Dots(24, width=0.5)), 24) == pytest.approx(
        width_of("HHHHH", printer(Dots(24)), 24) / 2
    )


def test_dots_of_needles_stand_apart_and_thick_ones_touch() -> None:
    inks = [drawn(printer(Dots(10, radius)), "III", 40)[1] for radius in (0.35, 0.6, 0.0)]
    thin, thick, burnt = ((ink > 128).sum() for ink in inks)
    assert thin < 0.6 * burnt < thick
    column = inks[0][:, inks[0].sum(0).argmax()] > 128
    starts = np.flatnonzero(column[1:] & ~column[:-1])
    assert len(starts) >= 6  # one for each dot of a stem
    assert np.ptp(np.diff(starts)) <= 1  # 4 pixels from one to the next


@pytest.mark.parametrize("radius", [0.0, 0.6])
def test_every_character_is_printed_from_its_left_end(radius: float) -> None:
    for em in (10, 12, 22):
        font = printer(Dots(em, radius))
        for character in string.ascii_letters + string.digits + string.punctuation:
            sheet = Sheet.blank(60, 48)
            sheet.write(character, (20, 34), font, 20)
            ink = 255 - np.asarray(sheet.image)
            assert ink.max() > 100, character
            assert ink[:, :16].max() == 0, character


def test_what_a_font_lacks_is_printed_by_its_spare_one(tmp_path: Path) -> None:
    spared = TillFont("a", None, tmp_path / "spare.ttf", dots=Dots(12, 0.5))
    other = spared.other()
    assert isinstance(other, TillFont)
    assert (other.path, other.dots) == (tmp_path / "spare.ttf", Dots(12, 0.5))
    assert printer(Dots(12)).other() == printer(Dots(12))


def test_most_printers_have_letters_of_one_width() -> None:
    fonts = (FontFile("Some Mono", None), *(FontFile(f"Serif {n}", None) for n in range(9)))
    rng = random.Random(2)
    chosen = [till_font(fonts, rng) for _ in range(200)]
    assert 140 < sum(font.name == "Some Mono" for font in chosen) < 185
    assert all(isinstance(font, TillFont) for font in chosen)
    assert till_font((FONT,), rng).name == FONT.name


def test_streaks_leave_out_columns() -> None:
    black = Image.new("L", (60, 20))
    lost = np.asarray(streaks(black, random.Random(1))).min(0)
    assert 1 <= (lost == 255).sum() <= 3
    assert (lost == 0).sum() >= 57
    assert np.asarray(black).max() == 0


def test_training_draws_as_many_tills_as_its_level_says() -> None:
    level = stages.STAGES["lines"].levels[-1]
    none = stages.Source(replace(level, tills=0.0), (FONT,), 5, 256)
    every = stages.Source(replace(level, tills=1.0), (FONT,), 5, 256)
    assert np.array_equal(every.draw(3).pixels, every.draw(3).pixels)
    differ = [
        every.draw(one).pixels.shape != none.draw(one).pixels.shape
        or not np.array_equal(every.draw(one).pixels, none.draw(one).pixels)
        for one in range(4)
    ]
    assert all(differ)


def test_print_of_tills_is_narrow_already_and_often_faded() -> None:
    plan = CropPlan(2, 12, (till_font((FONT,), random.Random(1)),), Wear.LIGHT, varied=1.0)
    assert plan.till
    assert plan.stretched == 0
    assert replace(plan, fonts=(FONT,)).stretched == 1
    sample = draw_crop(plan, random.Random(4))
    assert sample.text
    assert sample.views[0].pixels.shape == (32, 192, 3)


def test_measuring_prints_unseen_fonts_as_tills_do() -> None:
    held_out = FontFile("held out", None)
    conditions = testset.conditions(FontSet((FONT,), (held_out,)))
    assert [one.name for one in conditions] == ["clean", "degraded", "unseen fonts", "tills"]
    fonts = conditions[-1].fonts
    assert {font.name for font in fonts} == {"held out"}
    assert len({font.dots for font in fonts if isinstance(font, TillFont)}) > 10
    assert fonts == testset.conditions(FontSet((FONT,), (held_out,)))[-1].fonts
