"""Answers a question about a whole page by asking a small model about its parts.

Most parts do not have the answer, and the model says so; of those that answer, the best one counts:
by how sure the model is, by what the check against the part's words leaves of that, and by how many
of the question's words stand there. On a scan the words are what the model itself reads, once for
each line; a date or an amount that stands in them is an answer as well. An answer that has not the
form that the question wants counts for nothing. Nothing is guessed: where no part answers, the
answer is that it is not on the page.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

import msgspec

from vlm import agreement, focus, part_readings, scan_lines, second_readings
from vlm.absence import NOT_ON_PAGE
from vlm.answer_forms import asks_for_sum, fits, form_of
from vlm.cancel import CancelToken, Stopped, check
from vlm.field_names import asks_for_seller
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_reading import AskPage
from vlm.part_asking import PartFailed, Told, about, around, ask_part, named, timings, trust, worth
from vlm.part_finder import PageParts
from vlm.part_labels import ask_at_label, read_at_labels
from vlm.protocol import Cancelled, Done, Event, Progress, Saw
from vlm.read_answers import NEAR, found_in, size_of
from vlm.reading_requests import asks_to_read
from vlm.types import WHOLE_PAGE, Answer, Box, Evidence, Question

MOST_PARTS = 48
"""Parts that are asked for one question; all of them are, where a page has no more."""

READ_SECONDS, MOST_SECONDS = 20.0, 60.0
"""After so long no further part is begun to be read for its words, and to be asked."""

PART_TOKENS = 96
"""Of the answer that one part gives."""

SURE = 0.95
"""Confidence from which on an answer that the text layer confirms ends the search."""

UNRELATED = 0.5
"""Relevance of a part that has none of the question's words while another one has some."""

ABOVE = 0.8
"""What words in the line above a part count beside those in its own row."""

GROUP = 0.9
"""What is left of a group of lines beside one of them that has as many of the words."""

MOST_ASKED = 24
"""Parts of a scan, all of whose lines were read already, that are asked for one question."""

NAMED = 0.95
"""What a label counts at least beside lines that have words of the question themselves."""

UNNAMED = 0.5
"""What is left of the confidence in an answer from a page with words of its own that has neither
the question's words nor a name of what it asks for: small models take other fields for it."""

AT_LABEL, ELSEWHERE = 0.85, 0.65
"""What is left of the confidence in what was read on a scan, at a label and without one: the model
may be sure of its letters, and the answer stand elsewhere. By how often 96 were right."""

BESIDE = 0.5
"""What is left of what has the form that is wanted on a scan that has a label for it elsewhere."""

READ_THERE = 0.9
"""What is left of a date or an amount in what was read, beside one that was asked for."""

NAME_THERE = 0.7
"""The same of a line that looks like a name: it may be a slogan, which the model would not tell."""


def answer(
    job: int,
    question: Question,
    page: PageParts,
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
    learned: LearnedNames = NO_NAMES,
) -> Iterator[Event]:
    """Answer a question about a whole page; the last event is `Done`, `Cancelled` or `Failed`.

    Args:
        job: The job.
        question: Has no box.
        page: Its parts.
        readings: What the model has read in parts so far; grows.
        ask: Answers about one part, and keeps what it made of it for the next question.
        cancel: Looked at between two parts, and by `ask`.
        learned: What the person's own documents call things.
    """
    if asks_to_read(question.text):
        yield from part_readings.read(job, question, page, ask, cancel)
        return
    start = time.perf_counter()
    told: list[tuple[float, Told]] = []
    found: list[tuple[float, Told]] = []
    left = 1.0
    try:
        unread = bool(question.text.strip()) and scan_lines.are_read_first(page)
        begun = scan_lines.READ_SHARE if unread and page.asked[0] not in readings else 0.0
        if unread:
            yield from scan_lines.read(
                job, question.page, page, readings, ask, cancel, READ_SECONDS
            )
        places = ranked(page, scan_lines.texts_of(page, readings), question.text)
        if unread:
            found, rest, at = _found_on_scan(question.text, page, readings, places, learned)
            again = second_readings.unsure(
                second_readings.deciding(question.text, page, found, places), readings
            )
            if again:
                yield from second_readings.read(job, question.page, again, readings, ask, cancel)
                places = ranked(page, scan_lines.texts_of(page, readings), question.text)
                found, rest, at = _found_on_scan(question.text, page, readings, places, learned)
            places, left = rest, AT_LABEL if at else ELSEWHERE
        elif at_label := (yield from ask_at_label(question, page, ask, PART_TOKENS, learned)):
            found = [(at_label.weight, at_label.told)]
            places = [] if at_label.clear else places
        if not unread and not found and not _is_labelled(places):
            left = UNNAMED
        asked, enough = places[: MOST_ASKED if unread else MOST_PARTS], _enough(places)
        for number, (box, text, relevance) in enumerate(asked):
            check(cancel)
            if told and time.perf_counter() - start > MOST_SECONDS:
                break
            share = begun + (1 - begun) * number / len(asked)
            yield Progress(job, scan_lines.said_of("Looking at", number, len(asked)), share)
            one = yield from ask_part(about(question, box, PART_TOKENS), ask)
            weight = worth(one.answer, relevance, trust(one.answer, text))
            told.append((weight if fits(question.text, one.answer.text) else weight - 1.0, one))
            if relevance >= enough and _settles(one):
                break
    except Stopped:
        useful = [one for one in (*found, *told) if one[0] > 0]
        yield Cancelled(job, max(useful, key=_worth)[1].answer.text if useful else "")
        return
    except PartFailed as error:
        yield error.failed
        return
    whole = len(told) == len(places) and not (unread and len(readings) < page.lines)
    sums = unread and asks_for_sum(question.text)
    yield from _best(job, [*found, *told], whole, sums, left, start)


def _best(
    job: int,
    told: Sequence[tuple[float, Told]],
    all_told: bool,
    sums: bool,
    left: float,
    start: float,
) -> Iterator[Event]:
    """Tell the best answer of the parts, or that none of them has one; the last event is `Done`.

    Args:
        job: The job.
        told: What each part that was asked or read is worth, above 0 where it answers, and what it
            says.
        all_told: Whether nothing is left to ask on the page.
        sums: Whether of the amounts that are worth about the same the largest is wanted.
        left: What is left of the confidence in an answer.
        start: When the job began, of `time.perf_counter`.
    """
    parts = [one for _, one in told]
    most, best = max(told, key=_worth)
    if sums:
        near = [one for weight, one in told if weight >= NEAR * most > 0]
        best = max(near, key=lambda one: size_of(one.answer.text) or 0.0, default=best)
    found = _found(best, left) if most > 0 else _absent(parts, all_told)
    found = msgspec.structs.replace(
        found,
        visual_tokens=sum(one.answer.visual_tokens for one in parts),
        timings=timings(parts, found, time.perf_counter() - start),
    )
    shown = [best] if most > 0 else parts
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


def _worth(one: tuple[float, Told]) -> float:
    return one[0]


def _is_labelled(places: Sequence[tuple[Box, str, float]]) -> bool:
    """Tell whether some places have words of the question and others have none."""
    return any(relevance < 1 for _, _, relevance in places)


def _found_on_scan(
    question: str,
    page: PageParts,
    readings: dict[Box, Told],
    places: list[tuple[Box, str, float]],
    learned: LearnedNames,
) -> tuple[list[tuple[float, Told]], list[tuple[Box, str, float]], bool]:
    """Return what answers on a scan, the places still to be asked, and whether a label told it."""
    found = _found_read(question, page, readings, places)
    least = NAMED if _is_labelled(places) else 0.0
    lines = page.asked[: page.lines]
    address = form_of(question) == "address"  # "Company" is a label of names only
    read = [] if address else read_at_labels(question, lines, readings, least, learned)
    rest = _worth_asking(question, page, found, places) if not read else []
    if read:
        found = [*read, *((weight * BESIDE, one) for weight, one in found)]
    return (_agreeing(page, readings, found) if asks_for_sum(question) else found), rest, bool(read)


def _agreeing(
    page: PageParts, readings: dict[Box, Told], found: Sequence[tuple[float, Told]]
) -> list[tuple[float, Told]]:
    """Weigh sums by what was paid and given back."""
    said = scan_lines.texts_of(page, readings)[: page.lines]
    row_of = {page.asked[number]: _said(said, page.rows[number]) for number in range(page.lines)}
    told = agreement.told_by_payment(list(dict.fromkeys(row_of.values())))
    return [
        (agreement.weight(own, one.answer.text, row_of.get(one.part, ""), told), one)
        for own, one in found
    ]


def _found_read(
    question: str,
    page: PageParts,
    readings: dict[Box, Told],
    places: Sequence[tuple[Box, str, float]],
) -> list[tuple[float, Told]]:
    """Return answers that stand in what was read in a scan's lines, each with its worth."""
    lines = page.asked[: page.lines]
    form, labelled = form_of(question), _is_labelled(places)
    relevance = {box: one for box, _, one in places}
    said = [
        readings[box].answer.text if box in readings and readings[box].useful else ""
        for box in lines
    ]
    found: list[tuple[float, Told]] = []
    for one in found_in(form, said, labelled):
        some = lines[one.line : (one.line if one.last is None else one.last) + 1]
        told = around([readings[box] for box in some if box in readings])
        given = msgspec.structs.replace(told.answer, text=one.text, unsure=())
        left = one.weight * (NAME_THERE if form == "name" else READ_THERE)
        weight = worth(given, max(relevance[box] for box in some), left)
        found.append((weight, Told(told.part, given, told.warning)))
    return found


def _worth_asking(
    question: str,
    page: PageParts,
    found: Sequence[tuple[float, Told]],
    places: list[tuple[Box, str, float]],
) -> list[tuple[Box, str, float]]:
    """Return the places of a scan that are asked about: what was read there tells which.

    None where dates or addresses were read, which the model seldom takes for one, nor where names
    were and the seller's is wanted, or nothing says whose; else those that have words of the
    question.
    """
    form, labelled = form_of(question), _is_labelled(places)
    if form in ("date", "address") and found:
        return []
    if form == "name" and found and (not labelled or asks_for_seller(question)):
        return []
    if labelled:
        return [one for one in places if one[2] > UNRELATED]
    lines = page.asked[: page.lines]
    return [one for one in places if one[0] in lines]


def _said(lines: Sequence[str], numbers: Sequence[int]) -> str:
    return " ".join(lines[number] for number in numbers)


def _enough(places: Sequence[tuple[Box, str, float]]) -> float:
    """Return the relevance from which on a sure answer ends the search."""
    best = places[0][2] if places else 0.0
    return best if len(places) > 1 and best > UNRELATED and best > places[-1][2] else math.inf


def _settles(told: Told) -> bool:
    """Tell whether an answer is sure and confirmed, so that no other part needs to be asked."""
    sure = told.useful and told.answer.confidence >= SURE
    return sure and told.answer.evidence.kind == "crop"


def _found(best: Told, left: float) -> Answer:
    part = None if best.part == WHOLE_PAGE else best.part
    sure = best.answer.confidence
    return msgspec.structs.replace(
        best.answer,
        confidence=sure * left if sure > 0 else sure,
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
