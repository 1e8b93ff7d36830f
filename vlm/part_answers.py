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
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from vlm import clear_scans, page_values, part_readings, scan_lines
from vlm.answer_forms import asks_for_sum, fits
from vlm.asked_names import asks_for_field, can_be_weighed
from vlm.best_part import tell_best, worth_of
from vlm.cancel import Stopped, check
from vlm.page_cells import cells_of
from vlm.page_job import PageJob
from vlm.part_asking import (
    PartFailed,
    Told,
    about,
    ask_parts,
    at_once,
    trust,
    worth,
)
from vlm.part_labels import (
    LACKING,
    UNTOLD,
    ask_at_label,
    nothing_told,
    shown,
    values_at,
    words_read,
)
from vlm.part_prose import ask_text
from vlm.part_ranking import UNRELATED, is_labelled, ranked
from vlm.protocol import Cancelled, Event, Progress
from vlm.ranked_answers import ask_ranked, best_of, can_be_ranked, weigh
from vlm.reading_requests import asks_to_read
from vlm.scan_answers import READ_SECONDS, answers_of
from vlm.types import Box, Question, Word
from vlm.value_shapes import Shape, could_hold, may_hold

MOST_PARTS = 48
"""Parts that are asked for one question; all of them are, where a page has no more."""

MOST_SECONDS = 60.0
"""After so long no further part is asked."""

PART_TOKENS = 96
"""Of the answer that one part gives."""

SURE = 0.95
"""Confidence from which on an answer that the text layer confirms ends the search."""

MOST_ASKED = 24
"""Parts of a scan, all of whose lines were read already, that are asked for one question."""

UNNAMED, UNLABELLED = 0.35, 0.5
"""What is left of the confidence in an answer from a page with words of its own that has neither
the question's words nor a name of what it asks for, and from one that has some of these and nothing
at them: small models take other fields for it."""

UNCERTAIN: frozenset[Shape | None] = frozenset((None, "name", "town", "address"))
"""Shapes of what may be said in other words than the page's own."""


def answer(of: PageJob) -> Iterator[Event]:
    """Answer a question about a whole page; the last event is `Done`, `Cancelled` or `Failed`.

    Args:
        of: Its question has no box.
    """
    question, page, readings = of.question, of.page, of.readings
    if asks_to_read(question.text):
        exact = not scan_lines.is_scan(page)
        yield from part_readings.read(
            of.job, question, page, readings, of.ask, of.cancel, exact=exact
        )
        return
    start = time.perf_counter()
    found: list[tuple[float, Told]] = []
    told: list[tuple[float, Told]] = []
    unread = bool(question.text.strip()) and scan_lines.are_read_first(page)
    begun = scan_lines.READ_SHARE if unread and page.asked[0] not in readings else 0.0
    try:
        rest = yield from (_read_first(of, found) if unread else _told_by_words(of, found))
        yield from _ask_places(of, rest, begun, told, start)
    except Stopped:
        useful = [one for one in (*found, *told) if one[0] > 0]
        yield Cancelled(of.job, max(useful, key=worth_of)[1].answer.text if useful else "")
        return
    except PartFailed as error:
        yield error.failed
        return
    whole = len(told) == len(rest.places) and not (unread and len(readings) < page.lines)
    sums = unread and asks_for_sum(question.text)
    read = scan_lines.legible(readings) if unread else 1.0
    yield from tell_best(of.job, [*found, *told], whole, sums, rest.left, read, start)


@dataclass(frozen=True, slots=True)
class _Rest:
    """What of a page the model is still to be asked about, and what its answers are worth.

    Attributes:
        places: Parts, their texts and relevance, the likeliest first.
        most: So many of them are asked at most.
        may_answer: Tells whether an answer may be right; another one counts for nothing.
        left: What is left of the confidence in an answer.
        written: Whether an answer that does not stand on the page is none, where its part has words
            of its own.
    """

    places: list[tuple[Box, str, float]]
    most: int
    may_answer: Callable[[str], bool]
    left: float
    written: bool = False


def _read_first(of: PageJob, found: list[tuple[float, Told]]) -> Generator[Event, None, _Rest]:
    """Read the lines of a scan, and return what is left to ask; see `scan_answers.answers_of`."""
    yield from scan_lines.read(
        of.job, of.question.page, of.page, of.readings, of.ask, of.cancel, READ_SECONDS
    )
    if clear_scans.helps(of.question.text, of.readings):
        found[:] = clear_scans.answers_of(of)
        return _Rest([], 0, partial(fits, of.question.text), 1.0)
    places, left = yield from answers_of(of, found)
    places = _likely(of.question, places) if places else places
    rows = cells_of(list(words_read(of.page, of.readings)))
    return _Rest(places, MOST_ASKED, page_values.could_answer(of.question.text, rows), left)


def _told_by_words(of: PageJob, found: list[tuple[float, Told]]) -> Generator[Event, None, _Rest]:
    """Look for the answer in a page's own words, and return what is left to ask.

    Args:
        of: Its question has no box.
        found: Is filled with the answer that running text or a label has.

    Raises:
        PartFailed: If a part cannot be asked.
        Stopped: If the job shall stop.
    """
    question, page, ask, learned = of.question, of.page, of.ask, of.learned
    words = shown(page.words, question.page)
    every = ranked(page, scan_lines.texts_of(page, of.readings), question.text)
    if can_be_ranked(question.text, words, learned):
        return (yield from _weighed_together(of, words, every, found))
    shape = page_values.shape_of(question.text)
    places, left = [one for one in every if not one[1] or may_hold(shape, one[1])], 1.0
    values = values_at(question.text, page.words, question.page, learned)
    usual, lacking = asks_for_field(question.text), page_values.lacks(question.text, words)
    weighed = bool(words) and not usual and can_be_weighed(question.text)
    text = yield from ask_text(question, page, ask, PART_TOKENS, values, learned)
    if text is not None:
        found[:], places = [(text.weight, text.told)], []
    elif at_label := (yield from ask_at_label(question, page, ask, PART_TOKENS, values)):
        found[:] = [(at_label.weight, at_label.told)]
        places = [] if at_label.clear or weighed else places
    elif weighed or lacking or not places:
        places, left = [one for one in places if not one[1]], UNNAMED
        if not places:
            sure = LACKING if lacking else UNTOLD
            found[:] = [(-1.0, (yield from nothing_told(question, page, ask, PART_TOKENS, sure)))]
    elif not is_labelled(every) or page_values.has_no_name(question.text, words):
        left = UNNAMED
    elif not usual:
        left = UNLABELLED
    may_answer: Callable[[str], bool] = partial(fits, question.text)
    if places and words:
        may_answer = page_values.may_answer(question.text, words)
    return _Rest(places, MOST_PARTS, may_answer, left, shape not in UNCERTAIN)


def _weighed_together(
    of: PageJob,
    words: Sequence[Word],
    every: Sequence[tuple[Box, str, float]],
    found: list[tuple[float, Told]],
) -> Generator[Event, None, _Rest]:
    """Weigh all that a page says; where that has no answer, its pictures are left to ask.

    Args:
        of: Its question is one that `can_be_ranked`.
        words: As the page is shown.
        every: Its parts, their texts and relevance.
        found: Is filled with the answer.

    Raises:
        PartFailed: If a part cannot be asked.
        Stopped: If the job shall stop.
    """
    question = of.question
    weighed = weigh(question.text, words)
    pictures = [one for one in every if not one[1]] if best_of(weighed) is None else []
    if not pictures:
        found[:] = [(yield from ask_ranked(question, of.page, of.ask, PART_TOKENS, weighed))]
    left = UNNAMED if pictures else 1.0
    return _Rest(pictures, MOST_PARTS, partial(fits, question.text), left)


def _likely(
    question: Question, places: list[tuple[Box, str, float]]
) -> list[tuple[Box, str, float]]:
    """Return the parts of a scan that may answer by what was read in them, or the best of them.

    Args:
        question: Has no box.
        places: Parts, their texts and relevance, one or more; one without text may say anything,
            and so may those that have all the question's words.
    """
    shape, beside = page_values.shape_of(question.text), _enough(places)
    may = [one for one in places if not one[1] or one[2] >= beside or could_hold(shape, one[1])]
    return may or places[:1]


def _ask_places(
    of: PageJob,
    rest: _Rest,
    begun: float,
    told: list[tuple[float, Told]],
    start: float,
) -> Generator[Event, None, None]:
    """Ask about places until one of the likeliest answers for sure, or it takes too long.

    Args:
        of: The job.
        rest: The places. From some relevance on, see `_enough`, a sure answer ends the search;
            these are asked alone.
        begun: Share of the job that is done.
        told: Is filled with the answers, each with its worth; they stay when the job stops.
        start: When the job began, of `time.perf_counter`.

    Raises:
        PartFailed: If a part cannot be asked.
        Stopped: If the job shall stop.
    """
    places, enough = rest.places[: rest.most], _enough(rest.places)
    number = 0
    while number < len(places):
        check(of.cancel)
        if number and time.perf_counter() - start > MOST_SECONDS:
            return
        share = begun + (1 - begun) * number / len(places)
        yield Progress(of.job, scan_lines.said_of("Looking at", number, len(places)), share)
        several = 1 if places[number][2] >= enough else at_once(of.ask)
        some = places[number : number + several]
        asked = [about(of.question, box, PART_TOKENS) for box, *_ in some]
        given = yield from ask_parts(asked, of.ask)
        for (_, text, relevance), one in zip(some, given, strict=True):
            weight = worth(one.answer, relevance, trust(one.answer, text))
            counts = rest.may_answer(one.answer.text) and not (
                rest.written and _is_made_up(text, one)
            )
            told.append((weight if counts else weight - 1.0, one))
            if counts and relevance >= enough and _settles(one):
                return
        number += len(some)


def _enough(places: Sequence[tuple[Box, str, float]]) -> float:
    """Return the relevance from which on a sure answer ends the search."""
    best = places[0][2] if places else 0.0
    return best if len(places) > 1 and best > UNRELATED and best > places[-1][2] else math.inf


def _is_made_up(text: str, told: Told) -> bool:
    """Tell whether an answer about a part with words of its own does not stand on the page."""
    return bool(text) and told.useful and told.answer.evidence.kind == "absent"


def _settles(told: Told) -> bool:
    """Tell whether an answer is sure and confirmed, so that no other part needs to be asked."""
    sure = told.useful and told.answer.confidence >= SURE
    return sure and told.answer.evidence.kind == "crop"
