"""Answers a question about a whole page by asking a small model about its parts.

Most parts do not have the answer, and the model says so; of those that answer, the best one counts:
by how sure the model is, by what the check against the part's words leaves of that, and by how many
of the question's words stand there. On a scan the words are what the model itself reads, once for
each part. Nothing is guessed: where no part answers, the answer is that it is not on the page.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence

import msgspec

from vlm import focus, part_readings
from vlm.absence import NOT_ON_PAGE
from vlm.answer_forms import fits
from vlm.cancel import CancelToken, Stopped, check
from vlm.page_finder import FEW_WORDS
from vlm.page_reading import READ, AskPage
from vlm.part_asking import PartFailed, Told, about, ask_part, named, timings, trust, worth
from vlm.part_finder import PageParts
from vlm.protocol import Cancelled, Done, Event, Progress, Saw
from vlm.reading_requests import asks_to_read
from vlm.types import WHOLE_PAGE, Answer, Box, Evidence, Question

MOST_PARTS = 48
"""Parts that are asked for one question; all of them are, where a page has no more."""

READ_SECONDS, MOST_SECONDS = 20.0, 60.0
"""After so long no further part is begun to be read for its words, and to be asked."""

READ_SHARE = 0.5
"""Of the work on a scan, what reading its lines is shown as."""

READ_TOKENS, PART_TOKENS = 64, 96
"""Of what is read in a part for its words, and of the answer that one part gives."""

SURE = 0.95
"""Confidence from which on an answer that the text layer confirms ends the search."""

UNRELATED = 0.5
"""Relevance of a part that has none of the question's words while another one has some."""

ABOVE = 0.8
"""What words in the line above a part count beside those in its own row."""

OTHER_FORM = 0.2
"""What is left of an answer that has not the form that the question wants."""

GROUP = 0.9
"""The same of a group of lines beside one of them that has as many of the words."""


def answer(
    job: int,
    question: Question,
    page: PageParts,
    readings: dict[Box, str],
    ask: AskPage,
    cancel: CancelToken,
) -> Iterator[Event]:
    """Answer a question about a whole page; the last event is `Done`, `Cancelled` or `Failed`.

    Args:
        job: The job.
        question: Has no box.
        page: Its parts.
        readings: What the model has read in parts so far; grows.
        ask: Answers about one part, and keeps what it made of it for the next question.
        cancel: Looked at between two parts, and by `ask`.
    """
    if asks_to_read(question.text):
        yield from part_readings.read(job, question, page, ask, cancel)
        return
    start = time.perf_counter()
    told: list[tuple[float, Told]] = []
    try:
        unread = question.text.strip() and page.asked[0] != WHOLE_PAGE and _is_scan(page)
        begun = READ_SHARE if unread and page.asked[0] not in readings else 0.0
        if unread:
            yield from _read(job, question, page, readings, ask, cancel)
        places = ranked(page, _texts(page, readings), question.text)
        asked, enough = places[:MOST_PARTS], _enough(places)
        for number, (box, text, relevance) in enumerate(asked):
            check(cancel)
            if told and time.perf_counter() - start > MOST_SECONDS:
                break
            share = begun + (1 - begun) * number / len(asked)
            yield Progress(job, _saying("Looking at", number, len(asked)), share)
            one = yield from ask_part(about(question, box, PART_TOKENS), ask)
            left = trust(one.answer, text)
            if not fits(question.text, one.answer.text):
                left *= OTHER_FORM
            told.append((worth(one.answer, relevance, left), one))
            if relevance >= enough and _settles(one):
                break
    except Stopped:
        useful = [one for one in told if one[1].useful]
        yield Cancelled(job, max(useful, key=lambda one: one[0])[1].answer.text if useful else "")
        return
    except PartFailed as error:
        yield error.failed
        return
    yield from _best(job, told, len(told) == len(places), start)


def _best(
    job: int, told: Sequence[tuple[float, Told]], all_told: bool, start: float
) -> Iterator[Event]:
    """Tell the best answer of the parts, or that none of them has one; the last event is `Done`.

    Args:
        job: The job.
        told: What each part that was asked is worth, and what it answered.
        all_told: Whether these are all parts of the page.
        start: When the job began, of `time.perf_counter`.
    """
    parts = [one for _, one in told]
    best = max(told, key=lambda one: one[0])[1]
    found = _found(best) if best.useful else _absent(parts, all_told)
    found = msgspec.structs.replace(
        found,
        visual_tokens=sum(one.answer.visual_tokens for one in parts),
        timings=timings(parts, found, start),
    )
    shown = [best] if best.useful else parts
    yield Saw(job, found.views, next((one.warning for one in shown if one.warning), ""))
    yield Done(job, found)


def ranked(page: PageParts, texts: Sequence[str], question: str) -> list[tuple[Box, str, float]]:
    """Return all parts of a page, their texts and relevance in (0, 1], the best first.

    Parts that have as many of the question's words stay from top to bottom.

    Args:
        page: Its parts.
        texts: What stands in each; what stands beside a part and above it counts as well, as a
            label does.
        question: As a person asks it.
    """
    lines = texts[: page.lines]
    own = focus.shared([_said(lines, numbers) for numbers in page.rows], question)
    over = focus.shared(
        [f"{_said(lines, higher)} {text}" for higher, text in zip(page.above, texts, strict=True)],
        question,
    )
    shares = [max(one, ABOVE * other) for one, other in zip(own, over, strict=True)]
    most = max(shares)
    relevance = [UNRELATED + (1 - UNRELATED) * share / most if most else 1.0 for share in shares]
    weighed = [
        one if number < page.lines or not most else one * GROUP
        for number, one in enumerate(relevance)
    ]
    return sorted(zip(page.asked, texts, weighed, strict=True), key=lambda one: -one[2])


def _is_scan(page: PageParts) -> bool:
    """Tell whether a page has hardly any words of its own: none, or those of a stamp."""
    return len(page.words) < FEW_WORDS


def _said(lines: Sequence[str], numbers: Sequence[int]) -> str:
    return " ".join(lines[number] for number in numbers)


def _enough(places: Sequence[tuple[Box, str, float]]) -> float:
    """Return the relevance from which on a sure answer ends the search."""
    best = places[0][2]
    return best if len(places) > 1 and best > UNRELATED and best > places[-1][2] else math.inf


def _texts(page: PageParts, readings: dict[Box, str]) -> tuple[str, ...]:
    """Return what stands in each part, as far as it is known; groups say what their lines say."""
    if not _is_scan(page):
        return focus.texts_of(page.asked, page.words)
    lines = page.asked[: page.lines]
    return tuple(
        readings.get(box, "")
        if number < page.lines
        else " ".join(readings.get(line, "") for line in lines if box.holds(line))
        for number, box in enumerate(page.asked)
    )


def _read(
    job: int,
    question: Question,
    page: PageParts,
    readings: dict[Box, str],
    ask: AskPage,
    cancel: CancelToken,
) -> Generator[Event, None, None]:
    """Let the model read the lines of a scan that it has not read yet.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop; what was read by then stays.
    """
    start = time.perf_counter()
    lines = page.asked[: page.lines]
    reading = msgspec.structs.replace(question, text=READ, max_new_tokens=READ_TOKENS)
    for number, box in enumerate(lines):
        check(cancel)
        if box in readings:
            continue
        if time.perf_counter() - start > READ_SECONDS:
            return
        share = READ_SHARE * number / len(lines)
        yield Progress(job, _saying("Reading", number, len(lines)), share)
        one = yield from ask_part(about(reading, box, READ_TOKENS), ask)
        readings[box] = one.answer.text if one.useful else ""


def _saying(what: str, number: int, count: int) -> str:
    return f"{what} part {number + 1} of {count}"


def _settles(told: Told) -> bool:
    """Tell whether an answer is sure and confirmed, so that no other part needs to be asked."""
    sure = told.useful and told.answer.confidence >= SURE
    return sure and told.answer.evidence.kind == "crop"


def _found(best: Told) -> Answer:
    part = None if best.part == WHOLE_PAGE else best.part
    return msgspec.structs.replace(
        best.answer,
        evidence=msgspec.structs.replace(best.answer.evidence, part=part),
        views=named([best], "The part where it was read"),
    )


def _absent(told: Sequence[Told], settled: bool) -> Answer:
    """Return the answer that there is none, and no more than is known of that.

    Args:
        told: The parts that were asked.
        settled: Whether these are all.
    """
    where = "the part" if len(told) == 1 else f"the {len(told)} parts"
    return msgspec.structs.replace(
        told[0].answer,
        text=NOT_ON_PAGE
        if settled
        else f"There is no answer in {where} of this page read in time.",
        # As sure as of the part that it was least sure of: the answer may stand in that one.
        confidence=min(one.answer.confidence for one in told),
        evidence=Evidence("nothing"),
        stop="end",
        unsure=(),
        views=named(told),
    )
