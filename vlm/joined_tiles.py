"""How LLaVA-NeXT and LLaVA-OneVision cut a page into tiles and join what these become.

Sizes and counts only: it knows no library, so that a cost can be told before a model is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST = 9
"""Tiles' worth of pixels of a page: LLaVA-OneVision keeps no more visual tokens than theirs."""

SLACK = 1.1
"""How far over its limit, along a side, the joined grid may be before the model shrinks it."""


@dataclass(frozen=True, slots=True)
class Joining:
    """How one checkpoint does it.

    Attributes:
        side: Of a tile, in pixels.
        along: Visual tokens along a tile's side.
        canvases: ``(height, width)`` in pixels that a page can be cut from, in whole tiles.
        most: Tiles' worth of visual tokens to which the joined grid is shrunk; None for any.
    """

    side: int
    along: int
    canvases: tuple[tuple[int, int], ...]
    most: int | None = None

    def drawn(
        self, width: float, height: float, legible_dpi: float, splitting: bool
    ) -> tuple[int, int]:
        """Return width and height in pixels at which a sheet is drawn: no larger than it is used.

        Args:
            width: Of the sheet, inches.
            height: Likewise.
            legible_dpi: From here on its text is large enough for a model to read.
            splitting: Whether it may be larger than one tile.
        """
        dpi = min(legible_dpi, math.sqrt(MOST * self.side**2 / (width * height)))
        if not splitting:
            dpi = min(dpi, self.side / max(width, height))
        wide, high = (max(1, round(inches * dpi)) for inches in (width, height))
        across, down = self.canvas(wide, high)
        scale = min(across / wide, down / high)
        return min(across, math.ceil(wide * scale)), min(down, math.ceil(high * scale))

    def canvas(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the canvas in which an image loses least, in pixels.

        Of those that keep as many of its pixels, the smallest; of those, the first.
        """

        def kept(canvas: tuple[int, int]) -> tuple[int, int]:
            down, across = canvas
            scale = min(across / width, down / height)
            pixels = min(int(width * scale) * int(height * scale), width * height)
            return pixels, -down * across

        down, across = max(self.canvases, key=kept)
        return across, down

    def tiles(self, width: int, height: int) -> int:
        """Return how many tiles an image of this size is cut into, the whole not counted."""
        across, down = self.canvas(width, height)
        return (across // self.side) * (down // self.side)

    def grid(self, width: int, height: int) -> tuple[int, int]:
        """Return rows and columns of an image's joined visual tokens, as the model shrinks them."""
        across, down = self.canvas(width, height)
        rows, columns = down // self.side * self.along, across // self.side * self.along
        if width / height > columns / rows:
            rows -= (rows - int(round(height * (columns / width), 7))) // 2 * 2
        else:
            columns -= (columns - int(round(width * (rows / height), 7))) // 2 * 2
        if self.most is not None:
            ratio = math.sqrt(rows * columns / (self.most * self.along**2))
            if ratio > SLACK:
                rows, columns = int(rows // ratio), int(columns // ratio)
        return rows, columns

    def tokens(self, width: int, height: int) -> int:
        """Return the visual tokens of an image: the whole, and the grid with an end to each row."""
        rows, columns = self.grid(width, height)
        return self.along**2 + rows * (columns + 1)


def most_of(aspect_ratio: object) -> int | None:
    """Return how many tiles' worth of tokens a config's ``vision_aspect_ratio`` allows."""
    most = str(aspect_ratio).removeprefix("anyres_max_")
    return int(most) if most.isdecimal() else None
