"""Learns from corrected documents what they call the things that are asked for. Pure.

Answers that stand on several of them are learned beside it: see `known_answers`.

On each document the answer is looked for, and what stands before it in the row or over it in the
column may be its label. A label is kept when it gives the right value on several documents, and far
more often than a wrong one, also on documents that it was not learned from: see `_holds`.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from finetune import known_answers
from finetune.document_sets import DocumentSets, different
from finetune.shown_pages import Sheets, Shown, ShownPage, ShownPages
from vlm import scoring
from vlm.answer_forms import Form
from vlm.asked_names import asked_in, key_of
from vlm.field_list import Place
from vlm.label_values import form_of_value
from vlm.label_words import folded, words_of
from vlm.labelled import Value
from vlm.learned_names import (
    MOST_LABELS,
    LearnedLabel,
    LearnedNames,
    LearnedQuestion,
    is_short,
    limited,
)

T = TypeVar("T")

FEWEST, SOME = 2, 3
"""Documents on which a label has to be right: where one is right on `SOME`, all have to be."""

FAR_MORE = 4
"""Times as often as wrong that a label has to be right."""

BETTER = 2
"""Documents that have to be answered right by what was learned, and were not without it."""

MOST_TRIED = 80
"""Labels of one question that are tried on all documents: those at most answers."""

AT_ONCE_SECONDS = 0.2
"""How long a run learns before it looks whether somebody stops it or asks something."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Questions of which the names were learned, and of how many in all."""

    done: int
    total: int


Learning = Generator[Progress, None, LearnedNames]
"""Learns as it is gone through, in parts of some thousandths of a second; what was learned last."""


def learn(shown: Iterable[Shown]) -> LearnedNames:
    """Learn the labels of all questions at once, see `learning`."""
    steps = learning(shown)
    while isinstance(now := go_on(steps, AT_ONCE_SECONDS), Progress):
        pass
    return now


def learning(shown: Iterable[Shown]) -> Learning:
    """Learn the labels of all questions; whoever stops going through it loses nothing else.

    Args:
        shown: Of the documents to learn from only.

    Returns:
        What holds on documents that it was not learned from; nothing where nothing does.
    """
    asked: dict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        if (key := key_of(one.question)) and one.words:
            asked[key].append(one)
    sheets, found = Sheets(), list[LearnedQuestion]()
    for done, (key, some) in enumerate(sorted(asked.items())):
        progress = Progress(done, len(asked))
        learned = yield from _telling(progress, _question(key, some, sheets))
        if learned is not None:
            found.append(learned)
    return limited(found)


def go_on(
    steps: Learning,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> Progress | LearnedNames:
    """Learn for some seconds, one step at least; return how far it is, or what was learned."""
    end = clock() + seconds
    try:
        now = next(steps)
        while clock() < end:
            now = next(steps)
    except StopIteration as learned:
        names: LearnedNames = learned.value
        return names
    return now


def _telling(progress: Progress, steps: Generator[None, None, T]) -> Generator[Progress, None, T]:
    """Tell the progress before each step, and return what the steps do."""
    while True:
        yield progress
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A label, the documents where it stands at the answer, and what it finds on all of them."""

    label: LearnedLabel
    documents: int
    right: int
    wrong: int
    letters: int


class _Labels:
    """The labels at which the answers to one question stand, and what they find."""

    def __init__(self, pages: Sequence[ShownPage]) -> None:
        self._pages = pages
        self.documents = DocumentSets(pages)
        answers: dict[str, set[str]] = defaultdict(set)
        for page in pages:
            answers[page.shown.document].add(scoring.plain(page.shown.answers[0]))
        same: dict[frozenset[str], int] = defaultdict(int)
        for document, told in answers.items():
            same[frozenset(told)] |= self.documents.bits[document]
        self._answers = tuple(same.values())

    def found(self, told: Iterable[tuple[ShownPage, Value | None]]) -> tuple[int, int]:
        """Return the documents of which values are right, and those of which one is wrong."""
        outcomes = ((page, page.outcome(value)) for page, value in told)
        return self.documents.right_and_wrong(
            (page, outcome == "right") for page, outcome in outcomes if outcome is not None
        )

    def different(self, documents: int) -> int:
        """Count the answers of some documents that differ."""
        return different(self._answers, documents)

    def known(self) -> Generator[None, None, tuple[int, int]]:
        """Return where the names that the program knows by itself are right, and where wrong."""
        told: list[tuple[ShownPage, Value | None]] = []
        for page in self._pages:
            yield
            told.append((page, page.known()))
        return self.found(told)

    def candidates(self) -> Generator[None, None, list[_Candidate]]:
        """Return the labels that stand at answers, with what each finds on all documents."""
        stands: dict[_At, _Stands] = defaultdict(_Stands)
        for page in self._pages:
            yield
            for text, place, value in page.labels():
                one = stands[tuple(map(folded, words_of(text))), place]
                one.texts[text] += 1
                one.documents |= self.documents.of(page)
                one.forms.add(form_of_value(value))
        counts = {at: one.documents.bit_count() for at, one in stands.items()}
        least = 2 if any(count >= SOME for count in counts.values()) else 1
        often = [at for at in stands if counts[at] >= least]
        often.sort(key=lambda at: (-counts[at], at))
        pages, tried = ShownPages(self._pages), list[_Candidate]()
        for at in often[:MOST_TRIED]:
            for form in stands[at].wanted:
                tried += yield from self._tried(pages, stands[at], at[1], form)
        return tried

    def _tried(
        self, pages: ShownPages, one: _Stands, place: Place, form: Form | None
    ) -> Generator[None, None, list[_Candidate]]:
        """Return a label as it finds the first value of a page, and where that errs the last."""
        text = min(one.texts, key=lambda text: (-one.texts[text], text))
        label = LearnedLabel(text, place, form, False, 0, 0)
        letters = sum(map(len, label.words))
        told = yield from pages.at_label(label)
        right, wrong = self.found((page, first) for page, first, _ in told)
        tried = [_Candidate(label, one.documents, right, wrong, letters)]
        if wrong:
            label = msgspec.structs.replace(label, last=True)
            right, wrong = self.found((page, last) for page, _, last in told)
            tried.append(_Candidate(label, one.documents, right, wrong, letters))
        return tried


_At = tuple[tuple[str, ...], Place]


@dataclass(slots=True)
class _Stands:
    """How and where a label stands at answers, and the forms of these."""

    texts: Counter[str] = field(default_factory=Counter[str])
    documents: int = 0
    forms: set[Form | None] = field(default_factory=set[Form | None])

    @property
    def wanted(self) -> tuple[Form | None, ...]:
        """The forms of a value that may be meant: the one that all have, and any."""
        return (*self.forms, None) if len(self.forms) == 1 and None not in self.forms else (None,)


def _question(
    key: str, some: Sequence[Shown], sheets: Sheets
) -> Generator[None, None, LearnedQuestion | None]:
    """Learn the labels of one question; None where none holds."""
    pages: list[ShownPage] = []
    for one in some:
        yield
        pages.append(sheets.page(one))
    asked = asked_in(some[0].question)
    if not is_short(key, asked):
        return None
    labels = yield from _labels(pages)
    values = yield from known_answers.learning(pages)
    return LearnedQuestion(key, asked, labels, values) if labels or values else None


def _labels(pages: Sequence[ShownPage]) -> Generator[None, None, tuple[LearnedLabel, ...]]:
    """Learn at which labels the answers to one question stand; none where none holds."""
    labels = _Labels(pages)
    known = yield from labels.known()
    if (labels.documents.all & ~known[0]).bit_count() < BETTER:
        return ()  # nothing that is learned could be that much better
    candidates = yield from labels.candidates()
    often = any(labels.different(one.right) >= SOME for one in candidates)
    least = SOME if often else FEWEST
    for most in (MOST_LABELS, 1):
        if not (yield from _holds(labels, known, candidates, least, most)):
            continue
        chosen = _chosen(labels, candidates, labels.documents.all, least, most)
        return tuple(
            msgspec.structs.replace(
                one.label, documents=one.right.bit_count(), wrong=one.wrong.bit_count()
            )
            for one in chosen
        )
    return ()


def _chosen(
    labels: _Labels, candidates: Sequence[_Candidate], among: int, least: int, most: int
) -> list[_Candidate]:
    """Choose labels by what they find on some documents, the best first.

    Each next one is only for the documents on which those before it find nothing, as when it is
    used, and has to be right on as many of them.
    """
    left, chosen = among, list[_Candidate]()
    while len(chosen) < most:
        good = [
            one
            for one in candidates
            if (right := (one.right & left).bit_count()) >= least
            and right >= FAR_MORE * (one.wrong & left).bit_count()
            and (one.documents & among).bit_count() >= least
            and labels.different(one.right & left) >= least
        ]
        if not good:
            break
        best = max(good, key=lambda one: _rank(one, left))
        chosen.append(best)
        left &= ~(best.right | best.wrong)
    return chosen


def _rank(one: _Candidate, left: int) -> tuple[int, int, bool, bool]:
    """Rank a label: by what it finds, then a long one and a known form, which find less amiss."""
    balance = (one.right & left).bit_count() - FAR_MORE * (one.wrong & left).bit_count()
    return balance, one.letters, one.label.form is not None, not one.label.last


def _holds(
    labels: _Labels,
    known: tuple[int, int],
    candidates: Sequence[_Candidate],
    least: int,
    most: int,
) -> Generator[None, None, bool]:
    """Tell whether what is learned without a document is right about it, one after the other.

    Far more often than it is wrong, with answers that differ, and more often than without it.
    """
    right = wrong = 0
    for one in labels.documents.bits.values():
        yield
        chosen = _chosen(labels, candidates, labels.documents.all & ~one, least - 1, most)
        first = next((label for label in chosen if one & (label.right | label.wrong)), None)
        if first is not None and one & first.right:
            right |= one
        elif first is not None:
            wrong |= one
    gained = (right & ~known[0]).bit_count() - (wrong & known[0]).bit_count()
    enough = labels.different(right) >= FEWEST and gained >= BETTER
    return enough and right.bit_count() >= FAR_MORE * wrong.bit_count()
