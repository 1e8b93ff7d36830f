"""Reads scanned pages with the model, so that their words can be searched. Knows no torch.

A small model is asked block by block, where it reads best; a large one about the whole page.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vlm import blocks, skew
from vlm.cancel import Stopped, returned
from vlm.errors import DeskError
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.part_asking import AskPage as AskPage
from vlm.part_asking import PartFailed, Told, ask_parts, at_once
from vlm.readings import Readings
from vlm.turns import on_page
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Question, Word

READ = "What does it say?"
MOST_BLOCKS = 14
"""Blocks of a page; with them a page of dense print takes a small model some seconds."""

LONGEST_PX = 1200
"""Of the drawing in which blocks are looked for and by which a page is known again."""

WORD_AIR = 0.3
"""Of a word's height, around it: ink in there belongs to the word."""

BLOCK_TOKENS, PAGE_TOKENS = 160, 1024

SURE = 0.8
"""Confidence that half of the lines of a page have at least where it is the right way up: 0.89 to
0.98 on thirteen receipts, and 0.53 to 0.71 on the same upside down."""


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
        small: Whether it reads blocks rather than pages.
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
        turned: Returns a page as it is to be read; None to read all of them as they are.
    """

    def __init__(
        self,
        pages: Pages,
        readings: Readings,
        model: Model,
        ask: AskPage,
        turned: Callable[[PageRef], PageRef] | None = None,
    ) -> None:
        self._pages, self._turned = pages, turned
        self._readings = readings
        self.model = model
        self._ask = ask

    def known(self, page: PageRef) -> str | None:
        """Return what was read on a page before, None when nobody has.

        Raises:
            DeskError: If it cannot be drawn.
        """
        return self._readings.get(self._drawn(page)[0], self.model.key)

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
        digest, gray = self._drawn(page)
        try:
            found = yield from self._asked(page, gray)
            if self.model.small and self._turned is not None and _doubted(found):
                upright = self._turned(page)
                if upright != page:
                    gray = np.asarray(skew.whole(self._pages, upright, LONGEST_PX).convert("L"))
                    found = yield from self._asked(upright, gray)
        except (PartFailed, Stopped):
            return None
        text = "\n".join(one.answer.text for one in found)
        self._readings.put(digest, self.model.key, text)
        return text

    def _asked(self, page: PageRef, gray: NDArray[np.uint8]) -> Generator[str, None, list[Told]]:
        """Let the model read a page.

        Raises:
            PartFailed: If it cannot be read.
            Stopped: If the job shall stop.
        """
        questions = [Question(READ, page, max_new_tokens=PAGE_TOKENS)]
        if self.model.small:
            level = skew.straightened(gray)
            boxes = map(level.back, blocks.find(level.gray, MOST_BLOCKS))
            questions = [
                Question(
                    READ,
                    page,
                    on_page(box, WHOLE_PAGE, page.rotation),
                    splitting=False,
                    max_new_tokens=BLOCK_TOKENS,
                )
                for box in boxes
            ]
        found, some = list[Told](), at_once(self._ask)
        for number in range(0, len(questions), some):
            yield f"part {number + 1} of {len(questions)}"
            found += returned(ask_parts(questions[number : number + some], self._ask))
        return found

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


def _doubted(found: Sequence[Told]) -> bool:
    """Tell whether most of a page was read so badly that it may be upside down."""
    sure = [one.answer.confidence for one in found if one.answer.confidence >= 0]
    return bool(sure) and statistics.median(sure) < SURE


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
