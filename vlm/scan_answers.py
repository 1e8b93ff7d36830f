"""Answers about a scan from what a small model read in its lines, and the places left to ask."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import msgspec

from vlm import agreement, page_values, scan_lines, second_readings
from vlm.answer_forms import asks_for_sum, form_of
from vlm.asked_names import key_of
from vlm.field_names import ALL, asks_for_seller, named_in
from vlm.labelled import is_told
from vlm.learned_names import LearnedNames
from vlm.letterhead import may_be_seller
from vlm.page_cells import Cell, cells_of
from vlm.page_job import PageJob
from vlm.part_asking import Told, around, worth
from vlm.part_finder import PageParts
from vlm.part_labels import read_at_labels, read_known, words_read
from vlm.part_prose import read_text
from vlm.part_ranking import UNRELATED, is_labelled, joined, ranked
from vlm.protocol import Event
from vlm.read_answers import found_in
from vlm.senders import Senders
from vlm.types import Box

READ_SECONDS = 20.0
"""After so long no further line is begun to be read for its words."""

NAMED = 0.95
"""What a label counts at least beside lines that have words of the question themselves."""

KNOWN = 0.5
"""The same of anything but a sum, which stands at labels of few letters below much else."""

AT_LABEL = 0.9
"""What is left of the confidence in what was read on a scan at a label, or can be nothing else: the
model may be sure of its letters, and the answer stand elsewhere. 325 such answers scored 0.963."""

SUM, SELLER, OTHER = 0.75, 0.75, 0.6
"""The same without a label: of a sum and of who sells, which their place tells (45 scored 0.806, 70
scored 0.767), and of dates and addresses (42 addresses scored 0.583)."""

ELSEWHERE = 0.25
"""The same of anything else, which the model was asked about line by line: 16 scored 0.106."""

BESIDE = 0.5
"""What is left of what has the form that is wanted on a scan that has a label for it elsewhere."""

READ_THERE = 0.9
"""What is left of a date or an amount in what was read, beside one that was asked for."""

LEGIBLE = 0.5
"""Confidence from which on the place of a name or an address tells more than how surely it is read:
whose page it is stands above whom it is sent to."""

NAME_THERE = 0.7
"""The same of a line that looks like a name: it may be a slogan, which the model would not tell."""


def answers_of(
    of: PageJob, found: list[tuple[float, Told]]
) -> Generator[Event, None, tuple[list[tuple[Box, str, float]], float]]:
    """Answer from a scan's lines, reading what matters and is unsure again; yields what is done.

    Args:
        of: Its question has no box.
        found: Is filled with the answers that were read; they stay when the job stops.

    Returns:
        The places still to be asked, and what is left of the confidence in an answer.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop.
    """
    question, page, readings, learned = of.question, of.page, of.readings, of.learned
    places = ranked(page, scan_lines.texts_of(page, readings), question.text)
    on_scan = _found_on_scan(question.text, page, readings, places, learned)
    found[:] = on_scan.found
    deciding = second_readings.deciding(question.text, page, found, places)
    if again := second_readings.unsure(deciding, readings):
        yield from second_readings.read(
            of.job, question.page, page, again, readings, of.ask, of.cancel
        )
        places = ranked(page, scan_lines.texts_of(page, readings), question.text)
        on_scan = _found_on_scan(question.text, page, readings, places, learned)
        found[:] = on_scan.found
    words = list(words_read(page, readings))
    if not on_scan.known and not is_told(question.text, words, True, learned.labels_alone):
        text = read_text(question.text, page, readings, on_scan.at_label)
        if text is not None:
            found[:] = [(text.weight, text.told)]
            return [], 1.0
    return on_scan.rest, AT_LABEL if on_scan.at_label else _left(question.text)


@dataclass(frozen=True, slots=True)
class _OnScan:
    """What was found in a scan's lines.

    Attributes:
        found: Answers and what each is worth.
        rest: The places still to be asked.
        at_label: Whether the best of them stands at a label, or is known.
        known: Whether it is the one that the person's other documents have too.
    """

    found: list[tuple[float, Told]]
    rest: list[tuple[Box, str, float]]
    at_label: bool
    known: bool


def _left(question: str) -> float:
    """Return what is left of the confidence in an answer that no label tells."""
    if asks_for_seller(question):
        return SELLER
    match form_of(question):
        case "amount" if asks_for_sum(question):
            return SUM
        case "date" | "address":
            return OTHER
        case _:
            return ELSEWHERE


def _found_on_scan(
    question: str,
    page: PageParts,
    readings: dict[Box, Told],
    places: list[tuple[Box, str, float]],
    learned: LearnedNames,
) -> _OnScan:
    """Return what answers on a scan, and the places still to be asked."""
    rows = cells_of(list(words_read(page, readings)))
    found = _found_read(question, page, readings, places, rows)
    if known := read_known(question, page, readings, learned):
        beside = ((weight * BESIDE, one) for weight, one in found)
        return _OnScan([*known, *beside], [], at_label=True, known=True)
    labels = learned.labels_alone  # what is known was looked for, and does not stand here
    least = _least(question, places)
    address = form_of(question) == "address"  # "Company" is a label of names only
    read = read_at_labels(question, page, readings, least, labels, known=not address)
    if address and read:
        read = [_continued(*read[0], found)]
    seller = asks_for_seller(question) and not learned.of(key_of(question))
    if seller:  # "Company" is also the label of a company's number
        read = [one for one in read if may_be_seller(one[1].answer.text)]
    rest = _worth_asking(question, page, found, places) if not read else []
    if read:
        left = 1.0 if seller else BESIDE
        found = [*read, *((weight * left, one) for weight, one in found)]
    if asks_for_sum(question):
        found = _agreeing(page, readings, found)
    return _OnScan(found, rest, at_label=bool(read), known=False)


def _least(question: str, places: list[tuple[Box, str, float]]) -> float:
    """Return what a value at a label has to count."""
    if not is_labelled(places):
        return 0.0
    return NAMED if asks_for_sum(question) else KNOWN


def _continued(
    weight: float, told: Told, found: Sequence[tuple[float, Told]]
) -> tuple[float, Told]:
    """Return the address that begins at a learned label: all its lines, where it has several.

    Args:
        weight: What the label counts.
        told: What stands in its line, or in the one below.
        found: Addresses of the page.
    """
    begun = told.answer.text
    for _, one in found:
        text = one.answer.text
        if one.part.holds(told.part) and "\n" in text and begun in text:
            whole = msgspec.structs.replace(one.answer, text=text[text.index(begun) :])
            return weight, Told(one.part, whole, one.warning)
    return weight, told


def _agreeing(
    page: PageParts, readings: dict[Box, Told], found: Sequence[tuple[float, Told]]
) -> list[tuple[float, Told]]:
    """Weigh sums by what else is said of them; one that payment and change contradict is unsure."""
    said = scan_lines.texts_of(page, readings)[: page.lines]
    row_of = {page.asked[number]: joined(said, page.rows[number]) for number in range(page.lines)}
    rows = list(dict.fromkeys(row_of.values()))
    told = agreement.told_by_others(rows)
    return [
        (
            agreement.weight(own, one.answer.text, row_of.get(one.part, ""), told),
            _doubted(one, rows),
        )
        for own, one in found
    ]


def _doubted(told: Told, rows: Sequence[str]) -> Told:
    """Return a sum, less sure where it was read unsurely and payment and change make another one.

    Where it was read surely the payment is misread: three such sums of 18 receipts were all right.
    """
    given = told.answer
    if not 0 < given.confidence < second_readings.SURE or not agreement.is_contradicted(
        given.text, rows
    ):
        return told
    left = given.confidence * agreement.CONTRADICTED
    return replace(told, answer=msgspec.structs.replace(given, confidence=left))


def _found_read(
    question: str,
    page: PageParts,
    readings: dict[Box, Told],
    places: Sequence[tuple[Box, str, float]],
    rows: list[list[Cell]],
) -> list[tuple[float, Told]]:
    """Return answers that stand in what was read in a scan's lines, each with its worth."""
    lines = page.asked[: page.lines]
    form, labelled = form_of(question), is_labelled(places)
    seller = asks_for_seller(question)
    wanted, may_answer = named_in(question), page_values.could_answer(question, rows)
    if form == "name" and wanted in ALL and not seller:
        return []  # what stands at the head of a page is whose page it is
    senders = Senders(rows) if seller else None
    relevance = {box: one for box, _, one in places}
    said = [
        readings[box].answer.text if box in readings and readings[box].useful else ""
        for box in lines
    ]
    found: list[tuple[float, Told]] = []
    for one in found_in(form, said, labelled and not seller):
        some = lines[one.line : one.end]
        told = around([readings[box] for box in some if box in readings])
        given = msgspec.structs.replace(told.answer, text=one.text, unsure=())
        if form in ("amount", "name") and not may_answer(one.text):
            continue
        left = NAME_THERE if form == "name" else READ_THERE
        left *= senders.weight(one) if senders is not None else one.weight
        near = 1.0 if seller else max(relevance[box] for box in some)
        weight = worth(given, near, left)
        if form in ("name", "address") and given.confidence > LEGIBLE:
            weight /= math.sqrt(given.confidence)
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
    form, labelled = form_of(question), is_labelled(places)
    if form in ("date", "address") and found:
        return []
    if form == "name" and found and (not labelled or asks_for_seller(question)):
        return []
    if labelled:
        return [one for one in places if one[2] > UNRELATED]
    lines = page.asked[: page.lines]
    return [one for one in places if one[0] in lines]
