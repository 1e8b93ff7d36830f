from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.drawn import DrawnPages, Picture
from vlm import skew
from vlm.document_questions import stamp
from vlm.ink import ink_of
from vlm.part_finder import PartFinder
from vlm.text_lines import find_lines, print_height
from vlm.turns import as_shown
from vlm.types import Box, PageRef, PageSize, Quarter

SIDES = (900, 1200)
LINES = tuple(120 + 60 * number for number in range(16))
TEXT = "Invoice number 4711 due on 14 May, total 87.50 EUR"


@cache
def sheet(degrees: float = 0.0) -> Image.Image:
    """Sixteen lines of print that fall to the right by so many degrees."""
    image = Image.new("L", SIDES, 245)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(22)
    for top in LINES:
        pen.text((120, top), TEXT, font=font, fill=20)
    return image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=245)


@dataclass
class Sheets(DrawnPages):
    """A page that shows a sheet, turned as it is asked for."""

    degrees: float = 0.0
    drawn: list[Box] = field(default_factory=list)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Cut the part out, as the person sees the page."""
        self.drawn.append(box)
        # upright for the person; the page itself lies turned by the opposite
        shown, image = as_shown(box, page.rotation), sheet(self.degrees)
        edges = (
            shown.x0 * image.width,
            shown.y0 * image.height,
            shown.x1 * image.width,
            shown.y1 * image.height,
        )
        part = image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR, edges)
        return Picture(width, height, part.tobytes())


@pytest.mark.parametrize("degrees", [-5.0, -1.3, -0.4, 0.6, 2.0, 4.2])
def test_the_angle_of_print_is_found_and_undone(degrees: float) -> None:
    level = skew.straightened(np.asarray(sheet(degrees)))
    assert level.degrees == pytest.approx(degrees, abs=0.15)
    assert len(find_lines(level.gray)) == len(LINES)
    assert print_height(level.gray) == pytest.approx(print_height(np.asarray(sheet())), rel=0.1)


def test_what_lies_straight_or_has_hardly_a_letter_stays_as_it_is() -> None:
    gray = np.asarray(sheet())
    assert skew.straightened(gray).gray is gray
    assert skew.angle_of(np.full((300, 300), 240, np.uint8)) == 0.0
    few = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(few).text((20, 40), "Total 87.50", font=ImageFont.load_default(22), fill=0)
    assert skew.angle_of(np.asarray(few.rotate(3, fillcolor=255))) == 0.0


@pytest.mark.parametrize("degrees", [-5.0, 0.0, 3.0])
def test_lines_that_run_up_or_down_are_told_from_level_ones(degrees: float) -> None:
    level = sheet(degrees)
    assert not skew.lie_of(np.asarray(level)).across
    assert not skew.lie_of(np.asarray(level.rotate(180))).across
    for turned in (level.rotate(90, expand=True), level.rotate(270, expand=True)):
        assert skew.lie_of(np.asarray(turned)) == skew.Lie(across=True)


def test_a_few_letters_do_not_tell_which_way_lines_run() -> None:
    few = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(few).text((20, 40), "Total 87.50", font=ImageFont.load_default(22), fill=0)
    assert skew.lie_of(np.asarray(few.rotate(90, expand=True))) == skew.Lie()


def test_a_picture_without_lines_is_not_turned() -> None:
    rng = np.random.default_rng(5)
    gray = np.full((600, 800), 240, np.uint8)
    for y, x in rng.integers(0, (580, 780), (400, 2)).tolist():
        gray[y : y + 12, x : x + 8] = 30
    assert skew.angle_of(gray) == 0.0


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_boxes_of_the_level_drawing_are_found_where_the_page_shows_them(degrees: float) -> None:
    level = skew.straightened(np.asarray(sheet(degrees)))
    upright = find_lines(np.asarray(sheet()))
    for line, drawn in zip(find_lines(level.gray), upright, strict=True):
        box = Box(
            line.left / SIDES[0], line.top / SIDES[1], line.right / SIDES[0], line.end / SIDES[1]
        )
        turn = math.radians(degrees)
        x = (drawn.left + drawn.right) / 2 - SIDES[0] / 2
        y = (drawn.top + drawn.end) / 2 - SIDES[1] / 2
        found = level.back(box)
        right = SIDES[0] * ((found.x0 + found.x1) / 2 - 0.5)
        down = SIDES[1] * ((found.y0 + found.y1) / 2 - 0.5)
        assert right == pytest.approx(x * math.cos(turn) - y * math.sin(turn), abs=3)
        assert down == pytest.approx(x * math.sin(turn) + y * math.cos(turn), abs=3)
        assert (found.width, found.height) == pytest.approx((box.width, box.height))


def test_a_box_at_the_edge_stays_on_the_page() -> None:
    level = skew.straightened(np.asarray(sheet(5.0)))
    for box in (Box(0.0, 0.0, 0.1, 0.02), Box(0.9, 0.98, 1.0, 1.0), Box(0.0, 0.0, 1.0, 1.0)):
        back = level.back(box)
        assert (back.width, back.height) == pytest.approx((box.width, box.height))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_part_is_drawn_level_whatever_way_the_page_was_turned(rotation: Quarter) -> None:
    lying = rotation in (90, 270)
    size = PageSize(SIDES[1], SIDES[0]) if lying else PageSize(*SIDES)
    pages, page = Sheets(degrees=2.5, size=size), PageRef("scan.pdf", 0, rotation)
    part = PartFinder(pages, stamp).find(page, None).asked[7]
    shown = as_shown(part, rotation)
    width, height = round(shown.width * SIDES[0]), round(shown.height * SIDES[1])
    degrees = skew.Angles(pages, stamp).of(page)
    assert degrees == pytest.approx(2.5, abs=0.15)
    level = skew.render(pages, page, part, width, height, degrees)
    askew = skew.render(pages, page, part, width, height, 0.0)
    assert level.size == askew.size == (width, height)
    assert ink_rows(level) == pytest.approx(ink_rows(sheet().crop((100, 535, 860, 575))), abs=3)
    assert ink_rows(askew) > ink_rows(level) + 8


def test_whoever_looks_at_a_page_its_angle_is_measured_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[tuple[int, ...]] = []

    def counted(gray: NDArray[np.uint8]) -> skew.Lie:
        measured.append(gray.shape)
        return skew.Lie(2.5)

    monkeypatch.setattr(skew, "lie_of", counted)
    pages, page = Sheets(degrees=2.5, size=PageSize(*SIDES)), PageRef("scan.pdf", 0)
    angles = skew.Angles(pages, stamp)
    PartFinder(pages, stamp, angles).find(page, None)
    assert (angles.of(page), len(measured)) == (2.5, 1)
    assert (angles.of(PageRef("scan.pdf", 1)), len(measured)) == (2.5, 2)


def ink_rows(image: Image.Image) -> int:
    """Count the rows of pixels that have some ink."""
    return int(ink_of(np.asarray(image.convert("L"))).any(axis=1).sum())


def test_beyond_the_page_there_is_paper() -> None:
    pages = Sheets(degrees=4.0, size=PageSize(*SIDES))
    corner = skew.render(pages, PageRef("scan.pdf", 0), Box(0.0, 0.0, 0.5, 0.05), 450, 60, 4.0)
    assert np.asarray(corner).min() >= 240
    assert all(0 <= side <= 1 for box in pages.drawn for side in (box.x0, box.y0, box.x1, box.y1))


def test_lines_of_a_page_that_lies_askew_are_parts_of_their_own() -> None:
    found = PartFinder(Sheets(degrees=-2.0, size=PageSize(*SIDES)), stamp).find(
        PageRef("scan.pdf", 0), None
    )
    straight = PartFinder(Sheets(size=PageSize(*SIDES)), stamp).find(PageRef("scan.pdf", 0), None)
    assert found.lines == straight.lines == len(LINES)
    assert [round(box.y0, 2) for box in found.level[: found.lines]] == [
        round(box.y0, 2) for box in straight.asked[: straight.lines]
    ]
    assert straight.level is straight.asked
    heights = [[box.height for box in one.asked[: one.lines]] for one in (found, straight)]
    assert max(heights[0]) < 1.2 * max(heights[1])
