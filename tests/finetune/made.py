"""Examples, pictures and pages made by the tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune import hashing
from finetune.disk import RealDisk
from finetune.pictures import png
from finetune.types import Crop, Example, ExampleKind
from vlm import learned_names
from vlm.errors import UnreadableDocument
from vlm.learned_names import NAMES, LearnedLabel, LearnedNames, LearnedQuestion
from vlm.types import Box, PageRef, PageSize, Word


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    data: bytes


def noise(seed: int, width: int = 80, height: int = 80) -> Picture:
    """A page of large random blocks: two seeds never look alike."""
    blocks = np.random.default_rng(seed).integers(0, 2, (10, 10, 1)) * 255
    rows, columns = -(-height // 10), -(-width // 10)
    gray = np.kron(blocks, np.ones((rows, columns, 3)))[:height, :width].astype(np.uint8)
    return Picture(width, height, gray.tobytes())


class NoisePages:
    """Draws every file as a page of blocks, seeded by its bytes; files of one word are broken."""

    def __init__(self) -> None:
        self.drawn: list[tuple[PageRef, Box, int, int]] = []

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        if Path(path).read_bytes() == b"broken":
            raise UnreadableDocument("This file is no document.")
        return (PageSize(300.0, 600.0),) * min(count, 3 - first)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        self.drawn.append((page, box, width, height))
        data = Path(page.path).read_bytes()
        return noise(int.from_bytes(hashlib.sha256(data).digest()[:4]), width, height)

    def words(self, page: PageRef) -> tuple[Word, ...]:
        inside, outside = Box(0.1, 0.1, 0.3, 0.15), Box(0.7, 0.7, 0.9, 0.8)
        return (Word("inside", inside), Word("outside", outside))


def png_of(seed: int = 0) -> bytes:
    picture = noise(seed)
    return png(picture.width, picture.height, picture.data)


def crop_of(seed: int = 0) -> Crop:
    word = Word("total", Box(0.1, 0.1, 0.2, 0.15))
    return Crop(png_of(seed), PageSize(595.0, 842.0), (word,))


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


NAMES_OF_A_FIRM = LearnedNames(
    (
        LearnedQuestion(
            "aktenzeichen",
            "Aktenzeichen",
            (LearnedLabel("Az.:", "behind", None, False, 7, 0),),
        ),
    )
)


def save_names(folder: Path, names: LearnedNames) -> None:
    """Save names in an adapter's folder, as the program does."""
    (folder / NAMES).write_bytes(learned_names.written(names))
    hashing.note(RealDisk(), folder, (NAMES,))


SAID = "“Aktenzeichen” stands behind “Az.:” (7 documents)"
