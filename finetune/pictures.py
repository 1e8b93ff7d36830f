"""Where the pixels of pages come from, and how they are kept: PNG files of 8-bit RGB.

Decoding pictures is left to the processes that may load an image library.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path
from typing import Protocol

from vlm.types import Box, PageRef, PageSize, Quarter, Word


class Pixels(Protocol):
    """A drawn part of a page: rows of RGB, 8 bits, without padding; ``height * width * 3``."""

    @property
    def width(self) -> int:
        """Pixels a row."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def data(self) -> bytes:
        """The rows, top to bottom."""
        ...


class PageSource(Protocol):
    """What is asked of `vlm.pages.client.PageClient`; raises `DeskError` with a sentence."""

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure pages."""
        ...

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Pixels:
        """Draw a part of a page, `width` by `height` pixels after its turn."""
        ...

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read a page's text layer."""
        ...


def size_px(size: PageSize, box: Box, turn: Quarter, dpi: float, longest: int) -> tuple[int, int]:
    """Return how large to draw a part of a page.

    Args:
        size: The page's, before its turn.
        box: The part, before that turn.
        turn: Clockwise.
        dpi: Pixels an inch, at most.
        longest: Pixels of the longer side, at most.

    Returns:
        Width and height in pixels after the turn, each at least 1.
    """
    width, height = box.width * size.width / 72, box.height * size.height / 72
    scale = min(dpi, longest / max(width, height))
    drawn = max(1, round(width * scale)), max(1, round(height * scale))
    return (drawn[1], drawn[0]) if turn in (90, 270) else drawn


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Return a PNG file of 8-bit RGB pixels.

    Args:
        width: Pixels a row, at least 1.
        height: Rows, at least 1.
        pixels: ``height * width * 3`` bytes, rows top to bottom without padding.

    Raises:
        ValueError: When the number of bytes does not fit the size.
    """
    stride = width * 3
    if width < 1 or height < 1 or len(pixels) != stride * height:
        raise ValueError(f"{len(pixels)} bytes are no picture of {width} by {height} pixels")
    lines = b"".join(b"\0" + pixels[row * stride : (row + 1) * stride] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines, 6)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def document_hash(file: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits.

    Raises:
        OSError: When it cannot be read.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
