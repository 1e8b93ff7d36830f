"""Answers a question about a whole page by asking a small model about its parts.

Most parts do not have the answer, and the model says so; of those that answer, the best one counts.
Nothing is guessed: where no part answers, the answer is that it is not on the page. Knows no torch;
who answers about one part is handed in, and keeps what it made of it for the next question.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from vlm import focus
from vlm.absence import NOT_ON_PAGE, says_something
from vlm.cancel import CancelToken, Stopped, check
from vlm.evidence import locate
from vlm.page_reading import BLOCK_TOKENS, AskPage
from vlm.part_finder import MOST_PARTS, PageParts
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.reading_requests import asks_to_read
from vlm.types import (
    WHOLE_PAGE,
    Answer,
    Box,
    Evidence,
    EvidenceKind,
    Question,
    Timings,
    Unsure,
    View,
)

MOST_SECONDS = 45.0
"""After so long no further part is begun."""

PART_TOKENS = 96
"""Of the answer that one part gives: a field or a few lines."""

SURE = 0.95
"""Confidence from which on an answer that the text layer confirms ends the search."""

UNKNOWN = 0.5
"""Stands for a confidence that nobody knows."""

UNRELATED = 0.5
"""Relevance of a part that has none of the question's words while another one has some."""

TRUST: dict[EvidenceKind, float] = {
    "crop": 1.0,
    "page": 1.0,
    "no_text": 0.8,
    "nothing": 0.8,
    "absent": 0.4,
}
"""What the check against the page's own text leaves of an answer's confidence."""

ELSEWHERE = 0.4
"""The same for words that stand on the page but not in the part that the model saw."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What one part answered.

    Attributes:
        part: Its box.
        answer: The answer.
        warning: About how legible it is, or "".
        worth: See `worth`.
    """

    part: Box
    answer: Answer
    warning: str
    worth: float

    @property
    def useful(self) -> bool:
        """Whether it says something."""
        return says_something(self.answer.text)


def worth(given: Answer, relevance: float, trust: float | None = None) -> float:
    """Weigh an answer against those of other places; those that say nothing come last.

    Args:
        given: The answer.
        relevance: Of its place, in (0, 1].
        trust: What the check against the page leaves of its confidence; None for the usual.
    """
    sure = given.confidence if given.confidence >= 0 else UNKNOWN
    left = TRUST[given.evidence.kind] if trust is None else trust
    # Squared: an answer that is right for another place is worse than one misread at this one.
    weight = sure * left * relevance**2
    return weight if says_something(given.text) else weight - 1.0


def answer(
    job: int, question: Question, page: PageParts, ask: AskPage, cancel: CancelToken
) -> Iterator[Event]:
    """Answer a question about a whole page; the last event is `Done`, `Cancelled` or `Failed`.

    Args:
        job: The job.
        question: Has no box.
        page: Its parts.
        ask: Answers about one part.
        cancel: Looked at between two parts, and by `ask`.
    """
    start = time.perf_counter()
    told: list[_Told] = []
    everything = asks_to_read(question.text)
    places = [(box, 1.0) for box in page.read] if everything else ranked(page, question.text)
    asked = places[:MOST_PARTS]
    related = places[0][1] if places[0][1] > places[-1][1] else math.inf
    try:
        for number, (box, relevance) in enumerate(asked):
            check(cancel)
            if told and time.perf_counter() - start > MOST_SECONDS:
                break
            saying = (
                f"{'Reading' if everything else 'Looking at'} part {number + 1} of {len(asked)}"
            )
            yield Progress(job, saying, number / len(asked))
            outcome = yield from _ask_part(_about(question, box, everything), relevance, ask)
            if isinstance(outcome, Failed):
                yield outcome
                return
            told.append(outcome)
            if not everything and relevance >= related and _settles(outcome):
                break
    except Stopped:
        useful = [one for one in told if one.useful]
        yield Cancelled(job, _text_of(useful, everything))
        return
    missed = len(places) - len(told)
    views, warning, found = _ended(page, told, missed, everything)
    yield Saw(job, views, warning)
    yield Done(job, msgspec.structs.replace(found, timings=_timings(told, found, start)))


def ranked(page: PageParts, question: str) -> list[tuple[Box, float]]:
    """Return all parts of a page with their relevance in (0, 1], the best first.

    Parts that have as many of the question's words stay from top to bottom.
    """
    shares = focus.shared(page.asked, page.words, question)
    most = max(shares, default=0.0)
    if most == 0:
        return [(box, 1.0) for box in page.asked]
    relevance = (UNRELATED + (1 - UNRELATED) * share / most for share in shares)
    return sorted(zip(page.asked, relevance, strict=True), key=lambda one: -one[1])


def _about(question: Question, box: Box, everything: bool) -> Question:
    tokens = BLOCK_TOKENS if everything else PART_TOKENS
    return msgspec.structs.replace(
        question,
        box=box,
        splitting=question.splitting and box == WHOLE_PAGE,
        max_new_tokens=min(question.max_new_tokens, tokens),
        whole_document=False,
    )


def _ask_part(
    asked: Question, relevance: float, ask: AskPage
) -> Generator[Event, None, _Told | Failed]:
    """Ask about one part; nothing of it is told before the best answer is known.

    Raises:
        Stopped: If the job shall stop.
    """
    warning = ""
    assert asked.box is not None
    for event in ask(asked):
        match event:
            case Done():
                given = event.answer
                trust = ELSEWHERE if given.evidence.kind == "page" else None
                return _Told(asked.box, given, warning, worth(given, relevance, trust))
            case Failed():
                return event
            case Cancelled():
                raise Stopped
            case Saw():
                warning = event.warning
            case _:
                continue
    yield from ()
    raise AssertionError("a question has one last event")


def _settles(told: _Told) -> bool:
    """Tell whether an answer is sure and confirmed, so that no other part needs to be asked."""
    sure = told.useful and told.answer.confidence >= SURE
    return sure and told.answer.evidence.kind == "crop"


def _ended(
    page: PageParts, told: Sequence[_Told], missed: int, everything: bool
) -> tuple[tuple[View, ...], str, Answer]:
    """Return the images to show, a warning or "", and the answer."""
    useful = [one for one in told if one.useful]
    tokens = sum(one.answer.visual_tokens for one in told)
    if useful and everything:
        found = _all_of(useful, page)
        views = _named(useful)
    elif useful:
        top = max(useful, key=lambda one: one.worth)
        part = None if top.part == WHOLE_PAGE else top.part
        evidence = msgspec.structs.replace(top.answer.evidence, part=part)
        found = msgspec.structs.replace(top.answer, evidence=evidence)
        views = tuple(_named([top], "The part where it was read"))
        useful = [top]
    else:
        found = msgspec.structs.replace(
            told[0].answer,
            text=NOT_ON_PAGE if missed <= 0 else _not_in(len(told)),
            # As sure as of the part that it was least sure of: the answer may stand in that one.
            confidence=min(one.answer.confidence for one in told),
            evidence=Evidence("nothing"),
            stop="end",
            unsure=(),
        )
        views = _named(told)
    found = msgspec.structs.replace(found, views=views, visual_tokens=tokens)
    warning = next((one.warning for one in useful or told if one.warning), "")
    return views, warning, found


def _not_in(parts: int) -> str:
    where = "the part" if parts == 1 else f"the {parts} parts"
    return f"There is no answer in {where} of this page that could be read in time."


def _named(told: Sequence[_Told], name: str = "") -> tuple[View, ...]:
    return tuple(
        msgspec.structs.replace(view, name=name or f"Part {number + 1}")
        for number, one in enumerate(told)
        for view in one.answer.views
    )


def _all_of(told: Sequence[_Told], page: PageParts) -> Answer:
    """Make one answer of what was read in all parts."""
    first = told[0].answer
    text, unsure, logs, count = "", list[Unsure](), 0.0, 0
    for one in told:
        text += "\n" if text else ""
        given = one.answer
        unsure += (
            Unsure(len(text) + word.start, len(text) + word.end, word.probability)
            for word in given.unsure
        )
        text += given.text
        logs += len(given.text) * math.log(max(given.confidence, 1e-9))
        count += len(given.text)
    known = all(one.answer.confidence >= 0 for one in told)
    return msgspec.structs.replace(
        first,
        text=text,
        confidence=math.exp(logs / count) if known else -1.0,
        evidence=locate(text, page.words, None),
        stop=next((one.answer.stop for one in told if one.answer.stop != "end"), "end"),
        unsure=tuple(unsure),
        effective_dpi=max(one.answer.effective_dpi for one in told),
    )


def _text_of(useful: Sequence[_Told], everything: bool) -> str:
    if everything:
        return "\n".join(one.answer.text for one in useful)
    return max(useful, key=lambda one: one.worth).answer.text if useful else ""


def _timings(told: Sequence[_Told], found: Answer, start: float) -> Timings:
    each = [one.answer.timings for one in told]
    return Timings(
        open=sum(one.open for one in each),
        render=sum(one.render for one in each),
        encode=sum(one.encode for one in each),
        prefill=sum(one.prefill for one in each),
        total=time.perf_counter() - start,
        tokens_per_second=found.timings.tokens_per_second,
    )
