from __future__ import annotations

from dataclasses import dataclass

import pytest
from PIL import Image, ImageDraw

from tests.drawn import DrawnPages, Picture, line
from vlm.document_questions import stamp
from vlm.errors import PasswordNeeded, QuestionUnanswerable
from vlm.part_finder import PartFinder
from vlm.types import WHOLE_PAGE, Box, PageRef, Quarter, Word
from vlm.views import on_page

PAGE = PageRef("scan.pdf", 0)
INKED = (Box(0.1, 0.1, 0.4, 0.112), Box(0.5, 0.8, 0.9, 0.812))


@dataclass
class Inked(DrawnPages):
    """Pages with two lines of ink, turned as they are asked for."""

    inked: tuple[Box, ...] = INKED

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Draw the lines as letters."""
        self.renders.append((box, width, height))
        turned = page.rotation in (90, 270)
        upright = (height, width) if turned else (width, height)
        image = Image.new("RGB", upright, "white")
        pen = ImageDraw.Draw(image)
        for one in self.inked:
            along = one.width * upright[0] > one.height * upright[1]
            for step in range(60):
                start, end = step / 60, step / 60 + 0.01
                x0, x1 = (start, end) if along else (0.0, 1.0)
                y0, y1 = (0.0, 1.0) if along else (start, end)
                letter = (
                    (one.x0 + one.width * x0) * upright[0],
                    (one.y0 + one.height * y0) * upright[1],
                    (one.x0 + one.width * x1) * upright[0],
                    (one.y0 + one.height * y1) * upright[1],
                )
                pen.rectangle(letter, fill="black")
        image = image.rotate(-page.rotation, expand=True)
        assert image.size == (width, height)
        return Picture(width, height, image.tobytes())


def finder(pages: DrawnPages) -> PartFinder:
    return PartFinder(pages, stamp)


def test_a_scan_is_divided_by_its_ink_and_only_once() -> None:
    pages = Inked()
    parts = finder(pages)
    found = parts.find(PAGE, None)
    assert [any(box.holds(ink) for ink in INKED) for box in found.asked] == [True, True]
    assert [any(box.holds(ink) for ink in INKED) for box in found.read] == [True, True]
    assert found.words == ()
    assert (found.lines, found.rows, found.above) == (2, ((0,), (1,)), ((), ()))
    assert parts.find(PAGE, None) is found
    assert len(pages.renders) == 1


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_parts_of_a_turned_page_are_of_the_page_before_its_turn(turn: Quarter) -> None:
    """The lines are drawn so that they are level only after the turn."""
    shown = (Box(0.1, 0.2, 0.5, 0.22), Box(0.2, 0.6, 0.8, 0.62))
    places = tuple(on_page(box, WHOLE_PAGE, turn) for box in shown)
    pages = Inked(inked=places)
    found = finder(pages).find(PageRef("scan.pdf", 0, turn), None)
    assert len(found.asked) == 2
    for place in places:
        assert any(part.holds(place) for part in found.asked)
        assert any(part.holds(place) for part in found.read)
    written = tuple(Word(f"word{number}", place) for number, place in enumerate(places))
    blank = finder(Inked(inked=(), words_of_page=written))
    again = blank.find(PageRef("scan.pdf", 0, turn), None)
    for place in places:
        assert any(part.holds(place) for part in again.asked)


def test_words_and_the_ink_beside_them_are_both_parts() -> None:
    words = line("Invoice", "number", "5414", y=0.3)
    found = finder(Inked(words_of_page=words)).find(PAGE, None)
    assert found.words == words
    assert any(all(part.holds(word.box) for word in words) for part in found.asked)
    for ink in INKED:
        assert any(part.holds(ink) for part in found.asked), "a scanned line on a page of text"
    covered = tuple(Word(f"w{number}", box) for number, box in enumerate(INKED))
    assert len(finder(Inked(words_of_page=covered)).find(PAGE, None).asked) == 2


def test_a_page_without_lines_is_one_part() -> None:
    found = finder(Inked(inked=())).find(PAGE, None)
    assert found.asked == found.read == (WHOLE_PAGE,)


def test_a_text_layer_that_cannot_be_read_in_time_leaves_the_ink() -> None:
    found = finder(Inked(text_fails=True)).find(PAGE, None)
    assert len(found.asked) == 2


def test_what_cannot_be_opened_raises() -> None:
    with pytest.raises(QuestionUnanswerable, match="no page 5"):
        finder(Inked()).find(PageRef("scan.pdf", 4), None)
    with pytest.raises(PasswordNeeded):
        finder(Inked(error=PasswordNeeded("It needs one."))).find(PAGE, None)


def test_it_knows_what_stands_beside_and_above_each_line() -> None:
    places = (
        Box(0.1, 0.2, 0.3, 0.21),
        Box(0.6, 0.2, 0.9, 0.21),
        Box(0.6, 0.222, 0.9, 0.232),
        Box(0.1, 0.6, 0.5, 0.61),
    )
    found = finder(Inked(inked=places)).find(PAGE, None)
    beside = [tuple(n for n in numbers if n < 4) for numbers in found.rows[:4]]
    assert beside == [(0, 1), (0, 1), (2,), (3,)]
    assert found.above[:4] == ((), (), (1,), ())
    assert found.lines == 4, "pieces of a line that stand far apart are read each on its own"
    assert set(found.rows[4:]) == {(0, 1)}, "and then offered together"


def test_a_page_with_words_also_offers_groups_of_lines() -> None:
    words = (*line("Invoice", "number", y=0.1), *line("5414", "dated", y=0.112))
    found = finder(Inked(inked=(), words_of_page=words)).find(PAGE, None)
    assert found.lines == 2
    assert found.rows[2:] == ((0, 1),)


def test_every_line_of_a_long_slip_is_a_part_of_its_own() -> None:
    places = tuple(Box(0.1, 0.02 + 0.016 * row, 0.5, 0.03 + 0.016 * row) for row in range(60))
    found = finder(Inked(inked=places)).find(PAGE, None)
    assert found.lines == 60
    assert all(sum(part.holds(place) for place in places) == 1 for part in found.asked)


def test_every_line_of_small_print_in_two_columns_is_a_part_of_its_own() -> None:
    rows = [Box(0.05, 0.02 + 0.0095 * row, 0.35, 0.026 + 0.0095 * row) for row in range(100)]
    places = (*rows, *(Box(one.x0 + 0.34, one.y0, one.x1 + 0.34, one.y1) for one in rows))
    found = finder(Inked(inked=places)).find(PAGE, None)
    assert found.lines == 200
    lines = found.asked[: found.lines]
    assert all(sum(part.holds(place) for place in places) == 1 for part in lines)


def test_where_the_words_of_a_line_stand_is_known() -> None:
    found = finder(Inked()).find(PAGE, None)
    for number, place in enumerate(INKED):
        ink = found.ink[number]
        assert found.ink_of(found.asked[number]) == ink
        assert ink[0][0] == pytest.approx(place.x0, abs=0.002)
        assert ink[-1][1] == pytest.approx(place.x1, abs=0.006)
    assert finder(Inked(words_of_page=line("Invoice", y=0.3))).find(PAGE, None).ink == ()
