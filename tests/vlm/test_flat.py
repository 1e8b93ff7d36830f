from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlm.flat import CORNERS, Flat, flat_of, lengths, through
from vlm.types import WHOLE_PAGE, Box, PageSize

PAGE = PageSize(900, 1200)
SHIFT = st.floats(-0.12, 0.12)
PLACE = st.floats(0.0, 1.0)


@st.composite
def flats(draw: st.DrawFn) -> Flat:
    """Sheets seen at an angle: each corner anywhere near that of an upright one."""
    near = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    return flat_of(tuple((x + draw(SHIFT), y + draw(SHIFT)) for x, y in near), PAGE)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Boxes of a sheet that are not tiny."""
    left, top = draw(st.floats(0.02, 0.7)), draw(st.floats(0.02, 0.9))
    return Box(left, top, left + draw(st.floats(0.05, 0.25)), top + draw(st.floats(0.01, 0.07)))


@given(flats(), PLACE, PLACE)
def test_what_goes_to_the_page_comes_back(flat: Flat, x: float, y: float) -> None:
    there = flat.on_page(np.array([(x, y)]))
    assert flat.on_sheet(there) == pytest.approx(np.array([(x, y)]), abs=1e-9)


@given(flats())
def test_corners_are_where_they_were_found(flat: Flat) -> None:
    assert flat.on_page(CORNERS) == pytest.approx(np.array(flat.corners), abs=1e-9)


@given(flats(), PLACE, PLACE, PLACE)
def test_straight_lines_stay_straight(flat: Flat, y: float, one: float, other: float) -> None:
    ends = flat.on_page(np.array([(0.0, y), (1.0, y), (one, other)]))
    between = flat.on_page(np.array([(0.3, y)]))[0]
    along, off = ends[1] - ends[0], between - ends[0]
    assert along[0] * off[1] - along[1] * off[0] == pytest.approx(0, abs=1e-9)


@given(flats(), boxes())
def test_a_box_of_the_sheet_lies_in_its_box_on_the_page(flat: Flat, box: Box) -> None:
    found = flat.box_on_page(box)
    points = np.array([(box.x0, box.y0), (box.x1, box.y1), ((box.x0 + box.x1) / 2, box.y0)])
    for x, y in flat.on_page(points).tolist():
        assert found.x0 - 1e-9 <= x <= found.x1 + 1e-9
        assert found.y0 - 1e-9 <= y <= found.y1 + 1e-9


def test_a_page_whose_corner_is_infinitely_far_from_the_sheet_is_measured_like_others() -> None:
    flat = flat_of(((0.29375, 0.29375), (0.8, 0.10625), (0.8, 0.8), (0.10625, 0.70625)), PAGE)
    box = Box(0.5, 0.5, 0.75, 0.5625)
    assert flat.box_on_sheet(flat.box_on_page(box)).holds(box)


@given(flats(), boxes())
def test_a_box_that_was_shown_means_the_same_part_of_the_sheet_again(flat: Flat, box: Box) -> None:
    assert flat.box_on_sheet(flat.box_on_page(box)).holds(box)


@given(flats(), boxes())
def test_no_box_leaves_the_page(flat: Flat, box: Box) -> None:
    for found in (flat.box_on_page(box), flat.box_on_sheet(box)):
        assert 0 <= found.x0 < found.x1 <= 1
        assert 0 <= found.y0 < found.y1 <= 1


def test_all_of_the_page_means_all_of_the_sheet() -> None:
    flat = flat_of(((0.3, 0.1), (0.8, 0.2), (0.9, 0.8), (0.1, 0.9)), PAGE)
    assert flat.box_on_sheet(WHOLE_PAGE) == WHOLE_PAGE


def test_a_box_beside_the_sheet_is_at_its_edge() -> None:
    flat = flat_of(((0.5, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.9)), PAGE)
    found = flat.box_on_sheet(Box(0.1, 0.3, 0.2, 0.4))
    assert found.x0 == 0.0
    assert found.width == pytest.approx(0.001)


def test_a_sheet_is_as_large_as_it_is_seen() -> None:
    flat = flat_of(((0.0, 0.0), (0.5, 0.0), (0.5, 0.25), (0.0, 0.25)), PAGE)
    assert flat.size == PageSize(450, 300)
    assert lengths(np.array([(0, 0), (3, 4), (3, 5), (0, 1)])) == (5, 1, 5, 1)


def test_three_corners_on_a_line_are_refused() -> None:
    with pytest.raises(ValueError, match="on one line"):
        through(np.array([(0, 0), (1, 1), (2, 2), (0, 1)], float), CORNERS)
