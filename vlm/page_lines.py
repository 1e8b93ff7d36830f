"""Reads the lines of scans for large models, to find pages by: they take minutes for a page.

Pages are drawn here, as no large model is shown them: one line at a time, level, on white paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from vlm import line_reader, skew
from vlm.cancel import CancelToken, check, ending
from vlm.errors import DeskError
from vlm.evidence import locate
from vlm.page_reading import Pages
from vlm.part_asking import Told
from vlm.protocol import Done, Event, Saw
from vlm.scan_reader import AT_ONCE, answer_of
from vlm.tidying import tidied
from vlm.turns import as_shown
from vlm.types import WHOLE_PAGE, Question, Timings

DPI, MOST_PX = 200.0, 4000
"""At which lines are drawn, and the longer side of a drawing at most; pixels."""

POINTS = 72.0
"""Of an inch."""


class PageLines:
    """A `vlm.part_asking.AsksSeveral` that reads what stands in a part, whatever is asked about it.

    Args:
        job: The job.
        pages: Draws.
        angles: Of pages.
        password: Gives a document's password.
        cancel: Set when the job shall stop.
        reader: Reads lines.
    """

    at_once = AT_ONCE

    def __init__(
        self,
        job: int,
        pages: Pages,
        angles: skew.Angles,
        password: Callable[[str], str | None],
        cancel: CancelToken,
        reader: Callable[[], line_reader.LineReader] = line_reader.shipped,
    ) -> None:
        self._job, self._pages, self._angles = job, pages, angles
        self._password, self._cancel, self._reader = password, cancel, reader

    def __call__(self, question: Question, /) -> Iterator[Event]:
        """Read one part."""
        return ending(self._job, self._one(question))

    def _one(self, question: Question) -> Iterator[Event]:
        told = self._told([question], [self._drawn(question)])[0]
        yield Saw(self._job, (), "")
        yield Done(self._job, told.answer)

    def several(self, asked: Sequence[Question]) -> dict[int, Told]:
        """Read parts together; one that cannot be drawn is left to be asked alone, which says so.

        Raises:
            Stopped: If the job shall stop.
        """
        pictures = dict[int, line_reader.Gray]()
        for number, one in enumerate(asked):
            check(self._cancel)
            try:
                pictures[number] = self._drawn(one)
            except DeskError:
                continue
        told = self._told([asked[number] for number in pictures], list(pictures.values()))
        return dict(zip(pictures, told, strict=True))

    def _drawn(self, question: Question) -> line_reader.Gray:
        """Draw a part; returns ``(height, width)`` uint8, 0 is black.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        page, box = question.page, question.box or WHOLE_PAGE
        self._pages.open(page.path, self._password(page.path))
        sizes = self._pages.sizes(page.path, page.page, 1)
        if not sizes:
            raise DeskError(f"There is no page {page.page + 1}.")
        wide, high = skew.sides_of(sizes[0], page)
        shown = as_shown(box, page.rotation)
        width, height = shown.width * wide, shown.height * high
        scale = min(DPI / POINTS, MOST_PX / max(width, height))
        drawn = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = skew.render(self._pages, page, box, *drawn, self._angles.of(page))
        white = tidied(np.asarray(image.convert("RGB")))
        gray: line_reader.Gray = white.mean(axis=2).astype(np.uint8)
        return gray

    def _told(self, asked: Sequence[Question], pictures: Sequence[line_reader.Gray]) -> list[Told]:
        start = time.perf_counter()
        readings = self._reader().read(pictures)
        took = (time.perf_counter() - start) / max(1, len(asked))
        found = list[Told]()
        for one, reading in zip(asked, readings, strict=True):
            box = one.box or WHOLE_PAGE
            timings = Timings(encode=took, total=took)
            evidence = locate(reading.text, (), box)
            found.append(Told(box, answer_of(reading, evidence, DPI, timings), ""))
        return found
