"""Prints letters as tills and old office printers do: in dots, burnt by heat or struck by needles.

A thermal printer burns letters of 14 to 26 dots, often squeezed; a needle printer strikes letters
of about ten round dots that do not touch. Both begin with a font's letters, drawn in as few dots.
"""

import math
import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pretrain.fonts import FontFile

MONOSPACED = ("Mono", "mono", "Courier", "Hack", "3270", "Terminus", "Anonymous", "OCR", "Inconsol")
"""In the names of fonts whose letters are all as wide: most printers of tills have only these."""

ANY_FONT = 0.2
"""How often a printer's letters are those of another font."""

HEAT_DOTS = (14, 16, 18, 20, 22, 24, 26)
NEEDLE_DOTS = (10, 11, 12, 13, 14)
"""Dots of an em."""

NEEDLES = 0.3
"""How often a printer strikes with needles."""

WIDTHS = (0.55, 0.65, 0.65, 0.75, 0.75, 0.85, 1.0, 1.0, 2.0)
"""Widths of letters, times their font's: what matters most is often printed twice as wide."""

NEEDLE_RADIUS = (0.4, 0.5, 0.6)
"""Of a needle's dot, in distances between dots; from about 0.5 on they touch."""

FINE = 8
"""Pixels of a dot's side before it is drawn at its size."""

AIR = 2
"""Dots of white about a letter."""


@dataclass(frozen=True, slots=True)
class Dots:
    """How a printer makes letters.

    Attributes:
        em: dots of an em.
        radius: of a round dot, in distances between dots; 0 for square dots that touch.
        width: of letters, times their font's.
    """

    em: int
    radius: float = 0.0
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class TillFont(FontFile):
    """A font as a printer prints it.

    Attributes:
        dots: how its letters are made.
    """

    dots: Dots = Dots(24)

    def other(self) -> FontFile:
        """Return this printer with the font for what this one lacks: itself without any."""
        spare = FontFile.other(self)
        return self if spare is self else TillFont(spare.name, spare.path, dots=self.dots)

    def advance(self, em_px: int, character: str) -> float:
        """Width of a character with the white that belongs to it, pixels."""
        return _face(self).getlength(character) * em_px / self.dots.em * self.dots.width

    def draw(self, sheet: Image.Image, at: tuple[float, float], em_px: int, character: str) -> None:
        """Print a character; ``at`` is the left end of its baseline, pixels of the sheet."""
        letter, left, up = _letter(self, character)
        if letter is None:
            return
        down = em_px / self.dots.em / FINE  # pixels of the sheet to one of the letter
        across = down * self.dots.width
        start = (at[0] + left * FINE * across, at[1] + up * FINE * down)
        end = (start[0] + letter.width * across, start[1] + letter.height * down)
        x0, y0 = math.ceil(start[0]), math.ceil(start[1])
        x1, y1 = math.floor(end[0]), math.floor(end[1])
        box = (
            (x0 - start[0]) / across,
            (y0 - start[1]) / down,
            (x1 - start[0]) / across,
            (y1 - start[1]) / down,
        )
        ink = letter.resize((x1 - x0, y1 - y0), Image.Resampling.BOX, box)
        sheet.paste(0, (x0, y0), ink)


def are_printed(fonts: tuple[FontFile, ...]) -> bool:
    """Tell whether fonts to choose from are printers': their letters are narrow or wide already."""
    return isinstance(fonts[0], TillFont)


def till_font(fonts: tuple[FontFile, ...], rng: random.Random) -> TillFont:
    """Return a printer's font, chosen from these and by chance."""
    even = tuple(font for font in fonts if any(part in font.name for part in MONOSPACED))
    known = even if even and rng.random() > ANY_FONT else fonts
    font = known[rng.randrange(len(known))]
    struck = rng.random() < NEEDLES
    dots = Dots(
        rng.choice(NEEDLE_DOTS if struck else HEAT_DOTS),
        rng.choice(NEEDLE_RADIUS) if struck else 0.0,
        rng.choice(WIDTHS),
    )
    return TillFont(font.name, font.path, font.spare, dots=dots)


@lru_cache(maxsize=512)
def _face(font: TillFont) -> ImageFont.FreeTypeFont:
    return font.at(font.dots.em)


@lru_cache(maxsize=8192)
def _letter(font: TillFont, character: str) -> tuple[Image.Image | None, int, int]:
    """Draw a character large, dot by dot.

    Returns:
        Mode "L", 255 is ink, None for one without ink; and the column and row of its upper left
        corner seen from the left end of the baseline, in dots.
    """
    face = _face(font)
    left, top, right, bottom = (
        round(side) for side in face.getbbox(character, mode="1", anchor="ls")
    )
    left, top, right, bottom = left - AIR, top - AIR, right + AIR, bottom + AIR
    small = Image.new("L", (right - left, bottom - top))
    draw = ImageDraw.Draw(small)
    for mode in ("1", "L"):  # a full stop may be too small for a dot of its own
        draw.fontmode = mode
        draw.text((-left, -top), character, fill=255, font=face, anchor="ls")
        if small.getbbox() is not None:
            break
    ink = np.asarray(small)
    if not ink.any():
        return None, left, top
    dots, radius = ink > ink.max() / 2, font.dots.radius
    large = _struck(dots, radius) if radius else np.kron(dots, np.ones((FINE, FINE), np.bool_))
    return Image.fromarray(large.astype(np.uint8) * 255), left, top


def _struck(dots: np.ndarray[tuple[int, int], np.dtype[np.bool_]], radius: float) -> np.ndarray:
    """Return round dots, ``FINE`` pixels apart, that may reach over each other."""
    reach = math.ceil(radius * FINE)
    height, width = dots.shape
    large = np.zeros((height * FINE + 2 * reach, width * FINE + 2 * reach), np.bool_)
    middle = (np.arange(FINE + 2 * reach) - reach + 0.5) / FINE - 0.5
    disk = middle[:, None] ** 2 + middle[None] ** 2 <= radius**2
    for row, column in np.argwhere(dots).tolist():
        y, x = row * FINE, column * FINE
        large[y : y + len(middle), x : x + len(middle)] |= disk
    return large[reach : reach + height * FINE, reach : reach + width * FINE]


def streaks(image: Image.Image, rng: random.Random) -> Image.Image:
    """Leave out columns of pixels, as a printer does of which a dot has died.

    Args:
        image: mode "L", black on white; stays as it is.
        rng: the only source of chance.
    """
    image = image.copy()
    for _ in range(rng.randint(1, 3)):
        x = rng.randrange(image.width)
        image.paste(255, (x, 0, x + 1, image.height))
    return image
