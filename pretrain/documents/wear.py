"""What happens to a drawn sheet before it is seen: marks, skew, blur, scanning, colours."""

import io
import random
from collections.abc import Callable
from enum import Enum

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from pretrain.documents.ink import Pixels
from pretrain.documents.paper import mark
from pretrain.labels import Placed
from vlm.ink import level
from vlm.tidying import GRAYS

Floats = npt.NDArray[np.float64]


class Wear(Enum):
    """How bad the picture may get."""

    NONE = 0
    LIGHT = 1
    HEAVY = 2


def skew(image: Image.Image, placed: Placed, degrees: float) -> tuple[Image.Image, Placed]:
    """Turn the sheet about its middle and move the characters with it."""
    turned = image.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=255)
    angle = np.deg2rad(degrees)
    middle = np.array([image.width / 2, image.height / 2])
    x, y = (placed.centres - middle).T
    moved = np.stack(
        [x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)], axis=1
    )
    return turned, Placed(placed.classes, moved + middle)


def _blurred(image: Image.Image, rng: random.Random, heavy: bool) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1 if heavy else 0.7)))


def _coarse(image: Image.Image, rng: random.Random, heavy: bool) -> Image.Image:
    share = rng.uniform(0.55 if heavy else 0.75, 0.95)
    small = (max(8, int(image.width * share)), max(8, int(image.height * share)))
    return image.resize(small, Image.Resampling.BILINEAR).resize(
        image.size, Image.Resampling.BILINEAR
    )


def _compressed(image: Image.Image, rng: random.Random, heavy: bool) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=rng.randint(18 if heavy else 45, 85))
    return Image.open(io.BytesIO(file.getvalue())).convert("L")


def _faxed(image: Image.Image, rng: random.Random, heavy: bool) -> Image.Image:
    limit = rng.randint(120, 190) if heavy else rng.randint(140, 180)
    return image.point([0 if level < limit else 255 for level in range(256)])


EFFECTS: tuple[Callable[[Image.Image, random.Random, bool], Image.Image], ...] = (
    _blurred,
    _coarse,
    _compressed,
    _faxed,
)


def fade(image: Image.Image, rng: random.Random) -> Image.Image:
    """Let black print fade towards one side, as on paper that heat has printed.

    Args:
        image: mode "L", black on white.
        rng: the only source of chance.
    """
    ends = [rng.uniform(0.0, 0.7) for _ in range(4)]
    lost = Image.fromarray(255 * np.array(ends, dtype=np.float32).reshape(2, 2))
    share = np.asarray(lost.resize(image.size, Image.Resampling.BILINEAR)) / 255
    ink = 255 - np.asarray(image, dtype=np.float32)
    return Image.fromarray((255 - ink * (1 - share)).astype(np.uint8))


def run_dry(image: Image.Image, rng: random.Random) -> Image.Image:
    """Let print be grey, uneven and soft, as of a till that is out of ink or heats no more.

    Args:
        image: mode "L", black on white.
        rng: the only source of chance.
    """
    generator = np.random.default_rng(rng.getrandbits(32))
    width, height = image.size
    grain = np.clip(generator.normal(128.0, 40.0, (height, width)), 0, 255).astype(np.uint8)
    soft = np.asarray(Image.fromarray(grain).filter(ImageFilter.BoxBlur(1)), dtype=np.float32)
    uneven = (soft / 40 - 3.2) * rng.uniform(0.2, 1.2)
    uneven += generator.normal(0.0, rng.uniform(0.0, 0.2), (height, 1))  # each needle its own
    left = np.clip(1 + uneven, 0.15, 1.25) * rng.uniform(0.35, 0.75)
    ink = (255 - np.asarray(image, dtype=np.float32)) * left
    grey = Image.fromarray((255 - np.clip(ink, 0, 255)).astype(np.uint8))
    return grey.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.9)))


def whitened(pixels: Pixels) -> Pixels:
    """Make paper white, as the program does with scans before the model sees them.

    Args:
        pixels: ``(H, W, 3)`` uint8.
    """
    grey = (pixels @ GRAYS).astype(np.uint8)
    found: Pixels = np.minimum(pixels * level(grey)[..., None], 255).astype(np.uint8)
    return found


def _noise(size: tuple[int, int], rng: random.Random, strength: float) -> Floats:
    """Grain of the scanner plus slow shadows of the paper, ``(H, W)`` in grey levels."""
    generator = np.random.default_rng(rng.getrandbits(32))
    width, height = size
    grain = generator.normal(0.0, strength, (height, width))
    coarse = Image.fromarray(
        generator.normal(0.0, 1.5 * strength, (4, 6)).astype(np.float32), mode=None
    )
    shadow = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.float64)
    return grain + shadow


def _coloured(grey: Floats, rng: random.Random, heavy: bool) -> Pixels:
    """Map 0 to an ink colour and 255 to a paper colour, with contrast left between them."""
    darkest = 110 if heavy else 70
    ink = np.array([rng.randint(0, darkest) for _ in range(3)], dtype=np.float64)
    paper = np.array([rng.randint(200, 255) for _ in range(3)], dtype=np.float64)
    if rng.random() < 0.5:
        ink[:], paper[:] = ink.mean(), paper.mean()
    if rng.random() < 0.06:
        ink, paper = paper, ink
    share = np.clip(grey, 0, 255)[..., None] / 255
    return (ink + (paper - ink) * share).astype(np.uint8)


def wear_out(
    image: Image.Image, placed: Placed, rng: random.Random, wear: Wear, faint: bool = False
) -> tuple[Pixels, Placed]:
    """Turn a drawn sheet into the picture that the model sees.

    Args:
        image: mode "L", black on white.
        placed: its characters; skew moves them.
        rng: the only source of chance.
        wear: NONE leaves black on white.
        faint: the print is so faint that a fax would lose it.

    Returns:
        ``(H, W, 3)`` uint8 and the characters where they lie now.
    """
    if wear is Wear.NONE:
        return np.repeat(np.asarray(image)[..., None], 3, axis=2), placed
    heavy = wear is Wear.HEAVY
    image = mark(image, rng, 0.12 if heavy else 0.03)
    if rng.random() < (0.6 if heavy else 0.2):
        limit = 2.0 if heavy else 0.8
        if image.width > 6 * image.height:
            limit /= 2
        image, placed = skew(image, placed, rng.uniform(-limit, limit))
    for effect in EFFECTS[:-1] if faint else EFFECTS:
        if rng.random() < (0.45 if heavy else 0.12):
            image = effect(image, rng, heavy)
    grey = np.asarray(image, dtype=np.float64)
    if rng.random() < (0.8 if heavy else 0.3):
        grey = grey + _noise(image.size, rng, rng.uniform(2, 14 if heavy else 6))
    return _coloured(grey, rng, heavy), placed
