"""Serves the kept crops of a run as if they were the pages they came from.

Teaching and measuring therefore see, plan and draw through the same code as a question in the
window. Only the processes that train load this: it decodes pictures.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType

from PIL import Image, ImageEnhance

from finetune.page_angles import Angles, name_of
from finetune.runs import RunRow
from vlm import skew
from vlm.errors import UnreadableDocument
from vlm.pages import pixels
from vlm.turns import as_shown, on_page
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Quarter, Word

NO_ANGLES: Angles = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Drawing:
    """RGB rows, packed, the first on top."""

    width: int
    height: int
    data: bytes


class KeptPages:
    """Draws rows' crops; a page's path is ``ROW_ID`` or ``ROW_ID/VIEW`` for a jittered view.

    What of a page is asked for beyond a row's crop is as the crop's paper.

    Args:
        rows: What can be drawn.
        picture_of: Returns a row's picture file.
        seed: Decides how views are jittered.
        angles: What is known of pages of which only a part is kept, see `page_angles`.
    """

    def __init__(
        self,
        rows: list[RunRow],
        picture_of: Callable[[RunRow], bytes],
        seed: int = 0,
        angles: Angles = NO_ANGLES,
    ) -> None:
        self._rows = {row.id: row for row in rows}
        self._picture_of = picture_of
        self._seed = seed
        self._picture: tuple[str, Image.Image] | None = None
        self._known = angles
        self._angles: dict[tuple[str, Quarter], float] = {}
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
        """Draw a part of the page, turned as it was shown."""
        row, view = self._row(page.path), self._number(page.path)
        image, kept = self._image(row, view), as_shown(self._within(row, view), row.rotation)
        asked = as_shown(box, row.rotation)
        seen = _both(asked, kept)
        left, right = (round((x - asked.x0) / asked.width * width) for x in (seen[0], seen[2]))
        top, end = (round((y - asked.y0) / asked.height * height) for y in (seen[1], seen[3]))
        if (left, top, right, end) == (0, 0, width, height):
            return Drawing(width, height, _part(image, seen, kept, width, height).tobytes())
        canvas = Image.new("RGB", (width, height), skew.paper_of(image))
        if left < right and top < end:
            canvas.paste(_part(image, seen, kept, right - left, end - top), (left, top))
        return Drawing(width, height, canvas.tobytes())

    def angle(self, page: PageRef) -> float:
        """Return the angle of a page, see `askew`; `skew.Angles` asks for it."""
        return self.askew(self._row(page.path))

    def askew(self, row: RunRow) -> float:
        """Return by how many degrees the lines of a row's page fall.

        As it was measured on the page, else as far as the row's picture tells: measured once for
        all that show the same one.
        """
        if row.box is not None and (known := self._known.get(name_of(row))) is not None:
            return known
        key = row.sha256, row.rotation
        if key not in self._angles:
            self._angles[key] = skew.angle_of(skew.drawn(self, page_of(row)))
        return self._angles[key]

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
        part = self._within(row, view) if view and row.part else None
        shown = row.sha256, part, view
        if self._view is None or self._view[0] != shown:
            image = self._whole(row)
            if part is not None:
                place = as_shown(part, row.rotation)
                width, height = image.size
                left, top = int(place.x0 * width), int(place.y0 * height)
                image = image.crop((left, top, ceil(place.x1 * width), ceil(place.y1 * height)))
            self._view = shown, jitter(image, f"{self._seed}:{row.sha256}", view)
        return self._view[1]

    def _within(self, row: RunRow, view: int) -> Box:
        """Return what of its page a view of a row shows: of a part what its level drawing needs."""
        if not view or row.part is None:
            return row.box or WHOLE_PAGE
        degrees = 0.0 if row.words else self.askew(row)
        if not degrees:
            return row.part
        shown = as_shown(row.part, row.rotation)
        turned = row.rotation in (90, 270)
        ratio = row.size.height / row.size.width
        ratio = 1 / ratio if turned else ratio
        reach = math.sin(math.radians(abs(degrees))) / 2 + 0.01  # a pixel more, for roundings
        right, down = shown.height * ratio * reach, shown.width / ratio * reach
        grown = Box(
            max(0.0, shown.x0 - right),
            max(0.0, shown.y0 - down),
            min(1.0, shown.x1 + right),
            min(1.0, shown.y1 + down),
        )
        return on_page(grown, WHOLE_PAGE, row.rotation)

    def _whole(self, row: RunRow) -> Image.Image:
        if self._picture is None or self._picture[0] != row.sha256:
            with Image.open(io.BytesIO(self._picture_of(row))) as file:
                self._picture = row.sha256, pixels.plain(file).convert("RGB")
        return self._picture[1]


def _both(one: Box, other: Box) -> tuple[float, float, float, float]:
    """Return the corners of what two boxes share; the last lie before the first if nothing is."""
    first = max(one.x0, other.x0), max(one.y0, other.y0)
    return *first, min(one.x1, other.x1), min(one.y1, other.y1)


def _part(
    image: Image.Image,
    seen: tuple[float, float, float, float],
    kept: Box,
    width: int,
    height: int,
) -> Image.Image:
    """Draw what a picture of `kept` shows of a page between corners; all as they are shown."""
    part = Box(
        max(0.0, (seen[0] - kept.x0) / kept.width),
        max(0.0, (seen[1] - kept.y0) / kept.height),
        min(1.0, (seen[2] - kept.x0) / kept.width),
        min(1.0, (seen[3] - kept.y0) / kept.height),
    )
    return pixels.cut(image, 1, part, width, height)


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
