"""A question to a whole document: find its pages, read the best few, answer with their numbers.

Knows no torch: who answers about a single page is handed in. Says how many pages were read, and
never that something is not in the document while pages of it were not.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from vlm import finding, prose_pages
from vlm.absence import says_something
from vlm.answer_forms import asks_for_sum
from vlm.asked_names import asks_for_field, key_of
from vlm.cancel import CancelToken, Stopped, check, told
from vlm.coverage import nothing
from vlm.errors import (
    DocumentTooLarge,
    PageCrashed,
    PageTimeout,
    QuestionUnanswerable,
    UnreadableDocument,
)
from vlm.field_names import named_in
from vlm.finding import Hit
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_finder import Finder
from vlm.page_reading import AskPage, PageReader
from vlm.part_asking import worth
from vlm.part_labels import AS_SURE
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.read_answers import NEAR, size_of
from vlm.types import Answer, Evidence, PageAnswer, PageRef, PagesRead, Question, Timings

MOST_PAGES = 4
"""Pages that are read for one question; each costs as much as a question about it."""

READ_NOW, READ_NOW_S = 6, 60.0
"""Scanned pages that are read for searching while somebody waits for an answer, and seconds."""

READ_AHEAD = 100
"""Scanned pages of a document that are read for searching when nobody waits."""

_PAGE_FAILS = (PageTimeout.code, PageCrashed.code, UnreadableDocument.code, DocumentTooLarge.code)


def prepare(
    job: int,
    path: str,
    finder: Finder,
    reader: PageReader | None,
    password: str | None,
    cancel: CancelToken,
) -> Iterator[Event]:
    """Learn a document's words ahead of a question; has no last event of its own.

    Raises:
        DeskError: What opening can raise.
        Stopped: If the job shall stop; what was learned by then stays.
    """
    count = finder.page_count(path, password)
    if count > MOST_PAGES:
        steps = finder.learn(
            path, finder.index(path, count, reader), reader, READ_AHEAD, float("inf")
        )
        yield from told(job, steps, cancel)


def answer(
    job: int,
    question: Question,
    finder: Finder,
    reader: PageReader | None,
    ask: AskPage,
    password: str | None,
    cancel: CancelToken,
    learned: LearnedNames = NO_NAMES,
) -> Iterator[Event]:
    """Answer from the pages that suit the question best; the last event ends the job.

    That is `Done` with `Answer.read`, `Cancelled` with the best answer so far, or `Failed`.

    Args:
        job: The job.
        question: Its `page` names the document and the page that the person looks at.
        finder: Knows documents' words.
        reader: Reads pages without a text layer; None to leave them unsearched.
        ask: Answers about one page.
        password: The document's, if it has one.
        cancel: Looked at between two pages, and by `ask`.
        learned: What the person's own documents call things: a page that has such a label of what
            is asked for is read first.

    Raises:
        DeskError: What opening can raise, or that there is no question.
    """
    if not question.text.strip():
        raise QuestionUnanswerable("Type a question first.")
    start = time.perf_counter()
    read: list[_PageRead] = []
    try:
        count = finder.page_count(question.page.path, password)
        labels = [label.text for label in learned.of(key_of(question.text))]
        searched, hits = yield from _choose(job, question, finder, reader, count, labels, cancel)
        failure = yield from _read(job, question, hits, ask, cancel, read)
    except Stopped:
        yield Cancelled(job, _best_text(read))
        return
    if failure is not None and (not read or failure.code not in _PAGE_FAILS):
        yield failure
        return
    _order(read, asks_for_sum(question.text))
    if (saw := read[0].saw) is not None:
        yield saw
    pages = PagesRead(count, searched, tuple(one.told for one in read))
    yield Done(job, _combined(pages, [one.answer for one in read], start))


@dataclass(frozen=True, slots=True)
class _PageRead:
    """What one page answered: how much that is worth, the same for people, what the model saw."""

    worth: float
    told: PageAnswer
    answer: Answer
    saw: Saw | None


def _read(
    job: int,
    question: Question,
    hits: Sequence[Hit],
    ask: AskPage,
    cancel: CancelToken,
    read: list[_PageRead],
) -> Generator[Event, None, Failed | None]:
    """Ask page by page; what was read goes into `read`. Returns the last failure, if any.

    Raises:
        Stopped: If the job shall stop.
    """
    failure: Failed | None = None
    for number, hit in enumerate(hits):
        check(cancel)
        of_all = f", {number + 1} of {len(hits)} pages" if len(hits) > 1 else ""
        saying = f"Reading page {hit.page + 1}{of_all}"
        yield Progress(job, saying, number / len(hits))
        outcome = yield from _ask_one(job, _asked(question, hit), saying, ask)
        if isinstance(outcome, Failed):
            failure = outcome
            if outcome.code not in _PAGE_FAILS:
                break
        else:
            given, saw = outcome
            # Of two pages that are as sure the first one counts, not the last hundredth.
            level = msgspec.structs.replace(given, confidence=min(given.confidence, AS_SURE))
            weight = worth(level, hit.relevance)
            read.append(_PageRead(weight, _page_answer(hit, given), given, saw))
    return failure


def _order(read: list[_PageRead], sums: bool) -> None:
    """Put the pages that answer best first.

    Args:
        read: Pages, one or more, those first that suit the question.
        sums: Whether of amounts that are worth about the same the largest is wanted: the sums of
            pages are carried over to the next, and a receipt may lie behind an invoice.
    """
    read.sort(key=lambda one: -one.worth)
    if sums:
        least = NEAR * read[0].worth
        near = [one for one in read if one.worth >= least > 0]
        near.sort(key=lambda one: -(size_of(one.told.text) or 0.0))
        read[: len(near)] = near


def _choose(
    job: int,
    question: Question,
    finder: Finder,
    reader: PageReader | None,
    count: int,
    labels: Sequence[str],
    cancel: CancelToken,
) -> Generator[Event, None, tuple[int, tuple[Hit, ...]]]:
    """Return how many pages' words are known, and the pages to read."""
    path, shown = question.page.path, question.page.page
    if count <= MOST_PAGES:
        every = dict.fromkeys([min(shown, count - 1), *range(count)])
        return count, tuple(Hit(page, 1.0) for page in every)
    index = finder.index(path, count, reader)
    steps = finder.learn(path, index, reader, READ_NOW, READ_NOW_S)
    yield from told(job, steps, cancel)
    named = named_in(question.text)
    names = [" ".join(words) for words, _ in named.names] if named is not None else []
    at = min(shown, count - 1)
    pages = finding.order(index, question.text, at, MOST_PAGES, names, labels)
    if labels or asks_for_field(question.text):
        return index.searched, pages
    return index.searched, prose_pages.order(index, question.text, pages, MOST_PAGES)


def _asked(question: Question, hit: Hit) -> Question:
    """Return what is asked of one page."""
    page = question.page
    if hit.page != page.page:
        page = PageRef(page.path, hit.page)  # the person's turn is of the page they look at
    return msgspec.structs.replace(question, page=page, box=None, whole_document=False)


def _ask_one(
    job: int, asked: Question, saying: str, ask: AskPage
) -> Generator[Event, None, tuple[Answer, Saw | None] | Failed]:
    saw: Saw | None = None
    for event in ask(asked):
        match event:
            case Done():
                return event.answer, saw
            case Failed():
                return event
            case Cancelled():
                raise Stopped
            case Progress():
                yield Progress(job, f"{saying}: {event.text}", event.fraction)
            case Saw():
                saw = event
            case _:
                continue
    raise AssertionError("a question has one last event")


def _page_answer(hit: Hit, given: Answer) -> PageAnswer:
    return PageAnswer(
        hit.page,
        given.text,
        given.confidence,
        given.evidence,
        says_something(given.text),
        round(hit.relevance, 3),
    )


def _best_text(read: list[_PageRead]) -> str:
    useful = [one for one in read if one.told.useful]
    return max(useful, key=lambda one: one.worth).told.text if useful else ""


def _combined(read: PagesRead, answers: list[Answer], start: float) -> Answer:
    """Make one answer of those of the pages, the best first."""
    best = answers[0]
    timings = Timings(
        open=sum(one.timings.open for one in answers),
        render=sum(one.timings.render for one in answers),
        encode=sum(one.timings.encode for one in answers),
        prefill=sum(one.timings.prefill for one in answers),
        total=time.perf_counter() - start,
        tokens_per_second=best.timings.tokens_per_second,
    )
    whole = msgspec.structs.replace(
        best,
        timings=timings,
        visual_tokens=sum(one.visual_tokens for one in answers),
        read=read,
    )
    if read.found:
        return whole
    return msgspec.structs.replace(
        whole,
        text=nothing(read),
        confidence=0.0,
        stop="end",
        evidence=Evidence("no_text"),
        unsure=(),
    )
