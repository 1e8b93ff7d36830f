"""Drawn pages as what is kept of them: picture files and hashes. Any thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from finetune.lookalike import page_hash_of

RGB = QImage.Format.Format_RGB888
FAST = 80
"""Of a PNG file, which loses nothing in any case: packed quickly, and a sixth larger for it."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What is kept of a part of a page: a PNG file, and the hash of how its page looks."""

    picture: bytes
    look: str


def encoded(image: QImage, look: QImage | None) -> Encoded:
    """Make ready what is kept; some 150 ms of work for a whole page."""
    return Encoded(png(image), look_of(look) if look is not None else "")


def png(image: QImage) -> bytes:
    """Return a picture as a PNG file without an alpha channel."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"PNG"))
    writer.setQuality(FAST)
    writer.write(image.convertToFormat(RGB))
    return bytes(data.data())


def look_of(image: QImage) -> str:
    """Return the perceptual hash of a page drawn for it; some 60 ms of work the first time."""
    plain = image.convertToFormat(RGB)
    width, height, line = plain.width(), plain.height(), plain.bytesPerLine()
    rows = bytes(plain.constBits())
    packed = b"".join(rows[y * line : y * line + 3 * width] for y in range(height))
    return _hash_of(width, height, packed)


@lru_cache(maxsize=4)
def _hash_of(width: int, height: int, pixels: bytes) -> str:
    """Remember the last pages: many parts of one page are kept after each other."""
    return page_hash_of(width, height, pixels)
