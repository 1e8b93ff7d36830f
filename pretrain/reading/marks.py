"""Draws what is no print: emblems, stamps, pieces of pictures and of frames, as a line may have."""

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]
Place = tuple[float, float, float, float]

WIDTHS = (0.4, 3.0)
"""Of a mark, times the height of the line."""

SHAPES, SMALLEST = (2, 6), 0.4
"""Of how many shapes a mark is made, and their size of its own at least: larger than letters."""

STROKES = (1, 9)
"""Thickness of lines, pixels."""


def draw_mark(image: Image.Image, left: float, rng: random.Random) -> float:
    """Draw a mark as high as a picture or nearly, from `left` on.

    Args:
        image: Mode "L", 0 is ink; is drawn on.
        left: Pixels.
        rng: The only source of chance.

    Returns:
        Where it ends, pixels; may be outside.
    """
    high = image.height * rng.uniform(0.7, 1.5)
    wide = image.height * rng.uniform(*WIDTHS)
    top = (image.height - high) * rng.uniform(0.2, 0.8)
    draw = ImageDraw.Draw(image)
    if rng.random() < 0.15:
        _picture(image, (left, top, left + wide, top + high), rng)
        return left + wide
    for _ in range(rng.randint(*SHAPES)):
        x0, x1 = _span(rng, left, wide)
        y0, y1 = _span(rng, top, high)
        rng.choice(_SHAPES)(draw, (x0, y0, x1, y1), rng)
    return left + wide


def _span(rng: random.Random, start: float, length: float) -> Point:
    own = length * rng.uniform(SMALLEST, 1.0)
    first = start + rng.random() * (length - own)
    return first, first + own


def _gray(rng: random.Random) -> int:
    return rng.choice((0, 0, 255, rng.randint(0, 190)))


def _ellipse(draw: ImageDraw.ImageDraw, place: Place, rng: random.Random) -> None:
    filled = rng.random() < 0.5
    gray = _gray(rng)
    draw.ellipse(place, gray if filled else None, gray, rng.randint(*STROKES))


def _rectangle(draw: ImageDraw.ImageDraw, place: Place, rng: random.Random) -> None:
    filled = rng.random() < 0.5
    gray, thick = _gray(rng), rng.randint(*STROKES)
    radius = min(rng.choice((0, 4, 10)), (place[2] - place[0]) / 4, (place[3] - place[1]) / 4)
    draw.rounded_rectangle(place, radius, gray if filled else None, gray, thick)


def _polygon(draw: ImageDraw.ImageDraw, place: Place, rng: random.Random) -> None:
    """Draw a star or a polygon without a pattern."""
    x0, y0, x1, y1 = place
    middle_x, middle_y, radius_x, radius_y = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
    corners, inner = rng.randint(3, 8), rng.choice((0.5, 0.2, 0.35))
    start = rng.random() * math.tau
    points: list[Point] = []
    for number in range(2 * corners):
        far = 0.5 if number % 2 else inner
        angle = start + number * math.pi / corners
        points.append(
            (
                middle_x + radius_x * far * math.cos(angle),
                middle_y + radius_y * far * math.sin(angle),
            )
        )
    draw.polygon(points, _gray(rng))


def _arc(draw: ImageDraw.ImageDraw, place: Place, rng: random.Random) -> None:
    start = rng.uniform(0, 360)
    draw.arc(place, start, start + rng.uniform(60, 300), _gray(rng), rng.randint(*STROKES))


def _strokes(draw: ImageDraw.ImageDraw, place: Place, rng: random.Random) -> None:
    """Draw lines beside each other, upright or leaning, as bars and waves are."""
    x0, y0, x1, y1 = place
    thick, lean = rng.randint(*STROKES), rng.uniform(-0.5, 0.5) * (y1 - y0)
    step, x = thick * rng.uniform(1.3, 3.0) + 1, x0
    while x < x1:
        draw.line([(x, y0), (x + lean, y1)], 0, thick)
        x += step * rng.uniform(0.8, 1.2)


def _path(draw: ImageDraw.ImageDraw, place: Place, rng: random.Random) -> None:
    """Draw one line that turns, as a flourish or a part of a drawing."""
    x0, y0, x1, y1 = place
    points = [(rng.uniform(x0, x1), rng.uniform(y0, y1)) for _ in range(rng.randint(3, 9))]
    draw.line(points, _gray(rng), rng.randint(*STROKES), "curve")


_SHAPES: tuple[Callable[[ImageDraw.ImageDraw, Place, random.Random], None], ...] = (
    _ellipse,
    _rectangle,
    _polygon,
    _arc,
    _strokes,
    _path,
)


def _picture(image: Image.Image, place: Place, rng: random.Random) -> None:
    """Put a piece of a picture: clouds of gray."""
    wide, high = round(place[2] - place[0]), round(place[3] - place[1])
    some = np.random.default_rng(rng.getrandbits(32))
    coarse = some.integers(0, 256, (rng.randint(2, 7), rng.randint(2, 9)), np.uint8)
    cloud = Image.fromarray(coarse).resize((max(1, wide), max(1, high)), Image.Resampling.BICUBIC)
    image.paste(cloud, (round(place[0]), round(place[1])))
