"""Reads everything on a page or in a box with a small model, in the order in which people read.

What stands in the text layer is not read: it is what the page says. Every other line is read by
itself, as a small model loses its way in several.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from vlm import scan_lines
from vlm.absence import says_something
from vlm.cancel import CancelToken, Stopped
from vlm.evidence import lines_of, locate
from vlm.page_reading import BLOCK_TOKENS, READ, AskPage
from vlm.part_asking import PartFailed, Told, about, absent, ask_part, ask_parts, ended, named
from vlm.part_finder import PageParts
from vlm.part_labels import shown
from vlm.protocol import Cancelled, Done, Event, Progress, Saw
from vlm.reading_order import lines_in_order
from vlm.turns import as_shown
from vlm.types import WHOLE_PAGE, Answer, Box, Evidence, PageRef, Question, Unsure, Word, union
from vlm.word_places import print_in

SURE = 0.95
"""Confidence in what a page says itself: its words may be those that another program read."""

SAME = 1e-6
"""Share of a page that is none: parts of a line meet."""

GLANCE = 4
"""Tokens that the model may say of a line whose words are known."""


def read(
    job: int,
    question: Question,
    page: PageParts,
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
    *,
    exact: bool,
) -> Iterator[Event]:
    """Read a page; the last event is `Done`, `Cancelled` with what was read, or `Failed`.

    Args:
        job: The job.
        question: Asks to read.
        page: Its parts.
        readings: What the model has read in lines so far; grows.
        ask: Answers about one part.
        cancel: Looked at between two lines, and by `ask`.
        exact: Whether it says its words itself.
    """
    start = time.perf_counter()
    wordless = _wordless(page) if exact else page
    if not wordless.lines:
        yield from _quoted(job, question, page, ask)
        return
    try:
        told = yield from _told(job, question, page, wordless, readings, ask, cancel)
    except Stopped:
        some = _in_order(question, page, wordless, readings)
        yield Cancelled(job, "\n".join(one.answer.text for one in some))
        return
    except PartFailed as error:
        yield error.failed
        return
    useful = [one for one in told if one.useful]
    read_in = [readings[line] for line in wordless.asked if line in readings] or told
    found = _joined(useful, page) if useful else _nothing(told or read_in)
    yield from ended(job, found, read_in, start)


def text_of(
    job: int,
    page: PageRef,
    parts: PageParts,
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
) -> Generator[str, None, str | None]:
    """Read a page, as `read` does; yields what is being done.

    Returns:
        What it says; None where it was stopped or could not be read.
    """
    exact = not scan_lines.is_scan(parts)
    for event in read(job, Question(READ, page), parts, readings, ask, cancel, exact=exact):
        match event:
            case Progress():
                yield event.text.removeprefix("Reading ")
            case Done():
                return event.answer.text if says_something(event.answer.text) else ""
            case _:
                continue
    return None


def _quoted(job: int, question: Question, page: PageParts, ask: AskPage) -> Iterator[Event]:
    """Answer with a page's own words; the last event is `Done`, `Cancelled` or `Failed`.

    The model glances at a line, so that it is known which one would have read.
    """
    start = time.perf_counter()
    try:
        own = yield from ask_part(about(question, page.asked[0], GLANCE), ask)
    except Stopped:
        yield Cancelled(job, "")
        return
    except PartFailed as error:
        yield error.failed
        return
    lines = lines_in_order(shown(page.words, question.page))
    boxes = [word.box for word in page.words]
    given = msgspec.structs.replace(
        own.answer,
        text="\n".join(" ".join(word.text for word in one) for one in lines),
        confidence=SURE,
        evidence=Evidence("page", tuple(lines_of(boxes))),
        stop="end",
        unsure=(),
        views=(),  # the model has read nothing of it
        visual_tokens=0,
        timings=msgspec.structs.replace(own.answer.timings, total=time.perf_counter() - start),
    )
    yield Saw(job, (), "")
    yield Done(job, given)


def _wordless(page: PageParts) -> PageParts:
    """Return a page's lines that have to be read: those without words of the text layer."""
    some = [
        number
        for number, line in enumerate(page.asked[: page.lines])
        if not any(line.holds(word.box) for word in page.words)
    ]
    return replace(
        page,
        asked=tuple(page.asked[number] for number in some),
        lines=len(some),
        pieces=tuple(page.pieces[number] for number in some) if page.pieces else (),
        straight=tuple(page.straight[number] for number in some) if page.straight else (),
        ink=tuple(page.ink[number] for number in some) if page.ink else (),
    )


def _told(
    job: int,
    question: Question,
    page: PageParts,
    wordless: PageParts,
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
) -> Generator[Event, None, list[Told]]:
    """Read what has no words and return all lines of a page in their order.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop.
    """
    if page.asked[0] == WHOLE_PAGE:  # no line was found on it
        blocks = [about(question, box, BLOCK_TOKENS) for box in page.read]
        return (yield from ask_parts(blocks, ask))
    lines = scan_lines.read(job, question.page, wordless, readings, ask, cancel, math.inf)
    for event in lines:
        if isinstance(event, Progress) and event.fraction > 0:
            event = Progress(job, event.text, event.fraction / scan_lines.READ_SHARE)
        yield event
    return _in_order(question, page, wordless, readings)


def _in_order(
    question: Question, page: PageParts, wordless: PageParts, readings: Mapping[Box, Told]
) -> list[Told]:
    """Return what is known of a page's lines, in the order in which they are read."""
    some = list(_read_lines(wordless, readings))
    words = {Word(told.answer.text, level): told for level, told in some}
    if some and len(wordless.asked) < len(page.asked[: page.lines]):
        for word in page.words:
            given = msgspec.structs.replace(
                some[0][1].answer, text=word.text, confidence=SURE, unsure=()
            )
            shown = Word(word.text, as_shown(word.box, question.page.rotation))
            words[shown] = Told(word.box, given, "")
    return [
        scan_lines.as_one(
            union([words[word].part for word in line]), [words[word] for word in line]
        )
        for line in lines_in_order(list(words), pieces=not page.words)
    ]


def _read_lines(page: PageParts, readings: Mapping[Box, Told]) -> Iterator[tuple[Box, Told]]:
    """Yield where the print of each line stands, and what was read there.

    What was too long to be read at once is one line.
    """
    before: tuple[Box, Box, Told] | None = None
    for line, level in zip(page.asked, page.level, strict=False):
        if line not in readings or not readings[line].useful:
            continue
        told, place = readings[line], print_in(level, page.ink_of(line))
        if before is not None and _go_on(before[0], level):
            told = scan_lines.as_one(union([before[2].part, told.part]), [before[2], told])
            place = union([before[1], place])
        elif before is not None:
            yield before[1], before[2]
        before = level, place, told
    if before is not None:
        yield before[1], before[2]


def _go_on(line: Box, other: Box) -> bool:
    """Tell whether a line was divided where the other begins."""
    return abs(line.x1 - other.x0) < SAME and abs(line.y0 - other.y0) < SAME


def _nothing(told: Sequence[Told]) -> Answer:
    none = absent(told[0].answer, min(one.answer.confidence for one in told))
    return msgspec.structs.replace(none, views=named(told))


def _joined(told: Sequence[Told], page: PageParts) -> Answer:
    """Make one answer of what was read in all lines."""
    text, unsure, logs, count = "", list[Unsure](), 0.0, 0
    for one in told:
        given = one.answer
        text += "\n" if text else ""
        unsure += (
            Unsure(len(text) + word.start, len(text) + word.end, word.probability)
            for word in given.unsure
        )
        text += given.text
        logs += len(given.text) * math.log(max(given.confidence, 1e-9))
        count += len(given.text)
    known = all(one.answer.confidence >= 0 for one in told)
    return msgspec.structs.replace(
        told[0].answer,
        text=text,
        confidence=math.exp(logs / count) if known else -1.0,
        evidence=locate(text, page.words, None),
        stop=next((one.answer.stop for one in told if one.answer.stop != "end"), "end"),
        unsure=tuple(unsure),
        effective_dpi=max(one.answer.effective_dpi for one in told),
    )
