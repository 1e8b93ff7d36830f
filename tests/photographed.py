"""Photographs of sheets that tests draw: print on paper, on a table, seen from anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.drawn import DrawnPages, Picture
from vlm.flat import CORNERS, Corners, through
from vlm.turns import as_shown
from vlm.types import Box, PageRef, PageSize

SHEET = (700, 1000)
PHOTO = (900, 1200)
SEEN: Corners = ((0.22, 0.12), (0.8, 0.2), (0.86, 0.9), (0.1, 0.82))
"""Corners of a sheet that is seen at an angle."""

LINES = tuple(f"Item {number:02} of the list at 87.{number:02} EUR" for number in range(14))


def line_box(number: int) -> Box:
    """Return where a line stands on the sheet."""
    top = (80 + 60 * number) / SHEET[1]
    return Box(80 / SHEET[0], top, 500 / SHEET[0], top + 24 / SHEET[1])


@cache
def sheet() -> Image.Image:
    """Draw lines of print on paper."""
    image = Image.new("RGB", SHEET, (246, 244, 238))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    for number, line in enumerate(LINES):
        pen.text((80, 76 + 60 * number), line, font=font, fill=(25, 25, 30))
    return image


@cache
def photograph(corners: Corners = SEEN, table: int = 70, grain: float = 9.0) -> Image.Image:
    """Lay the sheet on a table of a brightness, its corners at fractions of the picture."""
    rng = np.random.default_rng(4)
    levels = rng.normal(table, grain, (PHOTO[1] // 4, PHOTO[0] // 4))
    dark = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).resize(PHOTO)
    ends = np.array(corners) * PHOTO
    given = through(ends, CORNERS * SHEET).reshape(9)[:8].tolist()
    way, smooth = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    shown = sheet().transform(PHOTO, way, given, smooth)
    mask = Image.new("L", SHEET, 255).transform(PHOTO, way, given, smooth)
    return Image.composite(shown, dark.convert("RGB"), mask)


BILL, BILL_PHOTO = (900, 1200), (1500, 2000)
ROWS = (
    "Miller Hardware Ltd",
    "12 Station Road, Leeds",
    "Invoice number 48213",
    "Date 14/05/2024",
    "Steel screws 4 x 40   12.50",
    "Copper pipe 2 m       31.75",
    "Wooden board          18.20",
    "Garden hose 15 m      24.05",
    "Work gloves            9.90",
    "Subtotal              96.40",
    "Total                 96.40",
    "Thank you for your visit",
)
TOTAL = Box(100 / 900, 975 / 1200, 800 / 900, 1015 / 1200)
"""Where the total stands on the bill."""


def bill() -> Image.Image:
    """Draw a bill."""
    image = Image.new("RGB", BILL, (248, 247, 243))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(34)
    for number, row in enumerate(ROWS):
        left, _, right = row.partition("   ")
        pen.text((100, 90 + 80 * number + 80 * (number > 9)), left, font=font, fill=(20, 20, 25))
        place = (620, 90 + 80 * number + 80 * (number > 9))
        pen.text(place, right.strip(), font=font, fill=(20, 20, 25))
    return image


def bill_photograph(corners: Corners = SEEN) -> Image.Image:
    """Lay the bill on a table, its corners at fractions of the picture."""
    given = through(np.array(corners) * BILL_PHOTO, CORNERS * BILL).reshape(9)[:8].tolist()
    way, smooth = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    mask = Image.new("L", BILL, 255).transform(BILL_PHOTO, way, given, smooth)
    shown = bill().transform(BILL_PHOTO, way, given, smooth)
    return Image.composite(shown, Image.new("RGB", BILL_PHOTO, (70, 48, 30)), mask)


@dataclass
class Photographs(DrawnPages):
    """A document of one picture."""

    size: PageSize = PageSize(*PHOTO)
    image: Image.Image = field(default_factory=photograph)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Cut a part out, after the person's turn."""
        self.renders.append((box, width, height))
        image = self.image.rotate(-page.rotation, expand=True)
        shown = as_shown(box, page.rotation)
        edges = (
            shown.x0 * image.width,
            shown.y0 * image.height,
            shown.x1 * image.width,
            shown.y1 * image.height,
        )
        part = image.resize((width, height), Image.Resampling.BICUBIC, edges)
        return Picture(width, height, part.tobytes())
