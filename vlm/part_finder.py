"""Finds the parts of pages that a small model is asked about, and keeps them. Knows no model.

From the words of the text layer and, where that says nothing, from the ink on the drawn page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm import blocks, page_parts, page_reading, skew, text_lines
from vlm.blocks import Line
from vlm.errors import DeskError, QuestionUnanswerable
from vlm.page_reading import Pages
from vlm.reuse import Kept
from vlm.skew import Straightened
from vlm.turns import as_shown, on_page
from vlm.types import WHOLE_PAGE, Box, PageRef, Word
from vlm.word_places import Span, ink_in

MOST_LINES, MOST_BLOCKS = 32, 16
"""Lines of a page, and groups of a few; more are joined while their print stays legible."""

MOST_SCANNED = 160
"""Lines of a scan: two lines shown as one are read as one, and lost."""

KEPT_PAGES = 256
"""Pages whose parts are remembered; they are small."""

LOWEST_EM, HIGHEST_EM = 0.35, 3.0
"""Heights, in em of the page's words, of ink beside the text layer that may be a line of text."""


@dataclass(frozen=True, slots=True)
class PageParts:
    """What of a page a small model is asked about; boxes are of the page before its turn.

    Attributes:
        asked: Parts for questions about something: single lines from top to bottom, which a small
            model reads best, then groups of a few lines; on a scan pieces of lines with wide white
            between, then rows of them; never empty.
        lines: How many of these are single lines or pieces of them.
        rows: For each part the numbers of the lines that stand in its rows, its own among them.
        above: For each part those of the lines in the row above it.
        read: Blocks in reading order for requests to read everything; never empty.
        words: The page's text layer; empty when it has none.
        pieces: For each line what it is read in, from left to right; empty for lines as they are.
        straight: Where each part lies on the page as it is shown and if it were not askew; empty
            where that is the same.
        ink: For each line the left and right ends of its words where `level` is, from left to
            right, as shares of the page's width; empty where that is not known.
    """

    asked: tuple[Box, ...]
    lines: int
    rows: tuple[tuple[int, ...], ...]
    above: tuple[tuple[int, ...], ...]
    read: tuple[Box, ...]
    words: tuple[Word, ...]
    pieces: tuple[tuple[Box, ...], ...] = ()
    straight: tuple[Box, ...] = ()
    ink: tuple[tuple[Span, ...], ...] = ()

    @property
    def level(self) -> tuple[Box, ...]:
        """Where each part lies beside the others: rows are level there."""
        return self.straight or self.asked

    def read_in(self, line: Box) -> tuple[Box, ...]:
        """Return what a line is read in, one or more pieces; see `pieces`."""
        return self.pieces[self.asked.index(line)] if self.pieces else (line,)

    def ink_of(self, line: Box) -> tuple[Span, ...]:
        """Return where a line's words stand; see `ink`."""
        return self.ink[self.asked.index(line)] if self.ink else ()


class PartFinder:
    """Finds parts of pages. Use it from one thread.

    Args:
        pages: Opens, draws and reads documents.
        stamp: Tells when a file has changed.
        angles: Of pages without words of their own.
    """

    def __init__(
        self,
        pages: Pages,
        stamp: Callable[[str], tuple[str, int, int]],
        angles: skew.Angles | None = None,
    ) -> None:
        self._pages = pages
        self._stamp = stamp
        self._angles = angles or skew.Angles(pages, stamp)
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
        drawn = skew.drawn(self._pages, page)
        degrees = 0.0 if words else self._angles.of(page, drawn)
        level = skew.straightened(drawn, degrees)
        gray = level.gray
        lines = _lines(gray, words, page)
        height, width = gray.shape
        most = MOST_LINES if words else MOST_SCANNED
        single = page_parts.divide(lines, width, height, most, rows=1, apart=not words)
        if words:
            groups = page_parts.divide(lines, width, height, MOST_BLOCKS)
        else:  # a scan's lines are read in pieces and then asked in rows; groups are read badly
            whole = page_parts.divide(lines, width, height, most, rows=1)
            groups = tuple(box for box in whole if sum(map(box.holds, single)) > 1)
        shown = tuple(dict.fromkeys(single + groups)) or (WHOLE_PAGE,)
        single = shown[: max(1, len(single))]
        rows = tuple(_beside(box, single) for box in shown)
        cuts = (page_parts.cuts(box, lines, width, height) for box in single)
        found = PageParts(
            self._turned_back(shown, page, level),
            len(single),
            rows,
            tuple(_above(box, single) for box in shown),
            self._turned_back(blocks.find(gray, page_reading.MOST_BLOCKS), page, level),
            words,
            () if words else tuple(self._turned_back(some, page, level) for some in cuts),
            shown if level.degrees or page.rotation else (),
            () if words else tuple(ink_in(box, lines, width, height) for box in single),
        )
        self._kept.put(key, found, 1)
        return found

    def words(self, page: PageRef, password: str | None) -> tuple[Word, ...]:
        """Return a page's text layer; nothing where it has none, or cannot be opened."""
        if (known := self._kept.get((self._stamp(page.path), page))) is not None:
            return known.words
        try:
            self._pages.open(page.path, password)
        except DeskError:
            return ()
        return self._words(page)

    def _words(self, page: PageRef) -> tuple[Word, ...]:
        try:
            return self._pages.words(page)
        except DeskError:
            return ()  # what is drawn can still be divided

    @staticmethod
    def _turned_back(found: tuple[Box, ...], page: PageRef, level: Straightened) -> tuple[Box, ...]:
        boxes = tuple(on_page(level.back(box), WHOLE_PAGE, page.rotation) for box in found)
        return boxes or (WHOLE_PAGE,)


def _beside(box: Box, lines: tuple[Box, ...]) -> tuple[int, ...]:
    """Return the numbers of the lines whose middle is as high as some of a part."""
    middles = ((line.y0 + line.y1) / 2 for line in lines)
    return tuple(number for number, y in enumerate(middles) if box.y0 <= y <= box.y1)


def _above(box: Box, lines: tuple[Box, ...]) -> tuple[int, ...]:
    """Return the number of the line close above a part, where there is one."""
    over = [
        (box.y0 - line.y1, number)
        for number, line in enumerate(lines)
        if line.y1 - line.height / 2 < box.y0
        and line.x0 < box.x1
        and line.x1 > box.x0
        and box.y0 - line.y1 < line.height
    ]
    return (min(over)[1],) if over else ()


def _lines(gray: NDArray[np.uint8], words: tuple[Word, ...], page: PageRef) -> tuple[Line, ...]:
    """Return the lines of the text layer, and those of ink that it does not have."""
    if not words:
        return text_lines.find_lines(gray)
    height, width = gray.shape
    shown = tuple(Word(one.text, as_shown(one.box, page.rotation)) for one in words)
    written = page_parts.lines_of_words([one.box for one in shown], width, height)
    em = float(np.median([line.height for line in written])) / page_parts.INK_EM
    inked = (
        line
        for line in text_lines.find_lines(page_reading.without_words(gray, shown))
        if LOWEST_EM * em <= line.height <= HIGHEST_EM * em and line.right - line.left >= 2 * em
    )
    return (*written, *inked)
