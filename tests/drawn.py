"""Pages that exist only in memory: what the engine asks of the page client, without a process."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from vlm.errors import DeskError, PageTimeout
from vlm.types import Box, Document, PageRef, PageSize, Word

A4 = PageSize(595, 842)


@dataclass(frozen=True)
class Picture:
    """A drawing."""

    width: int
    height: int
    data: bytes


@dataclass
class DrawnPages:
    """Pages of black rectangles, different for each path; every call is counted."""

    words_of_page: tuple[Word, ...] = ()
    page_count: int = 1
    size: PageSize = A4
    text_fails: bool = False
    error: DeskError | None = None
    renders: list[tuple[Box, int, int]] = field(default_factory=list)
    stopped: bool = False

    def open(self, path: str, password: str | None = None) -> Document:
        """Open."""
        if self.error is not None:
            raise self.error
        return Document(path, "pdf", self.page_count, self.size)

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure."""
        return (self.size,) * count

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Draw rectangles that depend on path and page."""
        self.renders.append((box, width, height))
        chance = random.Random(f"{page.path} {page.page}")
        image = Image.new("RGB", (width, height), "white")
        pen = ImageDraw.Draw(image)
        for _ in range(60):
            x, y = chance.random(), chance.random()
            left, top = (x - box.x0) / box.width * width, (y - box.y0) / box.height * height
            pen.rectangle(
                (left, top, left + width / 12, top + height / 30),
                fill=chance.choice(["black", "navy", "gray"]),
            )
        return Picture(width, height, image.tobytes())

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read."""
        if self.text_fails:
            raise PageTimeout("reading took too long")
        return self.words_of_page

    def stop(self) -> None:
        """Stop."""
        self.stopped = True


def line(*texts: str, y: float = 0.1, height: float = 0.014, x: float = 0.1) -> tuple[Word, ...]:
    """Lay words out in one line of a page, from left to right."""
    words: list[Word] = []
    for text in texts:
        width = 0.012 * len(text)
        words.append(Word(text, Box(x, y, min(1.0, x + width), y + height)))
        x += width + 0.01
    return tuple(words)
