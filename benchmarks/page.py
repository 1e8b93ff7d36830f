"""The pages and the questions of the engine's benchmark: drawn here, the same in every run."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Question, Word

ROUNDS = 3
FOLLOW_UPS = 9
TOKENS = 32
PAGES = 10
A4 = PageSize(595, 842)


@dataclass(frozen=True)
class Picture:
    """A drawing."""

    width: int
    height: int
    data: bytes


class Page:
    """Pages of bars where text would stand; answers what the engine asks of a page client."""

    size = A4

    def open(self, path: str, password: str | None = None) -> Document:
        """Open."""
        return Document(path, "pdf", PAGES, A4)

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure."""
        return (A4,) * count

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Draw."""
        chance = random.Random(7 + page.page)
        image = Image.new("RGB", (width, height), "white")
        pen = ImageDraw.Draw(image)
        for row in range(50):
            x, top = 0.08, 0.05 + row * 0.018
            while x < 0.9:
                right = x + 0.01 + 0.08 * chance.random()
                place = [(x - box.x0) / box.width * width, (top - box.y0) / box.height * height,
                         (right - box.x0) / box.width * width,
                         (top + 0.009 - box.y0) / box.height * height]  # fmt: skip
                pen.rectangle(place, fill="black")
                x = right + 0.008
        return Picture(width, height, image.tobytes())

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read: there is no text layer."""
        return ()

    def stop(self) -> None:
        """End: nothing runs."""


def question(text: str, tokens: int = TOKENS, page: int = 0, splitting: bool = True) -> Question:
    """Return a question about one of the pages, to be seen at once and not part by part."""
    where = PageRef("page.pdf", page)
    return Question(text, where, WHOLE_PAGE, splitting=splitting, max_new_tokens=tokens)
