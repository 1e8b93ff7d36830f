"""Answers a question about a box that a person drew, for a small model.

A program's PDF says its words exactly: what stands there at the label that the question names, or
is the only thing of the form that is wanted, is the answer, since the person pointed at it. Many
lines are asked one by one, and a line in which the model finds no date or amount is read for it.
Knows no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial

import msgspec

from vlm import option_ranker, part_answers, part_of_page, part_readings, read_boxes, second_look
from vlm.absence import says_absent
from vlm.answer_forms import Form, fits, form_of
from vlm.asked_names import asks_for_field, can_be_weighed, key_of
from vlm.best_part import marked
from vlm.cancel import CancelToken, Stopped
from vlm.cell_values import day
from vlm.errors import DeskError
from vlm.evidence import locate
from vlm.field_names import named_in
from vlm.known_labels import names_a_field
from vlm.label_values import fitting
from vlm.labelled import Value, values_among
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.letterhead import is_name
from vlm.page_cells import Cell, cells_of
from vlm.page_finder import FEW_WORDS
from vlm.page_job import PageJob
from vlm.page_reading import AskPage
from vlm.page_values import of_other_fields, page_values_among, shape_of
from vlm.part_asking import PartFailed, Told, ask_part
from vlm.part_finder import PageParts
from vlm.part_labels import CLEAR, SURE, shown
from vlm.part_prose import ABSENT, pointed_at, written
from vlm.prose_answers import Quoted
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.reading_requests import asks_to_read
from vlm.scoring import plain
from vlm.turns import on_page
from vlm.types import WHOLE_PAGE, Box, Question, Word, union
from vlm.unlabelled import is_company
from vlm.value_shapes import may_be

ALONE = 0.9
"""What the only value of the form that is wanted counts in a box."""

POINTED = 0.5
"""What the likeliest thing in a box counts where nothing else is likely, and where it is alone."""

ONE_BY_ONE: frozenset[Form] = frozenset(("date", "amount", "number", "mail", "percent"))
"""Forms of which the only one in a box is what was meant."""


def answer(
    job: int,
    question: Question,
    words: Sequence[Word],
    find: Callable[[bool], PageParts | None],
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
    learned: LearnedNames = NO_NAMES,
) -> Iterator[Event]:
    """Answer; the last event is `Done`, `Cancelled` or `Failed`.

    Args:
        job: The job.
        question: About a part of one page.
        words: The page's text layer.
        find: Finds the parts in the box where they are asked one by one, or read if so it is
            told, else None; raises a `DeskError` where the page cannot be looked at.
        readings: What the model has read in parts so far; grows.
        ask: Answers about one part.
        cancel: Looked at between two parts, and by `ask`.
        learned: What the person's own documents call things.
    """
    assert question.box is not None
    inside = [word for word in words if question.box.holds(word.box)]
    has_words = len(words) >= FEW_WORDS
    reads = asks_to_read(question.text)
    exact = has_words and bool(inside)
    if exact and not reads and (yield from _in_words(job, question, words, inside, ask, learned)):
        return
    of = partial(PageJob, readings=readings, ask=ask, cancel=cancel, learned=learned)
    if not (has_words or reads) and (yield from _read(job, question, find, of)):
        return
    many = part_of_page.is_tall(question) or (reads and part_of_page.is_low(question))
    if many and (yield from _in_parts(job, question, find, of, exact=exact)):
        return
    yield from map(
        _doubted,
        second_look.answer(job, question, ask) if second_look.helps(question) else ask(question),
    )


def _in_words(
    job: int,
    question: Question,
    words: Sequence[Word],
    inside: Sequence[Word],
    ask: AskPage,
    learned: LearnedNames,
) -> Generator[Event, None, bool]:
    """Answer from the exact words in a box; tells whether the job has ended with that.

    Args:
        job: The job.
        question: About the box.
        words: The page's text layer.
        inside: Those of them in the box, one or more.
        ask: Answers about one part.
        learned: What the person's own documents call things.
    """
    seen = shown(inside, question.page)
    text = None if is_taught(question, learned) else pointed_at(question.text, seen)
    value = value_in(question.text, seen, learned)
    if text is None and value is None:
        value = likely_in(question.text, seen)
    if text is not None and (value is None or text.score >= read_boxes.CLEARLY):
        yield from _quoted(job, question, text, ask)
        return True
    if value is not None:
        yield from _pointed_at(job, question, value, words, ask)
        return True
    return False


def _in_parts(
    job: int,
    question: Question,
    find: Callable[[bool], PageParts | None],
    of: Callable[[int, Question, PageParts], PageJob],
    *,
    exact: bool,
) -> Generator[Event, None, bool]:
    """Answer from the parts of a box, asked or read one by one; tells whether the job has ended.

    Args:
        job: The job.
        question: About the box.
        find: See `answer`.
        of: Makes the job's value of its number, its question and the lines in the box.
        exact: Whether the page's text layer has words in the box.
    """
    reads = asks_to_read(question.text)
    try:
        yield Progress(job, "Finding the parts of the page")
        page = find(reads)
    except DeskError as error:
        yield Failed(job, error.code, str(error))
        return True
    if page is None or (reads and not exact and part_of_page.is_short(page)):
        return False
    one = of(job, msgspec.structs.replace(question, box=None), page)
    if reads:
        args = job, one.question, page, one.readings, one.ask, one.cancel
        events = part_readings.read(*args, exact=exact)
    else:
        events = part_answers.answer(one)
    yield from map(part_of_page.told_of, events)
    return True


def _doubted(event: Event) -> Event:
    """Return a job's event; that a box has no answer is unsure, since somebody pointed at it."""
    if not isinstance(event, Done) or not says_absent(event.answer.text):
        return event
    sure = min(event.answer.confidence, ABSENT)
    return Done(event.job, msgspec.structs.replace(event.answer, confidence=sure))


def _read(
    job: int,
    question: Question,
    find: Callable[[bool], PageParts | None],
    of: Callable[[int, Question, PageParts], PageJob],
) -> Generator[Event, None, bool]:
    """Answer from what is read in a box on a scan; tells whether the job has ended with that.

    Args:
        job: The job.
        question: About the box.
        find: See `answer`.
        of: Makes the job's value of its number, its question and the lines in the box.
    """
    try:
        yield Progress(job, "Finding the parts of the page")
        page = find(True)
        if page is None or page.asked[0] == WHOLE_PAGE:
            return False
        asked = of(job, question, page)
        told = yield from read_boxes.answer_of(
            asked,
            lambda text, words: value_in(text, words, asked.learned) or likely_in(text, words),
            is_taught(question, asked.learned),
        )
    except DeskError as error:
        yield Failed(job, error.code, str(error))
        return True
    except PartFailed as error:
        yield error.failed
        return True
    except Stopped:
        yield Cancelled(job, "")
        return True
    if told is None:
        return False
    read = msgspec.structs.replace(told.answer, evidence=marked(told.answer, told.part))
    yield Saw(job, read.views, told.warning)
    yield Done(job, read)
    return True


def is_taught(question: Question, learned: LearnedNames) -> bool:
    """Tell whether the person's own documents tell of what is asked for."""
    key = key_of(question.text)
    return bool(learned.of(key) or learned.values_of(key))


def value_in(
    question: str, words: Sequence[Word], learned: LearnedNames = NO_NAMES
) -> Value | None:
    """Return what is asked for in a box with exact words; None where that is not clear.

    Args:
        question: As a person asks it.
        words: Those in the box, one or more, as the page is shown.
        learned: What the person's own documents call things.
    """
    rows = cells_of(words)
    wanted = named_in(question)
    few_names = wanted is not None and wanted.party and len(rows) <= part_of_page.FEW
    if few_names:  # one name above another is no label of it
        values = values_among(question, rows, learned=learned)
    else:
        values = page_values_among(question, rows, learned)
    at_labels = [one for one in values if one.weight >= CLEAR]
    if at_labels:
        best = at_labels[0]
        rivals = [one for one in at_labels if one.weight == best.weight]
        return _only([best, *rivals])
    form = form_of(question) or (wanted.form if wanted is not None else None)
    if form in ONE_BY_ONE:
        shape = shape_of(question)
        found = [one for row in rows for cell in row for one in _all_of(form, cell)]
        others = of_other_fields(wanted, rows) if wanted is not None else frozenset[str]()
        return _only(
            [one for one in found if may_be(shape, one.text) and plain(one.text) not in others]
        )
    if few_names:
        names = [Value(cell.text, cell.box, ALONE) for row in rows for cell in row if _names(cell)]
        return _only([one for one in names if is_company(one.text)] or names)
    return None


def likely_in(question: str, words: Sequence[Word]) -> Value | None:
    """Return what a box most likely has of what is asked for: people point at what they mean.

    Args:
        question: As a person asks it.
        words: Those in the box, exact or read surely, as the page is shown.

    Returns:
        None where the box says nothing that fits, or the question does not tell what it wants.
    """
    rows = cells_of(words) if words else []
    if not can_be_weighed(question):
        return None
    every = () if asks_for_field(question) else option_ranker.weigh(question, words).found
    found = [one for one in every if fits(question, one.text)]
    if found:
        share = found[0].share / sum(one.share for one in found)
        return Value(found[0].text, union(found[0].boxes), max(found[0].share, POINTED * share))
    if len(rows) == 1 and len(rows[0]) == 1 and fits(question, rows[0][0].text):
        return Value(rows[0][0].text, rows[0][0].box, POINTED)
    return None


def _only(found: Sequence[Value]) -> Value | None:
    """Return the first of some values where they all say the same."""
    return found[0] if len({plain(one.text) for one in found}) == 1 else None


def _names(cell: Cell) -> bool:
    """Tell whether a cell may be somebody's name, and no label or line of an address."""
    text = cell.text
    return is_name(text) and not any(map(str.isdigit, text)) and not names_a_field(text)


def _all_of(form: Form | None, cell: Cell) -> Iterator[Value]:
    """Yield all values of a form in a cell, from left to right."""
    start = 0
    while (place := fitting(form, cell.text[start:], begins=False)) is not None:
        left, right = start + place[0], start + place[1]
        text = cell.text[left:right]
        if form == "date" and any(map(str.isalpha, text)) and day(text) is None:
            start = left + 1  # "31 vom 03" is no day, though one may begin in it
            continue
        yield Value(text, cell.part(left, right), ALONE)
        start = right


def _pointed_at(
    job: int, question: Question, value: Value, words: Sequence[Word], ask: AskPage
) -> Iterator[Event]:
    """Show the model the box as well: where it reads the same, the answer is as sure as it is."""
    own = yield from _own(job, question, ask)
    if own is None:
        return
    same = plain(own.answer.text) == plain(value.text)
    sure = SURE * value.weight
    given = msgspec.structs.replace(
        own.answer,
        text=value.text,
        confidence=max(sure, own.answer.confidence) if same else sure,
        evidence=locate(value.text, list(words), question.box),
        unsure=(),
        stop="end",
    )
    yield Saw(job, given.views, own.warning)
    yield Done(job, given)


def _quoted(job: int, question: Question, text: Quoted, ask: AskPage) -> Iterator[Event]:
    """Answer with the words of running text in a box; the model is shown the box as well."""
    own = yield from _own(job, question, ask)
    if own is None:
        return
    turn = question.page.rotation
    boxes = [on_page(word.box, WHOLE_PAGE, turn) for word in text.words]
    given = written(own.answer, text, "crop", boxes)
    yield Saw(job, given.views, own.warning)
    yield Done(job, given)


def _own(job: int, question: Question, ask: AskPage) -> Generator[Event, None, Told | None]:
    """Return what the model says of a box; None where the job has ended with that."""
    try:
        return (yield from ask_part(question, ask))
    except PartFailed as error:
        yield error.failed
    except Stopped:
        yield Cancelled(job, "")
    return None
