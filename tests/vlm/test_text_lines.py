"""Lines of print as scans have them: in dots, pale, underlined, at the edge of a shadow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from vlm.blocks import Line
from vlm.text_lines import find_lines, print_height

WIDTH, HEIGHT, EM = 700, 400, 24
INK = 30


def page(*texts: str, left: int = 60, step: int = 60) -> Image.Image:
    """Draw lines of print below each other."""
    image = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(image)
    for number, text in enumerate(texts):
        pen.text((left, 30 + step * number), text, font=ImageFont.load_default(EM), fill=INK)
    return image


def ends(image: Image.Image, top: int = 0, end: int = HEIGHT) -> tuple[int, int]:
    """Return the first column with ink and the one after the last, between two rows."""
    columns = np.flatnonzero((np.asarray(image)[top:end] < 128).any(axis=0))
    return int(columns[0]), int(columns[-1]) + 1


def found(image: Image.Image) -> tuple[Line, ...]:
    return find_lines(np.asarray(image))


@pytest.mark.parametrize("text", ["-3.51", "Total:", "Tel. :", "(728515-M).", "- 22 -", "'Domino'"])
def test_a_line_has_the_dots_and_dashes_at_its_ends(text: str) -> None:
    image = page(text)
    (line,) = found(image)
    left, right = ends(image)
    assert line.left <= left + 1
    assert line.right >= right - 1


def test_dots_that_lead_to_a_value_do_not_join_it_to_its_label() -> None:
    (line,) = found(page("Total . . . . . . . . . . . . . . . . . . 7.20"))
    assert len(line.pieces) == 2


def test_dirt_far_from_a_line_is_none_of_it() -> None:
    clean = page("Total 7.20")
    dirty = clean.copy()
    ImageDraw.Draw(dirty).rectangle((500, 45, 503, 48), fill=0)
    assert found(dirty) == found(clean)


def dotted(image: Image.Image, left: int, right: int) -> Image.Image:
    """Leave of the ink in some columns what a printer of dots leaves."""
    pixels = np.asarray(image).copy()
    part = pixels[:, left:right]
    part[::4] = part[1::4] = 250
    part[:, ::5] = 250
    return Image.fromarray(pixels)


def test_a_first_letter_in_dots_belongs_to_its_line() -> None:
    image = page("TEL: 03-89433143")
    left, _ = ends(image)
    (line,) = found(dotted(image, 0, left + 14))
    assert line.left <= left + 2


def test_print_on_a_rule_is_found_to_its_ends() -> None:
    plain = page("supplies: 23.64", "below 7.20")
    left, right = ends(plain, 0, 80)
    ruled = plain.copy()
    ImageDraw.Draw(ruled).line((left, 54, right, 54), fill=INK, width=2)
    lines = found(ruled)
    assert len(lines) == 2
    assert lines[0].left <= left + 1
    assert lines[0].right >= right - 1


def test_words_of_a_line_have_white_between_them() -> None:
    image = page("Print Date 30 Paid")
    (line,) = found(image)
    assert len(line.pieces) == 1
    assert len(line.words) == 4
    dark: Any = (np.asarray(image) < 128).any(axis=0)
    for (_, right), (left, _) in zip(line.words[:-1], line.words[1:], strict=True):
        assert not dark[int(right) + 1 : int(left) - 1].any()


def beside_a_shadow(strip: Any) -> Any:
    """Darken the first columns of a strip from its upper to its lower edge, as a fold does."""
    dark = strip.copy()
    dark[:, :6] = 20
    return dark


def test_print_is_measured_beside_a_dark_edge() -> None:
    strip = np.asarray(page("Date : 30/05/2017").crop((50, 20, 400, 64)))
    assert print_height(beside_a_shadow(strip)) == print_height(strip)


def test_lines_whose_letters_touch_are_found_each_by_itself() -> None:
    image = page("Company No: 20965", "Tithable: 1046 kl", "by happy Jack", step=22)
    lines = found(image)
    assert len(lines) == 3
    assert all(line.right - line.left > 100 for line in lines)


def test_a_heading_is_one_line() -> None:
    image = page("small print", "and some more of it", step=250)
    ImageDraw.Draw(image).text((60, 120), "Sibelius Ltd", font=ImageFont.load_default(60), fill=INK)
    assert len(found(image)) == 3


def test_soft_print_is_as_large_as_sharp_print() -> None:
    sharp = page("Keller Druck GmbH", "Invoice number 5414")
    soft = sharp.filter(ImageFilter.GaussianBlur(0.9))
    measured = print_height(np.asarray(soft))
    assert measured == pytest.approx(print_height(np.asarray(sharp)), abs=1.5)


def grainy(clean: Image.Image) -> Image.Image:
    """Draw a shadow beside the print as scanners do: in dots, some of which touch."""
    pixels = np.asarray(clean).copy()
    rng = np.random.default_rng(5)
    dots = rng.random((clean.height // 2, 160)) < 0.3
    shadow = np.where(dots, 60, 245).astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    pixels[: len(shadow), -shadow.shape[1] :] = shadow
    return Image.fromarray(pixels)


def test_grain_in_a_shadow_beside_clean_print_is_no_text() -> None:
    clean = page(*["Total 7.20 of all"] * 9, step=40)
    lines = found(grainy(clean))
    assert [(line.top, line.left) for line in lines] == [
        (one.top, one.left) for one in found(clean)
    ]


def test_print_in_grain_stays_where_none_is_clean() -> None:
    clean = page(*["Total 7.20 of all"] * 9, step=40).crop((0, 0, 400, HEIGHT))
    pixels = np.asarray(clean).copy()
    pixels[np.random.default_rng(3).random(pixels.shape) < 0.02] = 90
    assert len(found(Image.fromarray(pixels))) >= 9


@pytest.mark.parametrize(("em", "blur"), [(13, 0.8), (15, 1.2), (16, 1.0), (18, 1.4)])
def test_soft_print_whose_letters_touch_is_no_rule(em: int, blur: float) -> None:
    image = Image.new("L", (WIDTH, HEIGHT), 250)
    pen, texts = (
        ImageDraw.Draw(image),
        ("vierzehn Tagen schriftlich anzuzeigen", "Kunde Kaufmann ist"),
    )
    for number, text in enumerate(texts):
        font = ImageFont.load_default(em)
        pen.text((60, 30 + round(1.2 * em) * number), text, font=font, fill=INK)
    lines = found(image.filter(ImageFilter.GaussianBlur(blur)))
    assert [len(line.pieces) for line in lines] == [1, 1]
    assert lines[0].right >= ends(image)[1] - 1


def test_rules_in_pairs_are_no_print() -> None:
    plain = page("Basic pay", "Total")
    ruled = plain.copy()
    for y in (20, 26, 72, 78, 140, 146):
        ImageDraw.Draw(ruled).line((40, y, 400, y), fill=INK, width=2)
    soft = ruled.filter(ImageFilter.GaussianBlur(0.7))
    assert [round(line.left / 4) for line in found(soft)] == [15, 15]


@pytest.mark.parametrize(("em", "gap"), [(16, 1), (18, 1), (18, 2), (24, 2)])
def test_underlined_print_is_found_to_its_ends(em: int, gap: int) -> None:
    image, font = Image.new("L", (WIDTH, HEIGHT), 250), ImageFont.load_default(em)
    pen, texts = ImageDraw.Draw(image), ("Keller AG - Uferweg 40-42", "Total", "Pay advice")
    wide = [pen.textlength(text, font=font) for text in texts]
    for number, (text, width) in enumerate(zip((*texts, "and more"), (*wide, 0), strict=True)):
        y = 60 + 50 * number
        pen.text((60, y), text, font=font, fill=INK, anchor="ls")
        pen.line((60, y + gap, 60 + width, y + gap), fill=INK, width=2)
    lines = found(image.filter(ImageFilter.GaussianBlur(0.6)))
    assert len(lines) == 4
    assert [line.right - 60 for line in lines[:3]] == pytest.approx(wide, abs=4)
