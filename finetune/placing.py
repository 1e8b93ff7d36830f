"""Finds where on their pages the answers of rows stand, for a model that reads pages in parts.

The engine asks a small model about a whole page part by part, see `vlm.part_answers`, so that is
what it is taught: a row about a whole page becomes lessons about parts that hold the answer, and
about parts that do not. Loaded by the training process only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from finetune import runs, spelling
from finetune.base_model import load_base
from finetune.kept import KeptPages, page_of
from finetune.part_lessons import Scan, is_found, lessons_in
from finetune.part_reader import PartReader
from finetune.plan import TrainPlan
from finetune.protocol import Preparing, StepEvent, Wish
from finetune.runs import RunRow
from finetune.shown_pages import Shown
from vlm import device
from vlm.absence import says_absent
from vlm.document_questions import stamp
from vlm.part_finder import PageParts, PartFinder
from vlm.part_labels import words_in
from vlm.scan_lines import is_scan
from vlm.turns import as_shown
from vlm.types import WHOLE_PAGE, Box, PageRef, Word


class Reader(Protocol):
    """Reads parts of scans; see `part_reader.PartReader`."""

    def read(self, page: PageRef, box: Box) -> str:
        """Return what stands in a part."""
        ...

    def losses(
        self, row: RunRow, page: PageRef, boxes: Sequence[Box], text: str
    ) -> Iterator[list[float]]:
        """Yield for each part the loss of each token of an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on the pages of a run.

    Attributes:
        rows: As they are taught; as they came where no weights learn.
        shown: What is learned from, with the words of its pages.
    """

    rows: list[RunRow]
    shown: list[Shown]


def place_all(
    run: Path,
    plan: TrainPlan,
    rows: Sequence[RunRow],
    between: Callable[[], Generator[StepEvent, None, Wish]],
    breathe: Callable[[], None],
) -> Generator[Preparing | StepEvent, None, Found | None]:
    """Place what a run learns from and watches; yields how far it is.

    Args:
        run: The run folder.
        plan: Its plan.
        rows: All its rows.
        between: Called before each page; "stop" ends it.
        breathe: Called between two parts; see `hindrances.Breath`.

    Returns:
        What was found; None when it was ended.

    Raises:
        DeskError: When the model cannot be loaded or a picture not be read.
    """
    taught = runs.watched(rows)
    pages = KeptPages(taught, lambda row: runs.read_picture(run, row))
    loaded = load_base(Path(plan.base), device.choose("auto"))
    placer = Placer(pages, PartReader(loaded, pages, breathe))
    found: list[RunRow] = []
    shown: list[Shown] = []
    doing = "Finding the answers on their pages" if plan.weights else "Reading the pages"
    for number, row in enumerate(taught):
        yield Preparing(doing, number / len(taught))
        if row.box is not None:
            found.append(row)
            shown += shown_in_box(row, plan.weights)
            continue
        steps = placer.place(row) if plan.weights else placer.look(row)
        while True:
            if (yield from between()) == "stop":
                return None
            try:
                next(steps)
            except StopIteration as end:
                found += end.value
                break
        if row.side == "train" or not plan.weights:
            shown.append(placer.shown(row))
    return Found(found, shown)


def shown_in_box(row: RunRow, watches: bool = True) -> tuple[Shown, ...]:
    """Return a question about a box with the words of the text layer that stand in it.

    None where it is not learned from, lies turned, or has no answer: a box may cut a label off.

    Args:
        row: Of a run.
        watches: Whether what is watched is not learned from.
    """
    box = row.box or WHOLE_PAGE
    learned = row.side == "train" or (row.side == "watch" and not watches)
    if not learned or row.rotation or says_absent(row.answers[0]):
        return ()
    words = tuple(word for word in row.words if box.holds(word.box))
    return (Shown(row.document, row.question, row.answers, words),)


def learnable(rows: Sequence[RunRow]) -> list[RunRow]:
    """Leave out rows that a model which reads parts learns nothing from: those about whole pages.

    Their loss would also drown that of the parts where it decides which step was the best. Only
    where nothing else is learned from, or watched, they stay.
    """
    left = {row.side for row in rows if row.asked is not None}
    return [row for row in rows if row.asked is not None or row.side not in left]


class Placer:
    """Turns rows about whole pages into rows about their parts. Use it in one thread.

    Args:
        pages: Draws the rows' pictures.
        reader: Reads the parts of scans.
    """

    def __init__(self, pages: KeptPages, reader: Reader) -> None:
        self._reader = reader
        self._finder = PartFinder(pages, stamp)
        self._first: dict[tuple[str, int], PageRef] = {}
        self._read: dict[PageRef, dict[Box, str]] = {}

    def place(self, row: RunRow) -> Generator[None, None, tuple[RunRow, ...]]:
        """Yield between two parts that are looked at.

        Returns:
            Rows about parts of a row's page; the row itself where that cannot be told.

        Raises:
            DeskError: When the picture cannot be drawn.
        """
        # Questions about one picture share what was found on it.
        page = self._first.setdefault((row.sha256, row.rotation), page_of(row))
        parts = self._finder.find(page, None)
        if parts.asked == (WHOLE_PAGE,):
            return (row,)
        if not is_scan(parts):
            return lessons_in(row, parts, parts.words) or (row,)
        scan = Scan((yield from self._readings(page, parts)), {})
        if not says_absent(row.answers[0]):
            scan = yield from self._weighed(row, page, parts, scan)
        return lessons_in(row, parts, (), scan) or (row,)

    def look(self, row: RunRow) -> Generator[None, None, tuple[RunRow, ...]]:
        """Read a row's page where it has no words of its own; yield between two parts.

        Returns:
            The row.

        Raises:
            DeskError: When the picture cannot be drawn.
        """
        page = self._first.setdefault((row.sha256, row.rotation), page_of(row))
        parts = self._finder.find(page, None)
        if parts.asked != (WHOLE_PAGE,) and is_scan(parts):
            yield from self._readings(page, parts)
        return (row,)

    def shown(self, row: RunRow) -> Shown:
        """Return a row's question with the words of its page: those of its own, or that were read.

        Args:
            row: About a whole page, which `place` or `look` was called with.
        """
        page = self._first[row.sha256, row.rotation]
        parts = self._finder.find(page, None)
        if page not in self._read:
            words = tuple(Word(one.text, as_shown(one.box, row.rotation)) for one in parts.words)
            return Shown(row.document, row.question, row.answers, words)
        read = (
            one
            for line, text in self._read[page].items()
            for one in words_in(line, text, parts.ink_of(line) if not parts.straight else ())
        )
        return Shown(row.document, row.question, row.answers, tuple(read), misread=True)

    def _readings(self, page: PageRef, parts: PageParts) -> Generator[None, None, dict[Box, str]]:
        """Return what is read in each line of a page, once for all questions about it.

        Long lines are read in the pieces in which the engine reads them.
        """
        if page not in self._read:
            found: dict[Box, str] = {}
            for box in parts.asked[: parts.lines]:
                said: list[str] = []
                for piece in parts.read_in(box):
                    yield
                    said.append(self._reader.read(page, piece))
                found[box] = " ".join(filter(None, said))
            self._read[page] = found
        return self._read[page]

    def _weighed(
        self, row: RunRow, page: PageRef, parts: PageParts, scan: Scan
    ) -> Generator[None, None, Scan]:
        """Weigh the answer in each part, one spelling after the other until one is likely."""
        for text in spelling.on_scans(row.answers):
            losses: list[list[float]] = []
            for one in self._reader.losses(row, page, parts.asked, text):
                losses.append(one)
                yield
            found = dict(zip(parts.asked, losses, strict=True))
            scan = Scan(scan.readings, {**scan.losses, text: found})
            if is_found(scan):
                break
        return scan
