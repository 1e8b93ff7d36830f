"""What a disk does to a file that nobody writes."""

from __future__ import annotations

from pathlib import Path


def flip(file: Path, at: int) -> None:
    """Flip one bit of a file, in the byte at a place; from its end where that is negative."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def flip_in(file: Path, text: bytes) -> None:
    """Flip one bit of the last byte of a text that stands in a file."""
    flip(file, file.read_bytes().index(text) + len(text) - 1)
