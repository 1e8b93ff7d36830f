"""What stored pixels look like on white paper: modes, orientation, scaling. Page process only."""

from __future__ import annotations

from PIL import Image

from vlm.types import Box, Quarter

WIDE_GREY = ("I;16", "I;16B", "I;16L", "I;16N")
WHITE_IS_ZERO = 262  # TIFF's PhotometricInterpretation

STRIP = 256  # rows

Transpose = Image.Transpose

UPRIGHT: dict[int, Transpose | None] = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What makes rows stored with an EXIF orientation stand upright."""

CLOCKWISE: dict[Quarter, Transpose | None] = {
    0: None,
    90: Transpose.ROTATE_270,
    180: Transpose.ROTATE_180,
    270: Transpose.ROTATE_90,
}


def plain(image: Image.Image) -> Image.Image:
    """Decode an image to 8-bit L or RGB on white paper, whatever it was stored as."""
    image.load()
    inverted = getattr(image, "tag_v2", {}).get(WHITE_IS_ZERO) == 0
    if image.mode in WIDE_GREY or image.mode in ("I", "F"):
        grey = _grey(image)
        return grey.point(lambda value: 255 - value) if inverted else grey
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        return _on_white(image)
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _grey(image: Image.Image) -> Image.Image:
    """Bring 16-bit, 32-bit and floating grey to 8 bits by its range: 16-bit files use all of it."""
    if image.mode in WIDE_GREY:
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    lowest, highest = image.getextrema()
    low, high = float(lowest), float(highest)  # type: ignore[arg-type]
    if image.mode == "I" and low >= 0 and high <= 65535:
        top = 255.0 if high <= 255 else 65535.0
        return image.point(lambda value: value * (255 / top)).convert("L")
    if image.mode == "F" and low >= 0 and high <= 255:
        scale = 255.0 if high <= 1 else 1.0
        return image.point(lambda value: value * scale + 0.5).convert("L")
    if not high > low:
        return Image.new("L", image.size, 255)
    scale = 255 / (high - low)
    return image.point(lambda value: value * scale + (-low * scale)).convert("L")


def cut(image: Image.Image, orientation: int, box: Box, width: int, height: int) -> Image.Image:
    """Return `box` of the upright picture as RGB of exactly `width` by `height` pixels.

    Args:
        image: The pixels as stored, of a mode `plain` returns.
        orientation: EXIF's 1 to 8.
        box: Fractions of the upright picture.
        width: Pixels of the result.
        height: Pixels of the result.
    """
    x0, y0, x1, y1 = _stored(orientation, box)
    area = (x0 * image.width, y0 * image.height, x1 * image.width, y1 * image.height)
    size = (height, width) if orientation >= 5 else (width, height)
    shrinks = size[0] < area[2] - area[0] or size[1] < area[3] - area[1]
    method = Image.Resampling.LANCZOS if shrinks else Image.Resampling.BICUBIC
    whole = area == (0, 0, *image.size)
    if not (whole and size == image.size):
        image = image.resize(size, method, box=area, reducing_gap=3.0 if shrinks else None)
    image = image.convert("RGB")
    turn = UPRIGHT[orientation]
    return image if turn is None else image.transpose(turn)


def turned(image: Image.Image, turn: Quarter) -> Image.Image:
    """Turn a picture clockwise."""
    way = CLOCKWISE[turn]
    return image if way is None else image.transpose(way)


def _on_white(image: Image.Image) -> Image.Image:
    """Lay a transparent image on white; by strips, as each step copies what it is given."""
    paper = Image.new("RGB", image.size, (255, 255, 255))
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        part = strip.convert("RGBA")
        paper.paste(part.convert("RGB"), (0, top), part)
    return paper


def _stored(orientation: int, box: Box) -> tuple[float, float, float, float]:
    """Find where a box of the upright picture lies in the rows as stored (fractions)."""
    x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
    if orientation >= 5:
        x0, y0, x1, y1 = y0, x0, y1, x1
    if orientation in (2, 3, 7, 8):
        x0, x1 = 1 - x1, 1 - x0
    if orientation in (3, 4, 6, 7):
        y0, y1 = 1 - y1, 1 - y0
    return x0, y0, x1, y1
