"""Where the pixels of pages come from, and how they are kept: PNG files of 8-bit RGB.

Decoding pictures is left to the processes that may load an image library.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path
from typing import Protocol

from vlm.types import Box, PageRef


class Drawn(Protocol):
    """A drawn page or part of it: rows of RGB, 8 bits, without padding."""

    @property
    def width(self) -> int:
        """Pixels a row."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def pixels(self) -> bytes:
        """``height * width * 3`` bytes."""
        ...


class PageSource(Protocol):
    """Draws pages; what it raises is a `DeskError` with a sentence for the person."""

    def draw(self, page: PageRef, box: Box | None, longest_px: int) -> Drawn:
        """Draw a page or the part in `box`, its longer side at most `longest_px` pixels."""
        ...


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
