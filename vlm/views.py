"""The images the model is given: which parts of the page, how large, and whether that is enough.

Pixels come from the page process, each view drawn from its own box.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from PIL import Image

from vlm import skew
from vlm.families.family import Layout, Sheet, Tile
from vlm.text_lines import print_height
from vlm.tidying import tidied
from vlm.turns import on_page as on_page
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Quarter, View, Word

POINTS = 72.0
X_HEIGHT = 0.42
"""Height of a small letter as a fraction of the height of a text layer's word."""

LEGIBLE_PX = 10.0
"""Small letters of this many pixels are read well; views aim at it."""

UNREADABLE_PX = 8.0
"""Below this many pixels a person is warned."""

USUAL_DPI = 150.0
"""What shows usual print legibly, where no text layer tells its height."""

LOWEST_DPI, HIGHEST_DPI = 60.0, 300.0
LEGIBLE_EM_PX = 22.0
"""Pixels of an em whose small letters are `LEGIBLE_PX` high."""

MEASURED_DPI, MEASURED_PX = 200.0, 1000
"""Of the drawing on which the size of print is measured: resolution and longer side, at most."""

LOWEST_MEASURED_DPI = 20.0
"""What shows the largest print legibly: capitals an inch high."""

SPARSE_DPI = 100.0
"""Without a text layer, below this many pixels an inch a person is warned."""


class Drawing(Protocol):
    """Pixels as the page client returns them: `width * height` RGB triples."""

    @property
    def width(self) -> int:
        """Pixels."""
        ...

    @property
    def height(self) -> int:
        """Pixels."""
        ...

    @property
    def data(self) -> bytes:
        """Rows packed, the first on top."""
        ...


class PageSource(Protocol):
    """What the engine asks of the page client."""

    def open(self, path: str, password: str | None = None) -> Document:
        """Open a document."""
        ...

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure pages."""
        ...

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Drawing:
        """Draw a part of a page, `width` by `height` pixels after its turn."""
        ...

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read a page's text layer."""
        ...

    def stop(self) -> None:
        """End the page processes."""
        ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """One view with its pixels.

    Attributes:
        view: What the person is told of it.
        image: RGB Pillow image of the tile's canvas size.
        digest: Of pixels and size: equal digests have equal features.
        tile: As it was drawn: fitted to its print where that had to be measured.
    """

    view: View
    image: Any
    digest: bytes
    tile: Tile


def sheet_of(
    size: PageSize, box: Box, turn: Quarter, words: Sequence[Word], larger: float = 1.0
) -> Sheet:
    """Measure the part of a page that was asked about, as it is shown.

    Args:
        size: The page's, before the person's turn.
        box: Of the page before that turn.
        turn: Clockwise.
        words: The page's text layer; empty when there is none.
        larger: How many times as large as legible its text is shown where it is measured.
    """
    width, height = box.width * size.width / POINTS, box.height * size.height / POINTS
    heights = sorted(_x_heights(size, box, words))
    wanted = LEGIBLE_PX / heights[len(heights) // 10] if heights else USUAL_DPI
    legible = min(max(wanted, LOWEST_DPI), HIGHEST_DPI)
    sides = (height, width) if turn in (90, 270) else (width, height)
    return Sheet(*sides, legible, guessed=not heights, larger=larger)


def _x_heights(size: PageSize, box: Box, words: Sequence[Word]) -> list[float]:
    """Return the heights in inches of small letters inside the box; short words do not count."""
    found: list[float] = []
    for word in words:
        if len(word.text) > 2 and box.holds(word.box):
            sides = word.box.width * size.width, word.box.height * size.height
            found.append(max(min(sides), 0.1) * X_HEIGHT / POINTS)
    return found


def is_scanned(sheet: Sheet, layout: Layout, box: Box | None) -> bool:
    """Tell whether what is asked about is a part without a text layer that is shown as print is.

    Its print is then measured, and its lines are laid level, see `vlm.skew`.
    """
    return layout.tidy is not None and sheet.guessed and box is not None


def draw(
    pages: PageSource, page: PageRef, box: Box | None, sheet: Sheet, layout: Layout, tile: Tile
) -> Drawn:
    """Draw one tile at exactly the size that the model uses.

    For a checkpoint that was taught print of one size on white paper, see `Layout.tidy`, a part of
    a page without a text layer is drawn once before to measure its print, and drawings are tidied.
    """
    place = on_page(tile.box, box or WHOLE_PAGE, page.rotation)
    legible = None
    if layout.tidy is not None and is_scanned(sheet, layout, box):
        legible = _measured_dpi(pages, page, place, sheet)
    if layout.tidy is not None and legible is not None:
        tile = layout.tidy.tile(tile.name, tile.box, replace(sheet, legible_dpi=legible))
    image = skew.render(pages, page, place, tile.width, tile.height, sheet.askew)
    if layout.tidy is not None:
        image = Image.fromarray(tidied(np.asarray(image)))
    if image.size != tile.canvas:
        canvas = Image.new("RGB", tile.canvas, "white")
        canvas.paste(image)
        image = canvas
    digest = hashlib.sha256(repr(tile.canvas).encode() + image.tobytes()).digest()
    dpi = tile.width / (tile.box.width * sheet.width)
    view = View(
        tile.name,
        place,
        *tile.canvas,
        dpi=dpi,
        visual_tokens=layout.tokens_per_tile,
        letters_px=LEGIBLE_PX * sheet.larger * dpi / legible if legible is not None else 0.0,
        tidied=layout.tidy is not None,
    )
    return Drawn(view, image, digest, tile)


def _measured_dpi(pages: PageSource, page: PageRef, place: Box, sheet: Sheet) -> float | None:
    """Return what shows the print of a part legibly; None where no print is seen."""
    scale = min(MEASURED_DPI, MEASURED_PX / max(sheet.width, sheet.height))
    width, height = (max(1, round(side * scale)) for side in (sheet.width, sheet.height))
    picture = skew.render(pages, page, place, width, height, sheet.askew)
    em_px = print_height(np.asarray(picture.convert("L")))
    if em_px is None:
        return None
    legible = LEGIBLE_EM_PX * sheet.larger * scale / em_px
    return min(max(legible, LOWEST_MEASURED_DPI), HIGHEST_DPI)


def best_dpi(views: Sequence[View]) -> float:
    """Return the finest resolution at which any view shows its part of the page."""
    return max(view.dpi for view in views)


def warning(size: PageSize, box: Box | None, words: Sequence[Word], views: Sequence[View]) -> str:
    """Say in a sentence when the text is likely too small to read; "" when it is not."""
    dpi = best_dpi(views)
    part = "on this page" if box is None else "in this part of the page"
    advice = "Draw a box around the part you mean."
    if box is not None:
        advice = "Draw a smaller box around the part you mean."
    heights = _x_heights(size, box or WHOLE_PAGE, words)
    pixels = statistics.median(heights) * dpi if heights else max(one.letters_px for one in views)
    if pixels:
        if pixels >= UNREADABLE_PX:
            return ""
        count = f"{pixels:.0f} pixels" if pixels >= 1.5 else "1 pixel"
        return f"The text {part} is about {count} high for the model. {advice}"
    if dpi >= SPARSE_DPI:
        return ""
    return f"The model sees only about {dpi:.0f} pixels per inch {part}. {advice}"
