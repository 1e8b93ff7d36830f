"""Finds the parts of pages that a small model is asked about, and keeps them. Knows no model.

From the words of the text layer and, where that says nothing, from the ink on the drawn page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm import blocks, page_parts
from vlm.blocks import Line
from vlm.errors import DeskError, QuestionUnanswerable
from vlm.page_reading import LONGEST_PX, MOST_BLOCKS, Pages, without_words
from vlm.reuse import Kept
from vlm.turns import as_shown, on_page
from vlm.types import WHOLE_PAGE, Box, PageRef, Word

MOST_PARTS = 24
"""Parts of a page; more are joined with their neighbours while their print stays legible."""

KEPT_PAGES = 256
"""Pages whose parts are remembered; they are small."""

LOWEST_EM, HIGHEST_EM = 0.35, 3.0
"""Heights, in em of the page's words, of ink beside the text layer that may be a line of text."""


@dataclass(frozen=True, slots=True)
class PageParts:
    """What of a page a small model is asked about; boxes are of the page before its turn.

    Attributes:
        asked: Parts of a few lines for questions about something; never empty.
        read: Blocks in reading order for requests to read everything; never empty.
        words: The page's text layer; empty when it has none.
    """

    asked: tuple[Box, ...]
    read: tuple[Box, ...]
    words: tuple[Word, ...]


class PartFinder:
    """Finds parts of pages. Use it from one thread.

    Args:
        pages: Opens, draws and reads documents.
        stamp: Tells when a file has changed.
    """

    def __init__(self, pages: Pages, stamp: Callable[[str], tuple[str, int, int]]) -> None:
        self._pages = pages
        self._stamp = stamp
        self._kept: Kept[PageParts] = Kept(KEPT_PAGES)

    def find(self, page: PageRef, password: str | None) -> PageParts:
        """Return a page's parts; a page on which nothing is found is one part.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        key = (self._stamp(page.path), page)
        if (known := self._kept.get(key)) is not None:
            return known
        if page.page >= self._pages.open(page.path, password).page_count:
            raise QuestionUnanswerable(f"There is no page {page.page + 1} in this document.")
        words = self._words(page)
        gray = self._drawn(page)
        found = PageParts(
            self._turned_back(page_parts.divide(_lines(gray, words, page), *_size(gray)), page),
            self._turned_back(blocks.find(gray, MOST_BLOCKS), page),
            words,
        )
        self._kept.put(key, found, 1)
        return found

    def _words(self, page: PageRef) -> tuple[Word, ...]:
        try:
            return self._pages.words(page)
        except DeskError:
            return ()  # what is drawn can still be divided

    def _drawn(self, page: PageRef) -> NDArray[np.uint8]:
        """Draw the page as it is shown; ``(height, width)`` uint8, 0 is black."""
        size = self._pages.sizes(page.path, page.page, 1)[0]
        sides = (size.width, size.height)
        if page.rotation in (90, 270):
            sides = (size.height, size.width)
        scale = LONGEST_PX / max(sides)
        width, height = (max(1, round(side * scale)) for side in sides)
        data = bytes(self._pages.render(page, WHOLE_PAGE, width, height).data)
        pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        gray: NDArray[np.uint8] = pixels.mean(axis=2).astype(np.uint8)
        return gray

    @staticmethod
    def _turned_back(found: tuple[Box, ...], page: PageRef) -> tuple[Box, ...]:
        boxes = tuple(on_page(box, WHOLE_PAGE, page.rotation) for box in found)
        return boxes or (WHOLE_PAGE,)


def _size(gray: NDArray[np.uint8]) -> tuple[int, int, int]:
    return gray.shape[1], gray.shape[0], MOST_PARTS


def _lines(gray: NDArray[np.uint8], words: tuple[Word, ...], page: PageRef) -> tuple[Line, ...]:
    """Return the lines of the text layer, and those of ink that it does not have."""
    if not words:
        return blocks.find_lines(gray)
    height, width = gray.shape
    shown = tuple(Word(one.text, as_shown(one.box, page.rotation)) for one in words)
    written = page_parts.lines_of_words([one.box for one in shown], width, height)
    em = float(np.median([line.height for line in written])) / page_parts.INK_EM
    inked = (
        line
        for line in blocks.find_lines(without_words(gray, shown))
        if LOWEST_EM * em <= line.height <= HIGHEST_EM * em and line.right - line.left >= 2 * em
    )
    return (*written, *inked)
