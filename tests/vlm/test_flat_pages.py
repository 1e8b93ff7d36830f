from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops

from tests.drawn import line
from tests.photographed import LINES, PHOTO, SEEN, SHEET, Photographs, line_box, sheet
from vlm.document_questions import stamp
from vlm.errors import PageTimeout
from vlm.flat import flat_of
from vlm.flat_pages import FlatPages
from vlm.part_finder import PartFinder
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize, Quarter

PAGE = PageRef("photograph.jpg", 0)


def flat(pages: Photographs, wanted: bool = True) -> FlatPages:
    return FlatPages(pages, stamp, lambda: wanted)


def picture(pages: FlatPages, page: PageRef, box: Box, width: int, height: int) -> Image.Image:
    return Image.frombytes(
        "RGB", (width, height), bytes(pages.render(page, box, width, height).data)
    )


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Return by how many levels two pictures differ on average."""
    return float(np.asarray(ImageChops.difference(one.convert("L"), other.convert("L"))).mean())


def test_a_photographed_sheet_is_a_page_of_its_own() -> None:
    pages = flat(Photographs())
    size = pages.sizes(PAGE.path, 0, 1)[0]
    wanted = flat_of(SEEN, PageSize(*PHOTO)).size
    assert (size.width, size.height) == pytest.approx((wanted.width, wanted.height), rel=0.02)
    drawn = picture(pages, PAGE, WHOLE_PAGE, *SHEET)
    assert unlike(drawn, sheet()) < 6
    assert unlike(drawn.rotate(180), sheet()) > 12


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_part_of_it_is_drawn_flat_whatever_way_it_is_turned(rotation: Quarter) -> None:
    pages, box = flat(Photographs()), line_box(5)
    area = (round(box.x0 * 700), round(box.y0 * 1000), round(box.x1 * 700), round(box.y1 * 1000))
    wanted = sheet().crop(area)
    sides = wanted.size[::-1] if rotation in (90, 270) else wanted.size
    page = PageRef(PAGE.path, 0, rotation)
    drawn = picture(pages, page, box, *sides).rotate(rotation, expand=True)
    near = sheet().crop((area[0], area[1] + 8, area[2], area[3] + 8))
    for other in (near, wanted.rotate(180)):
        assert unlike(drawn, wanted) < unlike(drawn, other) / 2


def test_its_lines_are_found_as_on_a_scan() -> None:
    found = PartFinder(flat(Photographs()), stamp).find(PAGE, None)
    assert found.lines == len(LINES)
    for number, box in enumerate(found.asked[: found.lines]):
        assert box.holds(line_box(number))


def test_a_scan_is_drawn_as_it_is() -> None:
    scan = Photographs(size=PageSize(*SHEET), image=sheet())
    pages = flat(scan)
    assert pages.flat(PAGE) is None
    assert pages.sizes(PAGE.path, 0, 1) == (PageSize(*SHEET),)
    drawn = pages.render(PAGE, line_box(2), 420, 24)
    assert bytes(drawn.data) == scan.render(PAGE, line_box(2), 420, 24).data


def test_a_page_is_looked_at_once_and_what_was_drawn_for_it_serves_again() -> None:
    scan = Photographs(size=PageSize(*SHEET), image=sheet())
    pages = flat(scan)
    PartFinder(pages, stamp).find(PAGE, None)
    pages.sizes(PAGE.path, 0, 1)
    assert [one for one in scan.renders if one[0] == WHOLE_PAGE] == [(WHOLE_PAGE, 1120, 1600)]


def test_pages_with_words_of_their_own_are_never_photographs() -> None:
    pages = flat(Photographs(words_of_page=line("Total", "87.50")))
    assert pages.flat(PAGE) is None


def test_where_the_text_layer_cannot_be_read_a_page_stays_as_it_is() -> None:
    pages = flat(Photographs(text_fails=True))
    assert pages.flat(PAGE) is None
    with pytest.raises(PageTimeout):
        pages.words(PAGE)


def test_nothing_is_looked_for_where_it_is_not_wanted() -> None:
    photographs = Photographs()
    pages = flat(photographs, wanted=False)
    assert pages.sizes(PAGE.path, 0, 1) == (PageSize(*PHOTO),)
    assert pages.known(PAGE) is None
    assert not photographs.renders


def test_a_sheet_is_known_only_after_it_was_looked_for() -> None:
    pages: Any = flat(Photographs())
    assert pages.known(PAGE) is None
    found = pages.flat(PAGE)
    assert pages.known(PageRef(PAGE.path, 0, 90)) is found is not None


def test_a_page_that_is_not_there_shows_no_sheet() -> None:
    class Empty(Photographs):
        def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
            return ()

    assert flat(Empty()).flat(PageRef(PAGE.path, 7)) is None
