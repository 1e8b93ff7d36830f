"""Finds which way up a scan is to be read: by how its lines run, and by how surely they are read.

What a person has turned is right as it is. A page of which nothing tells is left as it lies.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import msgspec

from vlm import scan_lines
from vlm.page_reading import READ, AskPage
from vlm.part_asking import PartFailed, Told
from vlm.part_finder import KEPT_PAGES, PageParts, PartFinder
from vlm.protocol import Event, Progress
from vlm.reuse import Kept
from vlm.skew import Angles
from vlm.turns import BACK
from vlm.types import Box, PageRef, Quarter, Question

SOME = 8
"""Lines that are read to tell which way up a page is, its widest: what was read of them stays."""

FEWEST, LETTERS = 3, 4
"""Lines that tell, at least, and letters that were read in each of them."""

SURE = 0.9
"""Confidence that half of these lines have at least where a page is the right way up: 0.90 to 0.99
on 22 of 24 receipts, and 0.46 to 0.85 on the same upside down."""

SURER = 0.1
"""By how much the other way up has to be read more surely."""

READ_WELL = 0.85
"""Confidence that half of the lines have at least there, unless the page lies on its side: grain of
a bad scan is read a little more surely one way or the other."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads lines for one job.

    Attributes:
        job: Its number.
        ask: Answers about one part.
        readings: Gives what was read in a page's parts so far; grows.
        password: Of the document.
    """

    job: int
    ask: AskPage
    readings: Callable[[PageRef], dict[Box, Told]]
    password: str | None


class Upright:
    """Knows which way up pages are read. Use it from one thread.

    Args:
        parts: Finds their lines.
        angles: Tells how they run.
        stamp: Tells when a file has changed.
    """

    def __init__(
        self,
        parts: PartFinder,
        angles: Angles,
        stamp: Callable[[str], tuple[str, int, int]],
    ) -> None:
        self._parts, self._angles, self._stamp = parts, angles, stamp
        self._kept: Kept[PageRef] = Kept(KEPT_PAGES)

    def known(self, page: PageRef) -> PageRef:
        """Return a page as it is read, as far as that was found; else as it is."""
        return self._kept.get((self._stamp(page.path), page)) or page

    def is_across(self, page: PageRef) -> bool:
        """Tell whether a page lies on its side, as far as its lines tell without reading them.

        Raises:
            DeskError: What drawing can raise.
        """
        return not page.rotation and self._angles.lie(page).across

    def find(self, page: PageRef, reader: Reader) -> Generator[Event, None, PageRef]:
        """Return a page turned as it is to be read, found once; yields what is being done.

        Raises:
            DeskError: What opening and drawing can raise.
            Stopped: If the job shall stop.
        """
        if page.rotation or self._angles.given:
            return page
        key = (self._stamp(page.path), page)
        if (known := self._kept.get(key)) is not None:
            return known
        parts = self._parts.find(page, reader.password)
        if not scan_lines.are_read_first(parts):
            return page
        yield Progress(reader.job, "Looking which way up the page is")
        try:
            found = yield from self._found(page, reader)
        except PartFailed:
            return page  # the question will meet it again, and says so
        self._kept.put(key, found, 1)
        return found

    def _found(self, page: PageRef, reader: Reader) -> Generator[Event, None, PageRef]:
        across = self.is_across(page)
        first = _turned(page, 90 if across else 0)
        one = yield from self._sureness(first, reader)
        if one >= SURE or (one < 0 and not across):
            return first
        other = _turned(page, BACK[90] if across else 180)
        two = yield from self._sureness(other, reader)
        if two > one + SURER and (across or two >= READ_WELL):
            return other
        return page if across and one < two + SURER else first

    def _sureness(self, page: PageRef, reader: Reader) -> Generator[Event, None, float]:
        """Return how surely half of the widest lines are read at least; -1.0 if too few are."""
        parts = self._parts.find(page, reader.password)
        if not scan_lines.are_read_first(parts):
            return -1.0
        lines, readings = _widest(parts), reader.readings(page)
        left = [line for line in lines if line not in readings]
        asked = Question(READ, page, max_new_tokens=scan_lines.READ_TOKENS)
        read = yield from scan_lines.read_in_pieces(asked, parts, left, reader.ask)
        readings.update(read)
        told = [readings[line].answer for line in lines]
        sure = [one.confidence for one in told if len(one.text) >= LETTERS and one.confidence >= 0]
        return statistics.median(sure) if len(sure) >= FEWEST else -1.0


def _widest(parts: PageParts) -> Sequence[Box]:
    """Return the widest lines, from top to bottom."""
    level = parts.level[: parts.lines]
    order = sorted(range(len(level)), key=lambda number: -level[number].width)
    return [parts.asked[number] for number in sorted(order[:SOME])]


def _turned(page: PageRef, turn: Quarter) -> PageRef:
    return msgspec.structs.replace(page, rotation=turn)
