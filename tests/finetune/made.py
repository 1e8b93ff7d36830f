"""Examples, pictures and pages made by the tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune.pictures import png
from finetune.types import Example, ExampleKind
from vlm.errors import UnreadableDocument
from vlm.types import Box, PageRef


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    pixels: bytes


def noise(seed: int, width: int = 80, height: int = 80) -> Picture:
    """A page of large random blocks: two seeds never look alike."""
    blocks = np.random.default_rng(seed).integers(0, 2, (10, 10, 1)) * 255
    rows, columns = -(-height // 10), -(-width // 10)
    gray = np.kron(blocks, np.ones((rows, columns, 3)))[:height, :width].astype(np.uint8)
    return Picture(width, height, gray.tobytes())


class NoisePages:
    """Draws every file as a page of blocks, seeded by its bytes; files of one word are broken."""

    def __init__(self) -> None:
        self.drawn: list[tuple[PageRef, Box | None]] = []

    def draw(self, page: PageRef, box: Box | None, longest_px: int) -> Picture:
        self.drawn.append((page, box))
        data = Path(page.path).read_bytes()
        if data == b"broken":
            raise UnreadableDocument("This file is no document.")
        seed = int.from_bytes(hashlib.sha256(data).digest()[:4])
        return noise(seed, min(80, longest_px), min(80, longest_px))


def png_of(seed: int = 0) -> bytes:
    picture = noise(seed)
    return png(picture.width, picture.height, picture.pixels)


def example(
    number: int,
    document: str = "",
    question: str = "What is the total?",
    answer: str = "",
    box: Box | None = None,
    kind: ExampleKind = "label",
    page_hash: str = "",
    page: int = 0,
) -> Example:
    name = document or f"d{number}"
    return Example(
        id=f"e{number}",
        document=hashlib.sha256(name.encode()).hexdigest(),
        page=PageRef(f"/papers/{name}.pdf", page),
        question=question,
        answers=(answer or f"{number}.00",),
        kind=kind,
        made_at=float(number),
        box=box,
        page_hash=page_hash,
    )
