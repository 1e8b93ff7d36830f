"""Questions to whole documents and pages for an engine: what it keeps of them, who reads scans.

Knows no model; the engine hands in what answers about one page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from vlm import (
    box_answers,
    part_answers,
    part_of_page,
    part_tables,
    scan_lines,
    skew,
    whole_document,
)
from vlm.cancel import CancelToken, returned
from vlm.errors import DeskError
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.one_page_documents import AskTogether, last_of, of_its_page, shared_ones
from vlm.page_finder import Finder
from vlm.page_job import PageJob
from vlm.page_reading import AskPage, Model, PageReader, Pages
from vlm.part_asking import PartFailed, Told
from vlm.part_finder import KEPT_PAGES, PageParts, PartFinder
from vlm.part_readings import text_of
from vlm.protocol import AllAnswered, Answered, Cancelled, Event, Failed, Progress, Unanswered
from vlm.readings import Readings
from vlm.reuse import Kept
from vlm.types import WHOLE_PAGE, Box, PageRef, Question
from vlm.upright import Reader, Upright

Passwords = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Asking:
    """What one job may use.

    Attributes:
        job: Its number.
        ask: Answers about one page.
        model: Who reads scans; None to leave their words unknown.
        password: Gives a document's password.
        cancel: Set when the job shall stop.
        lines: Reads the lines of scans to find pages by, where `ask` would take long for that.
    """

    job: int
    ask: AskPage
    model: Model | None
    password: Passwords
    cancel: CancelToken
    lines: AskPage | None = None

    @property
    def names(self) -> LearnedNames:
        """What the person's own documents call things."""
        return self.model.names if self.model is not None else NO_NAMES

    @property
    def in_parts(self) -> bool:
        """Whether whole pages are read part by part."""
        return self.model is not None and self.model.small


class DocumentQuestions:
    """Answers questions to whole documents, and to whole pages part by part. Use it in one thread.

    Args:
        pages: Opens, draws and reads documents.
        readings: The file of what models have read on scans; None to keep that in memory.
    """

    def __init__(self, pages: Pages, readings: Path | None) -> None:
        self._pages = pages
        self._readings = Readings(readings)
        self._finder = Finder(pages, stamp)
        self.angles = skew.Angles(pages, stamp)
        """Of pages, for all who look at them."""
        self._parts = PartFinder(pages, stamp, self.angles)
        self._turns = Upright(self._parts, self.angles, stamp)
        self._read: Kept[dict[Box, Told]] = Kept(KEPT_PAGES)

    def keep_readings(self, readings: Path | None) -> None:
        """Keep what models read on scans in this file from now on; None to keep it in memory."""
        if readings != self._readings.path:
            self._readings.close()
            self._readings = Readings(readings)

    def answer(self, asking: Asking, question: Question) -> Iterator[Event]:
        """Answer a question that is not about one part of one page.

        That is one to a whole document, see `vlm.whole_document.answer`, or to a whole page that
        is read part by part, see `vlm.part_answers.answer`; for a table, see `vlm.part_tables`; or
        to a box on a small model's page, see `vlm.box_answers.answer`.
        """
        if question.box is not None and not part_tables.helps(question):
            return self._answer_box(asking, question)
        if not question.whole_document:
            return self._answer_in_parts(asking, question)

        def ask(asked: Question) -> Iterator[Event]:
            return self._answer_in_parts(asking, asked) if asking.in_parts else asking.ask(asked)

        return whole_document.answer(
            asking.job,
            question,
            self._finder,
            self._reader(asking),
            ask,
            asking.password(question.page.path),
            asking.cancel,
            asking.names,
        )

    def _answer_in_parts(self, asking: Asking, question: Question) -> Iterator[Event]:
        try:
            yield Progress(asking.job, "Finding the parts of the page")
            page = yield from self.upright(asking, question.page)
            found = self._parts_of(asking, page)
        except DeskError as error:
            yield Failed(asking.job, error.code, str(error))
            return
        question = msgspec.structs.replace(question, page=page)
        readings = self._readings_of(asking, question.page)
        asked = PageJob(
            asking.job, question, found, readings, asking.ask, asking.cancel, asking.names
        )
        if part_tables.helps(question):
            yield from part_tables.answer(asked)
        else:
            yield from part_answers.answer(asked)

    def _answer_box(self, asking: Asking, question: Question) -> Iterator[Event]:
        words = self._parts.words(question.page, asking.password(question.page.path))
        try:
            page = question.page if words else (yield from self._turned_at_once(asking, question))
        except DeskError as error:
            yield Failed(asking.job, error.code, str(error))
            return
        question = msgspec.structs.replace(question, page=page)
        yield from box_answers.answer(
            asking.job,
            question,
            words,
            partial(self._looked_at, asking, page, question.box),
            self._readings_of(asking, page),
            asking.ask,
            asking.cancel,
            asking.names,
        )

    def turned(self, page: PageRef) -> PageRef:
        """Return a page as it is read, as far as it is known which way up that is."""
        return self._turns.known(page)

    def upright(self, asking: Asking, page: PageRef) -> Generator[Event, None, PageRef]:
        """Return a page as it is to be read; yields what is being done.

        Raises:
            DeskError: What opening and drawing can raise.
            Stopped: If the job shall stop.
        """
        if not asking.in_parts:
            return page
        reader = Reader(
            asking.job,
            asking.ask,
            partial(self._readings_of, asking),
            asking.password(page.path),
        )
        return (yield from self._turns.find(page, reader))

    def _turned_at_once(
        self, asking: Asking, question: Question
    ) -> Generator[Event, None, PageRef]:
        """Do the same, but read only if the page lies on its side: a box is answered at once."""
        page = self.turned(question.page)
        if page == question.page and asking.in_parts and self._turns.is_across(page):
            return (yield from self.upright(asking, page))
        return page

    def _readings_of(self, asking: Asking, page: PageRef) -> dict[Box, Told]:
        """Return what the model has read in a page's parts so far; grows."""
        key = (stamp(page.path), page, asking.model.key if asking.model else "")
        readings = self._read.get(key)
        if readings is None:
            readings = dict[Box, Told]()
            self._read.put(key, readings, 1)
        return readings

    def read_ahead(self, asking: Asking, page: PageRef, box: Box | None) -> Iterator[Event]:
        """Read the lines of a scan, as the first question about it would, before it is put.

        Only where pages are read part by part. Yields what is being done, and no last event: a
        line that cannot be read is met by the question itself, which says so.

        Args:
            asking: What the job may use.
            page: That is looked at.
            box: The part of it; None for all.

        Raises:
            DeskError: What opening and drawing can raise.
            Stopped: If the job shall stop.
        """
        if box is None:
            page = yield from self.upright(asking, page)
        page = self.turned(page)
        parts = self._looked_at(asking, page, box)
        if parts is None or not scan_lines.are_read_first(parts):
            return
        readings = self._readings_of(asking, page)
        job, ask, cancel = asking.job, asking.ask, asking.cancel
        try:
            yield from scan_lines.read(job, page, parts, readings, ask, cancel, math.inf)
        except PartFailed:
            return

    def _parts_of(self, asking: Asking, page: PageRef) -> PageParts:
        return self._parts.find(page, asking.password(page.path))

    def places(self, asking: Asking, page: PageRef, box: Box | None) -> tuple[Box | None, ...]:
        """Return what is looked at for questions about a page or, with `box`, a part of it.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        parts = self._looked_at(asking, page, box)
        return (box,) if parts is None else parts.asked[: part_answers.MOST_PARTS]

    def _looked_at(
        self, asking: Asking, page: PageRef, box: Box | None, reads: bool = False
    ) -> PageParts | None:
        """Return the parts that questions about a page or a box are asked in; None for the box.

        All lines are `reads` one by one, also few.
        """
        low = box is not None and box.height < part_of_page.TALL and not reads
        if not asking.in_parts or low:
            return None
        inside = part_of_page.within(self._parts_of(asking, page), box)
        one_by_one = box is None or reads or part_of_page.has_many_lines(inside)
        return inside if one_by_one else None

    def prepare(self, asking: Asking, path: str) -> Iterator[Event]:
        """Learn a document's words ahead of a question; see `vlm.whole_document.prepare`."""
        return whole_document.prepare(
            asking.job,
            path,
            self._finder,
            self._reader(asking),
            asking.password(path),
            asking.cancel,
        )

    def answer_all(
        self, asking: Asking, questions: Sequence[Question], together: AskTogether
    ) -> Iterator[Event]:
        """Answer several questions, some of them to whole documents or pages; see `AskAll`.

        Those to documents of one page are questions about that page and share what is read of it,
        unless pages are read part by part: the parts are then kept between the questions.
        """
        alone: list[int] = []
        shared: dict[int, Question] = {}
        closed: dict[str, DeskError] = {}
        for index, question in enumerate(questions):
            error = closed.get(question.page.path)
            try:
                one = question.whole_document and error is None
                one = one and self._pages_of(asking, question) == 1
                plain = not of_more(of_its_page(question) if one else question, asking)
            except DeskError as raised:
                error = closed[question.page.path] = raised
                plain = False
            if error is not None and not plain:
                yield Unanswered(asking.job, index, error.code, str(error))
                continue
            if plain:
                shared[index] = of_its_page(question)
            else:
                alone.append(index)
        if shared and not (yield from shared_ones(asking.job, questions, shared, together)):
            return
        for index in alone:
            last = yield from last_of(self.answer(asking, questions[index]))
            if isinstance(last, Cancelled):
                yield last
                return
            if isinstance(last, Failed):
                yield Unanswered(asking.job, index, last.code, last.message)
            else:
                yield Answered(asking.job, index, last.answer)
        yield AllAnswered(asking.job)

    def close(self) -> None:
        """Forget documents and close the file."""
        self._finder.close()
        self._readings.close()

    def _pages_of(self, asking: Asking, question: Question) -> int:
        path = question.page.path
        return self._finder.page_count(path, asking.password(path))

    def _reader(self, asking: Asking) -> PageReader | None:
        if asking.model is None:
            return None
        lines = partial(self._lines, asking) if asking.in_parts or asking.lines else None
        return PageReader(self._pages, self._readings, asking.model, asking.ask, lines)

    def _lines(self, asking: Asking, page: PageRef) -> Generator[str, None, str | None]:
        """Read a page's lines to find it by; they stay for questions about it."""
        page = returned(self.upright(asking, page))
        parts, ask = self._parts_of(asking, page), asking.lines or asking.ask
        if parts.asked[0] == WHOLE_PAGE and not asking.in_parts:  # no line was found on it
            yield "part 1 of 1"
            ask = asking.ask
        known = self._readings_of(asking, page) if asking.in_parts else dict[Box, Told]()
        return (yield from text_of(asking.job, page, parts, known, ask, asking.cancel))


def of_more(question: Question, asking: Asking) -> bool:
    """Tell whether a question takes more than one look: of a document, or at a small model's page.

    That is one to a page that is read part by part, or to a box on it.
    """
    return question.whole_document or (asking.in_parts and not question.more_pages)


def stamp(path: str) -> tuple[str, int, int]:
    """Return what changes when a file does."""
    try:
        stat = Path(path).stat()
    except OSError:
        return (path, 0, 0)
    return (path, stat.st_mtime_ns, stat.st_size)
