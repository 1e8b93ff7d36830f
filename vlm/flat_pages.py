"""Pages as whoever reads them needs them: a photograph of a sheet as the sheet that lies flat.

Behind this a photographed sheet is a page of its own, without the table about it. Everything else
is as it is. What the person sees is never changed; see `vlm.flat_answers` for the way back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from vlm.errors import DeskError
from vlm.flat import Flat, corners_of, flat_of, lengths, through
from vlm.pages.pixels import turned
from vlm.reuse import Kept
from vlm.sheet_finder import find_sheet
from vlm.skew import DRAWN_PX, paper_of
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Word
from vlm.views import Drawing, PageSource

KEPT_PAGES = 256
"""Pages of which is remembered whether they show a sheet, and what their text layer says."""

MOST_PX = 4000
"""Longer side of what is drawn of a page to show a part of its sheet."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """RGB rows, packed, the first on top."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of how a page lies: a sheet on it, or None."""

    flat: Flat | None


class FlatPages:
    """Draws and reads pages; a sheet on a photograph is drawn flat. Use it from one thread.

    Args:
        pages: Draws and reads them as they are.
        stamp: Tells when a file has changed.
        wanted: Tells whether photographs are drawn flat at all now.
    """

    def __init__(
        self,
        pages: PageSource,
        stamp: Callable[[str], tuple[str, int, int]],
        wanted: Callable[[], bool],
    ) -> None:
        self._pages, self._stamp, self.wanted = pages, stamp, wanted
        self._found: Kept[_Found] = Kept(KEPT_PAGES)
        self._words: Kept[tuple[Word, ...]] = Kept(KEPT_PAGES)
        self._drawn: tuple[object, Drawing] | None = None

    def open(self, path: str, password: str | None = None) -> Document:
        """Open a document; its first page's size is as it is shown."""
        return self._pages.open(path, password)

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure pages; a sheet on a photograph has its own size."""
        sizes = self._pages.sizes(path, first, count)
        flats = (self.flat(PageRef(path, first + place)) for place in range(len(sizes)))
        return tuple(
            size if flat is None else flat.size for size, flat in zip(sizes, flats, strict=True)
        )

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read a page's text layer."""
        key = (self._stamp(page.path), page.page)
        if (known := self._words.get(key)) is None:
            known = self._pages.words(page)
            self._words.put(key, known, 1)
        return known

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Drawing:
        """Draw a part of a page or of the sheet on it, after the person's turn."""
        flat = self.flat(page)
        if flat is None:
            return self._render(page, box, width, height)
        sides = (height, width) if page.rotation in (90, 270) else (width, height)
        part = turned(self._part(page, flat, box, *sides), page.rotation)
        return _Picture(width, height, part.tobytes())

    def stop(self) -> None:
        """There is nothing to end: the pages are another's."""

    def flat(self, page: PageRef) -> Flat | None:
        """Return the sheet that a page shows, looked for once; None for what is a page itself.

        Raises:
            DeskError: What drawing can raise.
        """
        if not self.wanted():
            return None
        key = (self._stamp(page.path), page.page)
        if (known := self._found.get(key)) is None:
            known = _Found(self._look(PageRef(page.path, page.page)))
            self._found.put(key, known, 1)
        return known.flat

    def known(self, page: PageRef) -> Flat | None:
        """Return the same as far as it was looked for."""
        found = self._found.get((self._stamp(page.path), page.page)) if self.wanted() else None
        return found.flat if found is not None else None

    def _look(self, page: PageRef) -> Flat | None:
        try:
            if self.words(page):
                return None
        except DeskError:
            return None  # what it says is not known; so it is left as it is
        sizes = self._pages.sizes(page.path, page.page, 1)
        if not sizes:
            return None
        scale = DRAWN_PX / max(sizes[0].width, sizes[0].height)
        width, height = (max(1, round(side * scale)) for side in (sizes[0].width, sizes[0].height))
        drawing = self._render(page, WHOLE_PAGE, width, height)
        corners = find_sheet(Image.frombytes("RGB", (width, height), bytes(drawing.data)))
        return flat_of(corners, sizes[0]) if corners is not None else None

    def _render(self, page: PageRef, box: Box, width: int, height: int) -> Drawing:
        """Draw a page as it is; the last whole one is kept: it is looked at again at once."""
        key = (self._stamp(page.path), page, width, height)
        if box == WHOLE_PAGE and self._drawn is not None and self._drawn[0] == key:
            return self._drawn[1]
        drawing = self._pages.render(page, box, width, height)
        if box == WHOLE_PAGE and self.wanted():
            self._drawn = key, drawing
        return drawing

    def _part(self, page: PageRef, flat: Flat, box: Box, width: int, height: int) -> Image.Image:
        """Draw a part of a sheet, before the person's turn."""
        places = flat.on_page(corners_of(box))
        sides = (flat.page.width, flat.page.height)
        top, right, end, left = lengths(places * sides)
        scale = max(width / max(min(top, end), 1e-6), height / max(min(right, left), 1e-6))
        reach = np.ptp(places, axis=0) * sides
        scale = min(scale, MOST_PX / float(reach.max()))
        spare = 2 / scale / np.array(sides)
        x0, y0 = np.clip(places.min(axis=0) - spare, 0, 1).tolist()
        x1, y1 = np.clip(places.max(axis=0) + spare, 0, 1).tolist()
        within = Box(x0, y0, x1, y1)
        drawn = (
            max(1, math.ceil(within.width * sides[0] * scale)),
            max(1, math.ceil(within.height * sides[1] * scale)),
        )
        upright = PageRef(page.path, page.page)
        picture = self._pages.render(upright, within, *drawn)
        image = Image.frombytes("RGB", drawn, bytes(picture.data))
        ends = corners_of(Box(0, 0, 1, 1)) * (width, height)
        given = through(ends, (places - (x0, y0)) / (within.width, within.height) * drawn)
        return image.transform(
            (width, height),
            Image.Transform.PERSPECTIVE,
            given.reshape(9)[:8].tolist(),
            Image.Resampling.BICUBIC,
            fillcolor=paper_of(image),
        )
