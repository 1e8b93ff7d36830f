"""Serves the kept crops of a run as if they were the pages they came from.

Teaching and measuring therefore see, plan and draw through the same code as a question in the
window. Only the processes that train load this: it decodes pictures.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from PIL import Image, ImageEnhance

from finetune.runs import RunRow
from vlm.errors import UnreadableDocument
from vlm.pages import pixels
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Quarter, Word
from vlm.views import on_page

BACK: dict[Quarter, Quarter] = {0: 0, 90: 270, 180: 180, 270: 90}
"""The turn that undoes a turn."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """RGB rows, packed, the first on top."""

    width: int
    height: int
    data: bytes


class KeptPages:
    """Draws rows' crops; a page's path is ``ROW_ID`` or ``ROW_ID/VIEW`` for a jittered view.

    Args:
        rows: What can be drawn.
        picture_of: Returns a row's picture file.
        seed: Decides how views are jittered.
    """

    def __init__(
        self, rows: list[RunRow], picture_of: Callable[[RunRow], bytes], seed: int = 0
    ) -> None:
        self._rows = {row.id: row for row in rows}
        self._picture_of = picture_of
        self._seed = seed
        self._picture: tuple[str, Image.Image] | None = None
        self._view: tuple[tuple[str, Box | None, int], Image.Image] | None = None

    def open(self, path: str, password: str | None = None) -> Document:
        """Return what is known of the page."""
        return Document(path, "image", 1, self._row(path).size)

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Return the page's size in points before its turn."""
        return (self._row(path).size,) if first == 0 and count else ()

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Return the kept words."""
        return self._row(page.path).words

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Drawing:
        """Draw a part of the page that lies inside the crop, turned as it was shown."""
        row, view = self._row(page.path), self._number(page.path)
        within = (row.part if view else None) or row.box or WHOLE_PAGE
        part = Box(
            max(0.0, (box.x0 - within.x0) / within.width),
            max(0.0, (box.y0 - within.y0) / within.height),
            min(1.0, (box.x1 - within.x0) / within.width),
            min(1.0, (box.y1 - within.y0) / within.height),
        )
        shown = on_page(part, WHOLE_PAGE, BACK[row.rotation])
        image = pixels.cut(self._image(row, view), 1, shown, width, height)
        return Drawing(width, height, image.tobytes())

    def stop(self) -> None:
        """There is nothing to end."""

    def _row(self, path: str) -> RunRow:
        id = path.rpartition("/")[0] or path
        row = self._rows.get(path) or self._rows.get(id)
        if row is None:
            raise UnreadableDocument("There is no such example in this run.")
        return row

    def _number(self, path: str) -> int:
        return 0 if path in self._rows else int(path.rpartition("/")[2])

    def _image(self, row: RunRow, view: int) -> Image.Image:
        """Return a view of a picture, or of a row's part of it: a page's shift would miss a line.

        The last one and its picture are kept: tiles of a view, and parts of a page, come together.
        """
        part = row.part if view else None
        shown = row.sha256, part, view
        if self._view is None or self._view[0] != shown:
            image = self._whole(row)
            if part is not None:
                place = on_page(part, WHOLE_PAGE, BACK[row.rotation])
                width, height = image.size
                left, top = int(place.x0 * width), int(place.y0 * height)
                image = image.crop((left, top, ceil(place.x1 * width), ceil(place.y1 * height)))
            self._view = shown, jitter(image, f"{self._seed}:{row.sha256}", view)
        return self._view[1]

    def _whole(self, row: RunRow) -> Image.Image:
        if self._picture is None or self._picture[0] != row.sha256:
            with Image.open(io.BytesIO(self._picture_of(row))) as file:
                self._picture = row.sha256, pixels.plain(file).convert("RGB")
        return self._picture[1]


def page_of(row: RunRow, view: int = 0) -> PageRef:
    """Return the page under which `KeptPages` draws a view of a row; view 0 is the crop itself."""
    return PageRef(f"{row.id}/{view}" if view else row.id, 0, row.rotation)


def jitter(image: Image.Image, name: str, view: int) -> Image.Image:
    """Shift, scale and shade a crop a little, as another scan or another box would.

    Args:
        image: RGB.
        name: Decides how, together with `view`.
        view: 0 leaves the crop as it is.
    """
    if view == 0:
        return image
    chance = random.Random(f"{name}:{view}")
    width, height = image.size
    scale_x, scale_y = chance.uniform(0.98, 1.02), chance.uniform(0.98, 1.02)
    shift_x, shift_y = chance.uniform(-0.01, 0.01) * width, chance.uniform(-0.01, 0.01) * height
    moved = image.transform(
        image.size,
        Image.Transform.AFFINE,
        (scale_x, 0, shift_x, 0, scale_y, shift_y),
        Image.Resampling.BICUBIC,
        fillcolor="white",
    )
    shaded = ImageEnhance.Brightness(moved).enhance(chance.uniform(0.93, 1.03))
    return ImageEnhance.Contrast(shaded).enhance(chance.uniform(0.9, 1.1))
