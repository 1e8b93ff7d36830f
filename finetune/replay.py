"""Small drawn forms with questions that are learned from beside a person's own documents.

A model that sees only one kind of page for a while forgets others (10 to 20 % of something else
prevents most of it). Drawn in code with the font that comes with Pillow, from numbers far from
those of the fixed set that forgetting is measured on, see `finetune.regression`; their kind is
the same, so what that set says is about forms of this kind.
"""

from __future__ import annotations

import hashlib
import io
import random

from PIL import Image, ImageDraw, ImageFont

from finetune.runs import RunRow
from finetune.types import NOT_ON_PAGE
from vlm.types import WHOLE_PAGE, PageSize

_FIRST = 1_000_000
"""Number of the first form; the fixed set counts from 0."""
_FIRST_WATCHED = 2_000_000
"""The same of those that are only watched."""
WATCHED = 12
"""Forms that are looked at each time beside the person's own documents."""
_DPI = 150
_ABSENT = 0.1
"""Share of questions that the form does not answer."""
_FIRST_NAMES = ("Ruth", "Paolo", "Ines", "Karl", "Yuki", "Omar", "Vera", "Finn")
_LAST_NAMES = ("Archer", "Bianchi", "Costa", "Dvorak", "Egger", "Farkas", "Grant", "Holm")
_PLACES = ("Ashford", "Bruges", "Cadiz", "Delft", "Evora", "Fulda", "Ghent", "Hythe")


def rows_and_pictures(count: int, seed: int) -> tuple[list[RunRow], dict[str, bytes]]:
    """Return so many questions, and the picture files by row id; the same for the same seed."""
    return _drawn(count, seed, _FIRST, "replay")


def watched(seed: int) -> tuple[list[RunRow], dict[str, bytes]]:
    """Return the same of forms that are never learned from, by which forgetting is noticed."""
    return _drawn(WATCHED, seed, _FIRST_WATCHED, "guard")


def _drawn(count: int, seed: int, first: int, name: str) -> tuple[list[RunRow], dict[str, bytes]]:
    rows: list[RunRow] = []
    pictures: dict[str, bytes] = {}
    for number in range(count):
        chance = random.Random(f"{seed}:{first + number}")
        fields = _fields(chance)
        picture, size = _draw(fields, chance)
        asked = chance.choice(list(fields))
        answer = fields[asked]
        if chance.random() < _ABSENT:
            asked, answer = "delivery date", NOT_ON_PAGE
        id = f"{name}-{number:06}"
        pictures[id] = picture
        rows.append(
            RunRow(
                id=id,
                side="train",
                document=id,
                question=f"What is the {asked}?",
                answers=(answer,),
                picture=id,
                sha256=hashlib.sha256(picture).hexdigest(),
                size=size,
                box=WHOLE_PAGE,  # asked as a part that a person chose
                rotation=0,
                words=(),
            )
        )
    return rows, pictures


def _fields(chance: random.Random) -> dict[str, str]:
    """Return two to five labels with values, in an order of their own."""
    everything = {
        "total": f"{chance.randint(1, 9999)}.{chance.randint(0, 99):02}",
        "date": f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.20{chance.randint(10, 29)}",
        "invoice number": f"{chance.choice('ABCEHKNRT')}-{chance.randint(1_000, 999_999)}",
        "name": f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}",
        "town": chance.choice(_PLACES),
        "quantity": str(chance.randint(1, 500)),
    }
    chosen = chance.sample(list(everything), chance.randint(2, 5))
    return {label: everything[label] for label in chosen}


def _draw(fields: dict[str, str], chance: random.Random) -> tuple[bytes, PageSize]:
    points = chance.randint(20, 26)
    line, left, right = int(1.5 * points), chance.randint(10, 40), chance.randint(210, 260)
    width, height = right + 250, 2 * left + line * len(fields)
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(points)
    for number, (label, value) in enumerate(fields.items()):
        draw.text((left, left + line * number), f"{label.capitalize()}:", "black", font)
        draw.text((right, left + line * number), value, "black", font)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue(), PageSize(width * 72 / _DPI, height * 72 / _DPI)
