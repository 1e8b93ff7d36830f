"""Puts characters on a sheet and remembers where each one lies. Knows nothing of what they mean."""

import random
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from pretrain.documents.printers import TillFont
from pretrain.fonts import FontFile
from pretrain.labels import Placed
from pretrain.tokenizer import CLASS_OF

Pixels = npt.NDArray[np.uint8]

CENTRE_ABOVE_BASELINE = 0.3
"""Where a character's middle lies, in ems above its baseline: between x-height and cap height."""


@lru_cache(maxsize=512)
def _load(font: FontFile, em_px: int) -> ImageFont.FreeTypeFont:
    return font.at(em_px)


def _face(font: FontFile, em_px: int, character: str) -> ImageFont.FreeTypeFont:
    """Return what draws a character: the font, or its spare one where it lacks it."""
    return _load(font.other() if font.lacks(character) else font, em_px)


def _till(font: TillFont, character: str) -> TillFont:
    """Return what prints a character: the printer's font, or its spare one."""
    spare = font.other() if font.lacks(character) else font
    return spare if isinstance(spare, TillFont) else font


@lru_cache(maxsize=65536)
def _advance(font: FontFile, em_px: int, character: str) -> float:
    if isinstance(font, TillFont):
        return _till(font, character).advance(em_px, character)
    return float(_face(font, em_px, character).getlength(character))


def width_of(text: str, font: FontFile, em_px: int, tracking_px: float = 0.0) -> float:
    """Return the width in pixels that :meth:`Sheet.write` will take for ``text``."""
    return sum(_advance(font, em_px, one) + tracking_px for one in font.printed(text))


def fit(text: str, font: FontFile, em_px: int, room_px: float, tracking_px: float = 0.0) -> str:
    """Cut ``text`` to what fits in ``room_px`` pixels, without a space at the cut."""
    used = 0.0
    for index, character in enumerate(font.printed(text)):
        used += _advance(font, em_px, character) + tracking_px
        if used > room_px:
            return text[:index].rstrip()
    return text


@dataclass(slots=True)
class Sheet:
    """A white page that is being written on.

    Attributes:
        image: mode "L", 0 is ink.
        text: everything written so far, in reading order.
        boxes: one ``(x0, y0, x1, y1)`` in pixels for each character of ``text``.
    """

    image: Image.Image
    text: str = ""
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    @classmethod
    def blank(cls, width: int, height: int) -> "Sheet":
        """Return an empty sheet of ``width x height`` pixels."""
        return cls(Image.new("L", (width, height), 255))

    def write(
        self,
        text: str,
        at: tuple[float, float],
        font: FontFile,
        em_px: int,
        tracking_px: float = 0.0,
    ) -> float:
        """Write ``text`` from ``at`` (left end of the baseline, pixels), as the font prints it.

        Returns:
            The x at which the next character would start.
        """
        draw = ImageDraw.Draw(self.image)
        x, baseline = at
        top, bottom = baseline - 0.8 * em_px, baseline + 0.2 * em_px
        text = font.printed(text)
        for character in text:
            step = _advance(font, em_px, character) + tracking_px
            if isinstance(font, TillFont):
                _till(font, character).draw(self.image, (x, baseline), em_px, character)
            elif character != " ":
                face = _face(font, em_px, character)
                draw.text((x, baseline), character, fill=0, font=face, anchor="ls")
            self.boxes.append((x, top, x + step, bottom))
            x += step
        self.text += text
        return x

    def stretched(self, width: int) -> "Sheet":
        """Return the sheet ``width`` pixels wide, its letters wider or narrower by as much."""
        if width == self.image.width:
            return self
        share = width / self.image.width
        image = self.image.resize((width, self.image.height), Image.Resampling.BICUBIC)
        boxes = [(x0 * share, y0, x1 * share, y1) for x0, y0, x1, y1 in self.boxes]
        return Sheet(image, self.text, boxes)

    def separate(self, separator: str) -> None:
        """Append a character that has no ink (a line break or the gap between fields)."""
        last = self.boxes[-1] if self.boxes else (0.0, 0.0, 0.0, 0.0)
        self.text += separator
        self.boxes.append((last[2], last[1], last[2], last[3]))

    def placed(self) -> Placed:
        """Return the characters written so far as the labels want them."""
        boxes = np.asarray(self.boxes, dtype=np.float64).reshape(-1, 4)
        em = boxes[:, 3] - boxes[:, 1]
        centre_y = boxes[:, 1] + (0.8 - CENTRE_ABOVE_BASELINE) * em
        centres = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, centre_y], axis=1)
        classes = [0 if c == "\n" else CLASS_OF.get(c, 0) for c in self.text]
        return Placed(np.asarray(classes, dtype=np.int64), centres)


def choose_font(rng: random.Random, fonts: tuple[FontFile, ...], capitals: float = 0.0) -> FontFile:
    """Pick one font, all as likely; ``capitals``: how often one without small letters."""
    font = fonts[rng.randrange(len(fonts))]
    return replace(font, capitals=True) if capitals and rng.random() < capitals else font
