"""Reads the lines of a scan with a small model, each once, to know what stands where."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

import msgspec

from vlm import focus, iban, tax_ids
from vlm.cancel import CancelToken, check
from vlm.page_finder import FEW_WORDS
from vlm.page_reading import READ, AskPage
from vlm.part_asking import Told, about, ask_parts, at_once, timings
from vlm.part_finder import PageParts
from vlm.protocol import Event, Progress
from vlm.types import WHOLE_PAGE, Box, PageRef, Question, Unsure

READ_SHARE = 0.5
"""Of the work on a scan, what reading its lines is shown as."""

READ_TOKENS = 64
"""Of what is read in a line."""


BUSY = 3.0
"""Times as long that lines are read where other programs leave little of the processor: what was
not read cannot be found, and a person whose machine is busy rather waits."""


def is_scan(page: PageParts) -> bool:
    """Tell whether a page has hardly any words of its own: none, or those of a stamp."""
    return len(page.words) < FEW_WORDS


def are_read_first(page: PageParts) -> bool:
    """Tell whether a page's lines are read before any of its parts is asked about."""
    return page.asked[0] != WHOLE_PAGE and is_scan(page)


def read(
    job: int,
    at: PageRef,
    page: PageParts,
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
    seconds: float,
) -> Generator[Event, None, None]:
    """Let the model read the lines that it has not read yet; yields what is being done.

    Args:
        job: The job.
        at: The page.
        page: Its parts.
        readings: What was read so far; grows.
        ask: Answers about one part, and keeps what it made of it for the next question.
        cancel: Looked at between two parts, and by `ask`.
        seconds: After so long no further line is begun, and this process has computed as long; or
            after `BUSY` times as long.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop; what was read by then stays.
    """
    start, begun = time.perf_counter(), time.process_time()
    lines = page.asked[: page.lines]
    left, some = [box for box in lines if box not in readings], at_once(ask)
    asked = Question(READ, at, max_new_tokens=READ_TOKENS)
    for first in range(0, len(left), some):
        check(cancel)
        waited, computed = time.perf_counter() - start, time.process_time() - begun
        if waited > seconds and (computed > seconds or waited > BUSY * seconds):
            return
        number, boxes = lines.index(left[first]), left[first : first + some]
        share = READ_SHARE * number / len(lines)
        yield Progress(job, said_of("Reading", number, len(lines)), share)
        readings.update((yield from read_in_pieces(asked, page, boxes, ask)))


def read_in_pieces(
    asked: Question, page: PageParts, lines: Sequence[Box], ask: AskPage
) -> Generator[Event, None, dict[Box, Told]]:
    """Read lines, long ones in pieces, and return what was read in each.

    Args:
        asked: Asks to read.
        page: Its parts.
        lines: Of them.
        ask: Answers about one part.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop.
    """
    pieces = [(line, piece) for line in lines for piece in page.read_in(line)]
    told = yield from ask_parts([about(asked, piece, READ_TOKENS) for _, piece in pieces], ask)
    found: dict[Box, list[Told]] = {}
    for (line, _), one in zip(pieces, told, strict=True):
        found.setdefault(line, []).append(one)
    return {line: _proved(as_one(line, some)) for line, some in found.items()}


def _proved(told: Told) -> Told:
    """Return what was read, numbers as their check digits or their form prove them."""
    text = tax_ids.mended(iban.mended(told.answer.text))
    if text == told.answer.text:
        return told
    return replace(told, answer=msgspec.structs.replace(told.answer, text=text))


def as_one(line: Box, told: Sequence[Told]) -> Told:
    """Return what was read in the pieces of a line as if it had been read at once.

    Args:
        line: The line.
        told: What was read in each piece, one or more, from left to right.
    """
    if len(told) == 1:
        return told[0]
    useful = [one for one in told if one.useful] or told[:1]
    text, unsure = "", list[Unsure]()
    for one in useful:
        text += " " if text else ""
        unsure += (
            Unsure(len(text) + word.start, len(text) + word.end, word.probability)
            for word in one.answer.unsure
        )
        text += one.answer.text
    answers = [one.answer for one in told]
    logs = sum(
        max(1, len(one.answer.text)) * math.log(max(one.answer.confidence, 1e-9)) for one in useful
    )
    count = sum(max(1, len(one.answer.text)) for one in useful)
    known = all(one.answer.confidence >= 0 for one in useful)
    given = msgspec.structs.replace(
        useful[0].answer,
        text=text,
        confidence=math.exp(logs / count) if known else -1.0,
        unsure=tuple(unsure),
        stop=next((one.stop for one in answers if one.stop != "end"), "end"),
        views=tuple(view for one in answers for view in one.views),
        visual_tokens=sum(one.visual_tokens for one in answers),
        timings=timings(told, useful[0].answer, sum(one.timings.total for one in answers)),
    )
    return Told(line, given, next((one.warning for one in told if one.warning), ""))


def texts_of(page: PageParts, readings: dict[Box, Told]) -> tuple[str, ...]:
    """Return what stands in each part, as far as it is known; groups say what their lines say."""
    if not is_scan(page):
        return focus.texts_of(page.asked, page.words)
    said = {box: one.answer.text for box, one in readings.items() if one.useful}
    single = [said.get(box, "") for box in page.asked[: page.lines]]
    lines = list(zip(page.level, single, strict=False))
    groups = (
        " ".join(text for line, text in lines if box.holds(line))
        for box in page.level[page.lines :]
    )
    return (*single, *groups)


def legible(readings: Mapping[Box, Told]) -> float:
    """Return how surely a scan's lines were read, in [0, 1]: what was misread may be the answer."""
    sure = [one.answer.confidence for one in readings.values() if one.answer.confidence >= 0]
    return statistics.mean(sure) if sure else 1.0


def said_of(what: str, number: int, count: int) -> str:
    """Say that something is done with a part, counted from 0."""
    return f"{what} part {number + 1} of {count}"
