"""Straightens scans that lay askew: finds the angle of a page's lines and turns drawings by it.

A line that climbs looks higher than its print, and its picture shows pieces of the lines above and
below. Found as the turn that brings the feet of letters onto the fewest rows (Postl, "Detection of
linear oblique structures and skew scan in digitized documents", ICPR 1986).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vlm.ink import marks_of, strong_ink_of, usual_height
from vlm.reuse import Kept
from vlm.text_lines import letters_of
from vlm.turns import as_shown, on_page
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize

if TYPE_CHECKING:
    from vlm.page_reading import Pages

MOST = 6.0
"""Degrees; what lies more askew is turned by the person."""

LEAST = 0.25
"""Degrees: less makes no line unreadable."""

STEPS = (0.5, 0.1)
"""Degrees between the turns that are tried, and then between those about the best of them."""

FEWEST = 40
"""Letters that tell an angle."""

SURER = 2.0
"""Times by which letters stand better on rows than at most other turns, if they stand on any: 2.9
to 8 where there is print, at most 1.3 on 24 pages of marks in random places."""

ROW = 0.2
"""Height of a row, in heights of letters."""

DRAWN_PX = 1600
"""Longer side of the drawing on which a page's angle is measured and its lines are looked for: the
print of a slip that was scanned on a whole sheet is ten pixels high there."""

KEPT_PAGES = 256
"""Pages whose angle is remembered."""

TILE = 6.0
"""Side of the squares, in heights of letters, in which white between lines is looked for."""

PRINTED = 0.04
"""Of a square's pixels that are ink where it tells anything."""

FEWEST_TILES = 8
"""Such squares that tell which way lines run."""

ACROSS = 0.4
"""Share of them with more white rows than white columns, up to which lines run up or down: 0.6 to 1
on receipts as they are, and at most 0.35 on the same turned by a quarter."""

PAPER = 85
"""Percentile of a drawing's pixels that is its paper."""


@dataclass(frozen=True, slots=True)
class Lie:
    """How the lines of a page lie.

    Attributes:
        degrees: By how much they fall towards the right, within `MOST`; 0.0 where they are level,
            or where nothing tells.
        across: Whether they run up or down.
    """

    degrees: float = 0.0
    across: bool = False


def angle_of(gray: NDArray[np.uint8]) -> float:
    """Return by how many degrees a page's lines fall towards the right, see `Lie`.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    return lie_of(gray).degrees


def lie_of(gray: NDArray[np.uint8]) -> Lie:
    """Return how the lines of a page lie.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    marks = marks_of(strong_ink_of(gray))
    usual = usual_height(marks)
    if not usual:
        return Lie()
    chosen = letters_of(marks, usual)
    letters = marks.boxes[chosen]
    if len(letters) < FEWEST:
        return Lie()
    if _run_across(marks.where(chosen), usual):
        return Lie(across=True)
    across = (letters[:, 0] + letters[:, 2]) / 2 - gray.shape[1] / 2
    feet = letters[:, 3].astype(float)
    row = ROW * usual
    turns: list[float] = np.arange(-MOST, MOST + STEPS[0] / 2, STEPS[0]).tolist()
    tried = [_evenness(across, feet, turn, row) for turn in turns]
    middle = turns[int(np.argmax(tried))]
    about: list[float] = (middle + np.arange(-STEPS[0], STEPS[0], STEPS[1])).tolist()
    best = max(about, key=lambda turn: _evenness(across, feet, turn, row))
    stands = _evenness(across, feet, best, row) >= SURER * float(np.median(tried))
    return Lie(best if stands and LEAST <= abs(best) <= MOST else 0.0)


def _run_across(ink: NDArray[np.bool_], usual: float) -> bool:
    """Tell whether lines run up or down: there is white between lines, none between all letters."""
    side = max(8, round(TILE * usual))
    down, along = ink.shape[0] // side, ink.shape[1] // side
    tiles = ink[: down * side, : along * side].reshape(down, side, along, side)
    printed = tiles.mean(axis=(1, 3)) >= PRINTED
    if printed.sum() < FEWEST_TILES:
        return False
    rows = (~tiles.any(axis=3)).sum(axis=1)[printed]
    columns = (~tiles.any(axis=1)).sum(axis=2)[printed]
    return bool((rows > columns).mean() <= ACROSS)


def _evenness(
    across: NDArray[np.float64], feet: NDArray[np.float64], degrees: float, row: float
) -> float:
    """Return how few rows the feet of letters share after a turn; more is fewer."""
    rows = (feet - across * math.tan(math.radians(degrees))) / row
    first = rows.min()
    return sum(
        float((np.bincount((rows - first + shift).astype(np.int64)) ** 2).sum())
        for shift in (0.0, 0.5)
    )


@dataclass(frozen=True, slots=True)
class Straightened:
    """A drawing of a page whose lines are level.

    Attributes:
        gray: ``(height, width)`` uint8, as large as before.
        degrees: By how much lines fell towards the right.
    """

    gray: NDArray[np.uint8]
    degrees: float

    def back(self, box: Box) -> Box:
        """Return where a box of this drawing lies on the one before: as large, elsewhere."""
        if not self.degrees:
            return box
        height, width = self.gray.shape
        turn = math.radians(self.degrees)
        x = ((box.x0 + box.x1) / 2 - 0.5) * width
        y = ((box.y0 + box.y1) / 2 - 0.5) * height
        right = (x * math.cos(turn) - y * math.sin(turn) - x) / width
        down = (x * math.sin(turn) + y * math.cos(turn) - y) / height
        right = min(max(right, -box.x0), 1 - box.x1)
        down = min(max(down, -box.y0), 1 - box.y1)
        moved = (box.x0 + right, box.y0 + down, box.x1 + right, box.y1 + down)
        return Box(*(min(max(side, 0.0), 1.0) for side in moved))


def straightened(gray: NDArray[np.uint8], degrees: float | None = None) -> Straightened:
    """Return a page's drawing with its lines level.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
        degrees: By how much they fall towards the right; None to measure it.
    """
    degrees = angle_of(gray) if degrees is None else degrees
    if not degrees:
        return as_it_lies(gray)
    return Straightened(np.asarray(_turned(Image.fromarray(gray), degrees)), degrees)


def as_it_lies(gray: NDArray[np.uint8]) -> Straightened:
    """Return a page's drawing unchanged.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    return Straightened(gray, 0.0)


@runtime_checkable
class KnowsAngles(Protocol):
    """Pages that know how they lie although not all of them can be drawn."""

    def angle(self, page: PageRef) -> float:
        """Return by how many degrees a page's lines fall towards the right."""
        ...


class Angles:
    """How pages lie as they are shown, each measured once for all who look at it.

    Args:
        pages: Draws them.
        stamp: Tells when a file has changed.
    """

    def __init__(self, pages: Pages, stamp: Callable[[str], tuple[str, int, int]]) -> None:
        self._pages, self._stamp = pages, stamp
        self._kept: Kept[Lie] = Kept(KEPT_PAGES)

    @property
    def given(self) -> bool:
        """Whether it is known already how pages lie, and which way up; see `KnowsAngles`."""
        return isinstance(self._pages, KnowsAngles)

    def of(self, page: PageRef, gray: NDArray[np.uint8] | None = None) -> float:
        """Return by how many degrees a page's lines fall towards the right, see `Lie`.

        Args:
            page: After the person's turn.
            gray: What `drawn` returns, where that is there.

        Raises:
            DeskError: What drawing can raise.
        """
        return self.lie(page, gray).degrees

    def lie(self, page: PageRef, gray: NDArray[np.uint8] | None = None) -> Lie:
        """Return how a page's lines lie, with what `of` takes.

        Raises:
            DeskError: What drawing can raise.
        """
        key = (self._stamp(page.path), page)
        if isinstance(self._pages, KnowsAngles):
            return Lie(self._pages.angle(page))
        if (known := self._kept.get(key)) is None:
            known = lie_of(drawn(self._pages, page) if gray is None else gray)
            self._kept.put(key, known, 1)
        return known


def drawn(pages: Pages, page: PageRef) -> NDArray[np.uint8]:
    """Draw a page as it is shown, after the person's turn.

    Returns:
        ``(height, width)`` uint8, 0 is black; the longer side is `DRAWN_PX`.

    Raises:
        DeskError: What drawing can raise.
    """
    pixels = np.asarray(whole(pages, page, DRAWN_PX))
    gray: NDArray[np.uint8] = pixels.mean(axis=2).astype(np.uint8)
    return gray


def sides_of(size: PageSize, page: PageRef) -> tuple[float, float]:
    """Return how wide and how high a page is as it is shown, after the person's turn, points."""
    across = page.rotation in (90, 270)
    return (size.height, size.width) if across else (size.width, size.height)


def whole(pages: Pages, page: PageRef, longest_px: int) -> Image.Image:
    """Draw a page as it is shown, after the person's turn, its longer side so many pixels; RGB.

    Raises:
        DeskError: What drawing can raise.
    """
    sides = sides_of(pages.sizes(page.path, page.page, 1)[0], page)
    scale = longest_px / max(sides)
    width, height = (max(1, round(side * scale)) for side in sides)
    return _picture(pages, page, WHOLE_PAGE, (width, height))


def render(
    pages: Pages, page: PageRef, box: Box, width: int, height: int, degrees: float
) -> Image.Image:
    """Draw a part of a page with its lines level, turned about the middle of the part.

    Args:
        pages: Draws.
        page: Which.
        box: On the page before its turn.
        width: Pixels of the picture.
        height: Of it.
        degrees: By how much lines fall towards the right; see `Angles`.

    Returns:
        RGB; what would lie beyond the page is as its paper.

    Raises:
        DeskError: What drawing can raise.
    """
    if not degrees:
        return _picture(pages, page, box, (width, height))
    reach = math.sin(math.radians(abs(degrees))) / 2
    right, down = math.ceil(height * reach) + 1, math.ceil(width * reach) + 1
    shown = as_shown(box, page.rotation)
    across, along = width / shown.width, height / shown.height
    more = Box(
        max(0.0, shown.x0 - right / across),
        max(0.0, shown.y0 - down / along),
        min(1.0, shown.x1 + right / across),
        min(1.0, shown.y1 + down / along),
    )
    sides = (max(1, round(more.width * across)), max(1, round(more.height * along)))
    drawing = _picture(pages, page, on_page(more, WHOLE_PAGE, page.rotation), sides)
    whole = Image.new("RGB", (width + 2 * right, height + 2 * down), paper_of(drawing))
    at = (right - (shown.x0 - more.x0) * across, down - (shown.y0 - more.y0) * along)
    whole.paste(drawing, (round(at[0]), round(at[1])))
    level = _turned(whole, degrees)
    return level.crop((right, down, right + width, down + height))


def _turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=paper_of(image))


def paper_of(image: Image.Image) -> Any:
    """Return the colour of a drawing's paper: a number, or three."""
    pixels = np.asarray(image)
    found = np.percentile(pixels, PAPER, axis=(0, 1))
    return tuple(found.astype(int).tolist()) if pixels.ndim == 3 else int(found)


def _picture(pages: Pages, page: PageRef, box: Box, size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, bytes(pages.render(page, box, *size).data))
