"""Our own fixed set of small pictures with questions, to notice what was forgotten.

Drawn in code with the font that comes with Pillow, so that it is the same everywhere.
"""

from __future__ import annotations

import hashlib
import io
import random

from PIL import Image, ImageDraw, ImageFont

from finetune.runs import RunRow
from vlm.types import WHOLE_PAGE, PageSize

COUNT = 24
_WIDTH, _HEIGHT, _DPI = 460, 200, 150
_NAMES = ("Nora Hill", "Ivo Marsh", "Ada Stone", "Leo Brandt", "Mia Keller", "Tom Rivers")
_TOWNS = ("Harborough", "Lindau", "Sonoma", "Bergen", "Tarvisio", "Kells")


def rows_and_pictures() -> tuple[list[RunRow], dict[str, bytes]]:
    """Return the questions, and the picture files by row id."""
    rows: list[RunRow] = []
    pictures: dict[str, bytes] = {}
    for number in range(COUNT):
        chance = random.Random(number)
        fields = _fields(chance)
        asked = list(fields)[number % len(fields)]
        picture = _draw(fields)
        id = f"fixed-{number:02}"
        pictures[id] = picture
        rows.append(
            RunRow(
                id=id,
                side="held_out",
                document=id,
                question=f"What is the {asked}?",
                answers=(fields[asked],),
                picture=id,
                sha256=hashlib.sha256(picture).hexdigest(),
                size=PageSize(_WIDTH * 72 / _DPI, _HEIGHT * 72 / _DPI),
                box=WHOLE_PAGE,  # asked as a part that a person chose
                rotation=0,
                words=(),
            )
        )
    return rows, pictures


def _fields(chance: random.Random) -> dict[str, str]:
    return {
        "total": f"{chance.randint(1, 999)}.{chance.randint(0, 99):02}",
        "date": f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.20{chance.randint(10, 29)}",
        "invoice number": f"R-{chance.randint(10_000, 99_999)}",
        "name": chance.choice(_NAMES),
        "town": chance.choice(_TOWNS),
    }


def _draw(fields: dict[str, str]) -> bytes:
    image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(22)
    for line, (name, value) in enumerate(fields.items()):
        draw.text((18, 16 + 34 * line), f"{name.capitalize()}:", "black", font)
        draw.text((220, 16 + 34 * line), value, "black", font)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
