"""Reads scanned pages with the model, so that their words can be searched. Knows no torch.

A small model reads line by line, as it does for questions; a large one the whole page at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vlm import blocks
from vlm.cancel import Stopped, returned
from vlm.errors import DeskError
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.part_asking import AskPage as AskPage
from vlm.part_asking import PartFailed, ask_parts
from vlm.readings import Readings
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Question, Word

READ = "What does it say?"
MOST_BLOCKS = 14
"""Blocks of a page; with them a page of dense print takes a small model some seconds."""

LONGEST_PX = 1200
"""Of the drawing in which ink is looked for and by which a page is known again."""

WORD_AIR = 0.3
"""Of a word's height, around it: ink in there belongs to the word."""

BLOCK_TOKENS, PAGE_TOKENS = 160, 1024


class Drawing(Protocol):
    """RGB triples, rows packed, the first on top."""

    @property
    def data(self) -> bytes:
        """The rows."""
        ...


class Pages(Protocol):
    """What is asked of the page client."""

    def open(self, path: str, password: str | None = None) -> Document:
        """Open a document."""
        ...

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure pages."""
        ...

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Drawing:
        """Draw a part of a page."""
        ...

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read a page's text layer."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """The model that reads.

    Attributes:
        key: Changes whenever what it reads could.
        small: Whether it reads lines rather than pages.
        names: What the person's own documents call things, as it learned that.
    """

    key: str
    small: bool
    names: LearnedNames = NO_NAMES


class PageReader:
    """Reads pages that have no text layer.

    Args:
        pages: Draws them.
        readings: What has been read before.
        model: Who reads.
        ask: Asks the model about a page.
        lines: Reads the lines of a page, which a small model does, and yields what is being done;
            returns their words, None when they could not be read. None to read a page at once.
    """

    def __init__(
        self,
        pages: Pages,
        readings: Readings,
        model: Model,
        ask: AskPage,
        lines: Callable[[PageRef], Generator[str, None, str | None]] | None = None,
    ) -> None:
        self._pages, self._lines = pages, lines
        self._readings = readings
        self.model = model
        self._ask = ask

    def known(self, page: PageRef) -> str | None:
        """Return what was read on a page before, None when nobody has.

        Raises:
            DeskError: If it cannot be drawn.
        """
        return self._readings.get(self._drawn(page)[0], self._key)

    def covered(self, page: PageRef, words: Sequence[Word]) -> bool:
        """Tell whether a page shows nothing besides the words of its text layer.

        Raises:
            DeskError: If it cannot be drawn.
        """
        return not blocks.find(without_words(self._drawn(page)[1], words), 1)

    def read(self, page: PageRef) -> Generator[str, None, str | None]:
        """Read a page; yields what is being done.

        Returns:
            Its words; None when the model was stopped or could not read it.

        Raises:
            DeskError: If it cannot be drawn.
        """
        digest, _ = self._drawn(page)
        try:
            text = yield from self._asked(page) if self._lines is None else self._lines(page)
        except (PartFailed, Stopped):
            return None
        if text is not None:
            self._readings.put(digest, self._key, text)
        return text

    def _asked(self, page: PageRef) -> Generator[str, None, str]:
        """Let the model read a page at once.

        Raises:
            PartFailed: If it cannot be read.
            Stopped: If the job shall stop.
        """
        yield "part 1 of 1"
        question = Question(READ, page, max_new_tokens=PAGE_TOKENS)
        return returned(ask_parts([question], self._ask))[0].answer.text

    @property
    def _key(self) -> str:
        return self.model.key if self._lines is None else f"{self.model.key}, by line"

    def _drawn(self, page: PageRef) -> tuple[bytes, NDArray[np.uint8]]:
        size = self._pages.sizes(page.path, page.page, 1)
        if not size:
            raise DeskError(f"There is no page {page.page + 1}.")
        scale = LONGEST_PX / max(size[0].width, size[0].height)
        width = max(1, round(size[0].width * scale))
        height = max(1, round(size[0].height * scale))
        data = bytes(self._pages.render(page, WHOLE_PAGE, width, height).data)
        pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        gray = pixels.mean(axis=2).astype(np.uint8)
        return hashlib.sha256(f"{width} {height}".encode() + data).digest(), gray


def without_words(gray: NDArray[np.uint8], words: Sequence[Word]) -> NDArray[np.uint8]:
    """Return a drawing with its words painted over in the colour of the paper.

    Args:
        gray: ``(height, width)`` uint8.
        words: Of the page as it is drawn.
    """
    rest, (height, width) = gray.copy(), gray.shape
    paper = np.percentile(gray, 90)
    for word in words:
        box, air = word.box, word.box.height * WORD_AIR
        top, end = max(0.0, box.y0 - air) * height, (box.y1 + air) * height
        left, right = max(0.0, box.x0 - air) * width, (box.x1 + air) * width
        rest[int(top) : int(np.ceil(end)), int(left) : int(np.ceil(right))] = paper
    return rest
