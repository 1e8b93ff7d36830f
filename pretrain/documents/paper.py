"""What documents have on them besides their text: fibres, rules, frames, folds, holes, stamps.

Nothing here is to be read: a stamp's words are no part of any label or answer.
"""

import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from pretrain.documents.ink import Pixels
from pretrain.fonts import FontFile

STAMPS = ("PAID", "RECEIVED", "COPY", "BEZAHLT", "EINGEGANGEN", "KOPIE", "REÇU", "COPIE", "DRAFT")
STAMP_INKS = ((30, 50, 160), (170, 20, 40), (20, 110, 60), (60, 60, 60))


def _fibres(image: Image.Image, rng: random.Random) -> None:
    """Short pale hairs, as recycled paper has them."""
    draw = ImageDraw.Draw(image)
    for _ in range(image.width * image.height // rng.randint(1500, 6000)):
        x, y = rng.uniform(0, image.width), rng.uniform(0, image.height)
        end = (x + rng.uniform(-6, 6), y + rng.uniform(-4, 4))
        draw.line([(x, y), end], fill=rng.randint(190, 240), width=1)


def _ruled(image: Image.Image, rng: random.Random) -> None:
    """Lines to write on, or squares."""
    draw = ImageDraw.Draw(image)
    grey, step = rng.randint(150, 225), rng.randint(14, 36)
    for y in range(rng.randint(0, step), image.height, step):
        draw.line([(0, y), (image.width, y)], fill=grey)
    if rng.random() < 0.3:
        for x in range(rng.randint(0, step), image.width, step):
            draw.line([(x, 0), (x, image.height)], fill=grey)


def _framed(image: Image.Image, rng: random.Random) -> None:
    """The edges of a table's cell or a form's box."""
    draw = ImageDraw.Draw(image)
    grey, width = rng.randint(0, 140), rng.choice((1, 1, 2))
    edges = [
        [(0, 1), (image.width, 1)],
        [(0, image.height - 2), (image.width, image.height - 2)],
        [(1, 0), (1, image.height)],
        [(image.width - 2, 0), (image.width - 2, image.height)],
    ]
    for edge in rng.sample(edges, k=rng.randint(1, 4)):
        draw.line(edge, fill=grey, width=width)


def _folded(image: Image.Image, rng: random.Random) -> None:
    """One soft crease: a pale line with a shadow on one side."""
    grey = np.asarray(image, dtype=np.float32)
    upright = rng.random() < 0.5
    length = image.width if upright else image.height
    distance = np.abs(np.arange(length) - rng.uniform(0, length))
    shade = 1 - rng.uniform(0.05, 0.2) * np.exp(-distance / rng.uniform(2, 10))
    folded = grey * (shade[None, :] if upright else shade[:, None])
    image.paste(Image.fromarray(folded.astype(np.uint8)))


def _speckled(image: Image.Image, rng: random.Random) -> None:
    """Dirt on the scanner's glass."""
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(1, 1 + image.width * image.height // 8000)):
        x, y, size = rng.uniform(0, image.width), rng.uniform(0, image.height), rng.uniform(0, 1.5)
        draw.ellipse([x - size, y - size, x + size, y + size], fill=rng.randint(0, 150))


MARKS: tuple[Callable[[Image.Image, random.Random], None], ...] = (
    _fibres,
    _ruled,
    _framed,
    _folded,
    _speckled,
)


def mark(image: Image.Image, rng: random.Random, chance: float) -> Image.Image:
    """Return the sheet with each mark on it by chance; text stays where it is.

    Args:
        image: mode "L", black on white.
        rng: the only source of chance.
        chance: of each mark, in [0, 1].
    """
    marked = image.copy()
    for one in MARKS:
        if rng.random() < chance:
            under = Image.new("L", image.size, 255)
            one(under, rng)
            marked = Image.fromarray(np.minimum(np.asarray(marked), np.asarray(under)))
    return marked


def stamp(pixels: Pixels, font: FontFile, rng: random.Random) -> Pixels:
    """Return a page with a coloured, tilted stamp over a part of it.

    Args:
        pixels: ``(H, W, 3)`` uint8.
        font: of its word.
        rng: the only source of chance.
    """
    height, width = pixels.shape[:2]
    word, em_px = rng.choice(STAMPS), rng.randint(18, 40)
    face = font.at(em_px)
    wide = int(face.getlength(word)) + em_px
    sheet = Image.new("L", (wide, 2 * em_px), 0)
    draw = ImageDraw.Draw(sheet)
    edge = [2, 2, wide - 3, 2 * em_px - 3]
    (draw.rectangle if rng.random() < 0.6 else draw.ellipse)(edge, outline=255, width=3)
    draw.text((em_px / 2, 1.35 * em_px), word, fill=255, font=face, anchor="ls")
    turned = sheet.rotate(rng.uniform(-35, 35), Image.Resampling.BILINEAR, expand=True)
    left = rng.randint(-turned.width // 4, max(0, width - turned.width // 2))
    top = rng.randint(-turned.height // 4, max(0, height - turned.height // 2))
    mask = Image.new("L", (width, height), 0)
    mask.paste(turned, (left, top))
    share = np.asarray(mask, dtype=np.float32)[..., None] / 255 * rng.uniform(0.25, 0.7)
    ink = np.asarray(rng.choice(STAMP_INKS), dtype=np.float32)
    return np.asarray(pixels * (1 - share) + np.minimum(pixels, ink) * share, dtype=np.uint8)
