"""Learns from corrected documents what they call the things that are asked for. Pure.

On each document the answer is looked for, and what stands before it in the row or over it in the
column may be its label. A label is kept when it gives the right value on several documents, and far
more often than a wrong one, also on documents that it was not learned from: see `_holds`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import msgspec

from vlm import scoring
from vlm.absence import says_absent
from vlm.answer_forms import Form
from vlm.asked_names import asked_in, key_of
from vlm.field_names import Place, folded, words_of
from vlm.labelled import Value, at_label, form_of_value, values
from vlm.learned_names import (
    LONGEST,
    MOST_LABELS,
    MOST_QUESTIONS,
    MOST_WORDS,
    LearnedLabel,
    LearnedNames,
    LearnedQuestion,
    is_short,
)
from vlm.page_cells import Cell, cells_of
from vlm.spellings import accepted, spelled_in
from vlm.types import Box, Word

FEWEST, SOME = 2, 3
"""Documents on which a label has to be right: where one is right on `SOME`, all have to be."""

FAR_MORE = 4
"""Times as often as wrong that a label has to be right."""

BETTER = 2
"""Documents that have to be answered right by what was learned, and were not without it."""

ALIKE = 0.8
"""Likeness of what a model read to an answer from which on it is that answer, misread."""

ROWS_ABOVE, CELLS_BEFORE, WORDS_BEFORE = 3, 2, 3
"""Where a label may stand: rows above an answer, cells before it; words of a longer text."""

MOST_TRIED = 80
"""Labels of one question that are tried on all documents: those at most answers."""

_MARKS = " \t,;.-–—=|*•/"
"""What stands before a label and is none of it."""

Outcome = Literal["right", "wrong"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A question about a page, its right answers, and the words that are known to stand there.

    Attributes:
        document: That the page is of.
        question: As the person asked it.
        answers: All that are right.
        words: On the page as it is shown, in the box where the question is about one.
        misread: Whether a model read them: letters may be wrong.
    """

    document: str
    question: str
    answers: tuple[str, ...]
    words: tuple[Word, ...]
    misread: bool = False


def learn(shown: Iterable[Shown]) -> LearnedNames:
    """Learn the labels of all questions.

    Args:
        shown: Of the documents to learn from only.

    Returns:
        What holds on documents that it was not learned from; nothing where nothing does.
    """
    asked: dict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        if (key := key_of(one.question)) and one.words:
            asked[key].append(one)
    found = (_question(key, some) for key, some in sorted(asked.items()))
    return LearnedNames(tuple(one for one in found if one is not None)[:MOST_QUESTIONS])


@dataclass(frozen=True, slots=True)
class _Page:
    shown: Shown
    rows: list[list[Cell]]

    def outcome(self, value: Value | None) -> Outcome | None:
        """Tell whether a value is the answer; None where there is no value."""
        if value is None:
            return None
        one = self.shown
        right = scoring.exact(value.text, accepted(value.text, one.answers))
        near = one.misread and scoring.anls(value.text, one.answers) >= ALIKE
        return "right" if (right or near) and not says_absent(one.answers[0]) else "wrong"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A label, the documents where it stands at the answer, and what it finds on all of them."""

    label: LearnedLabel
    documents: frozenset[str]
    right: frozenset[str]
    wrong: frozenset[str]


class _Documents:
    """What the documents say about one question."""

    def __init__(self, some: Sequence[Shown]) -> None:
        self._pages = [_Page(one, cells_of(one.words)) for one in some]
        self._answers: dict[str, set[str]] = defaultdict(set)
        for one in some:
            self._answers[one.document].add(scoring.plain(one.answers[0]))
        self.all = frozenset(self._answers)

    def found(self, value_of: Callable[[_Page], Value | None]) -> tuple[frozenset[str], ...]:
        """Return the documents on which a way to find values is right, and those it is wrong on."""
        told: dict[str, set[Outcome]] = defaultdict(set)
        for page in self._pages:
            if (outcome := page.outcome(value_of(page))) is not None:
                told[page.shown.document].add(outcome)
        wrong = frozenset(one for one, outcomes in told.items() if "wrong" in outcomes)
        return frozenset(told) - wrong, wrong

    def different(self, documents: frozenset[str]) -> int:
        """Count answers that differ: what is the same everywhere is no proof of a label."""
        return len({frozenset(self._answers[one]) for one in documents})

    def candidates(self) -> tuple[_Candidate, ...]:
        """Return the labels that stand at answers, with what each finds on all documents."""
        stands: dict[_At, _Stands] = defaultdict(_Stands)
        for page in self._pages:
            for text, place, value in _labels(page):
                one = stands[tuple(map(folded, words_of(text))), place]
                one.texts[text] += 1
                one.documents.add(page.shown.document)
                one.forms.add(form_of_value(value))
        least = 2 if any(len(one.documents) >= SOME for one in stands.values()) else 1
        often = [(at, one) for at, one in stands.items() if len(one.documents) >= least]
        often.sort(key=lambda one: (-len(one[1].documents), one[0]))
        return tuple(
            tried
            for (_, place), one in often[:MOST_TRIED]
            for form in one.wanted
            for tried in self._tried(one, place, form)
        )

    def _tried(self, one: _Stands, place: Place, form: Form | None) -> Iterator[_Candidate]:
        """Yield a label as it finds the first value of a page, and where that errs the last."""
        text = min(one.texts, key=lambda text: (-one.texts[text], text))
        for last in (False, True):
            label = LearnedLabel(text, place, form, last, 0, 0)
            tried = _Candidate(label, frozenset(one.documents), *self.found(partial(_value, label)))
            yield tried
            if not tried.wrong:
                return


_At = tuple[tuple[str, ...], Place]


@dataclass(slots=True)
class _Stands:
    """How and where a label stands at answers, and the forms of these."""

    texts: Counter[str] = field(default_factory=Counter[str])
    documents: set[str] = field(default_factory=set[str])
    forms: set[Form | None] = field(default_factory=set[Form | None])

    @property
    def wanted(self) -> tuple[Form | None, ...]:
        """The forms of a value that may be meant: the one that all have, and any."""
        return (*self.forms, None) if len(self.forms) == 1 and None not in self.forms else (None,)


def _value(label: LearnedLabel, page: _Page) -> Value | None:
    return at_label(label, page.rows, page.shown.misread)


def _question(key: str, some: Sequence[Shown]) -> LearnedQuestion | None:
    """Learn the labels of one question; None where none holds."""
    documents = _Documents(some)
    candidates = documents.candidates()
    often = any(documents.different(one.right) >= SOME for one in candidates)
    least = SOME if often else FEWEST
    for most in (MOST_LABELS, 1):
        if not _holds(documents, candidates, least, most):
            continue
        chosen = _chosen(documents, candidates, documents.all, least, most)
        labels = tuple(
            msgspec.structs.replace(one.label, documents=len(one.right), wrong=len(one.wrong))
            for one in chosen
        )
        asked = asked_in(some[0].question)
        return LearnedQuestion(key, asked, labels) if labels and is_short(key, asked) else None
    return None


def _chosen(
    documents: _Documents,
    candidates: Sequence[_Candidate],
    among: frozenset[str],
    least: int,
    most: int,
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
            if len(one.documents & among) >= least
            and documents.different(one.right & left) >= least
            and len(one.right & left) >= FAR_MORE * len(one.wrong & left)
        ]
        if not good:
            break
        best = max(good, key=lambda one: _rank(one, left))
        chosen.append(best)
        left -= best.right | best.wrong
    return chosen


def _rank(one: _Candidate, left: frozenset[str]) -> tuple[int, int, bool, bool]:
    """Rank a label: by what it finds, then a long one and a known form, which find less amiss."""
    label, balance = one.label, len(one.right & left) - FAR_MORE * len(one.wrong & left)
    return balance, sum(map(len, label.words)), label.form is not None, not label.last


def _holds(documents: _Documents, candidates: Sequence[_Candidate], least: int, most: int) -> bool:
    """Tell whether what is learned without a document is right about it, one after the other.

    Far more often than it is wrong, with answers that differ, and more often than without it.
    """
    right, wrong = set[str](), set[str]()
    for one in documents.all:
        chosen = _chosen(documents, candidates, documents.all - {one}, least - 1, most)
        first = next((label for label in chosen if one in label.right | label.wrong), None)
        if first is not None:
            (right if one in first.right else wrong).add(one)
    known, _ = documents.found(_known)
    gained = len(right - known) - len(wrong & known)
    enough = documents.different(frozenset(right)) >= FEWEST and gained >= BETTER
    return enough and len(right) >= FAR_MORE * len(wrong)


def _known(page: _Page) -> Value | None:
    """Return what stands at the labels that the program knows by itself."""
    shown = page.shown
    return next(iter(values(shown.question, shown.words, shown.misread)), None)


def _labels(page: _Page) -> Iterator[tuple[str, Place, str]]:
    """Yield texts that may be the label of the answer, where it stands from them, and the answer.

    What comes before it in its cell, in the cells before that one, and in those over it.
    """
    shown = page.shown
    if says_absent(shown.answers[0]):
        return
    for row in page.rows:
        for number, cell in enumerate(row):
            for start, end in _places(cell.text, shown.answers, shown.misread):
                value, box = cell.text[start:end], cell.part(start, end)
                before = [one.text for one in row[max(0, number - CELLS_BEFORE) : number]]
                for phrase in _phrases([cell.text[:start], *before]):
                    yield phrase, "behind", value
                higher = page.rows[max(0, cell.row - ROWS_ABOVE) : cell.row]
                over = (one for above in higher for one in above if _is_over(one.box, box))
                for phrase in _phrases([one.text for one in over]):
                    yield phrase, "below", value


def _is_over(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and one.x1 > other.x0


def _places(text: str, answers: Sequence[str], misread: bool) -> list[tuple[int, int]]:
    """Return where an answer stands in a text, in any of its spellings."""
    found = [
        one.span()
        for answer in answers
        if (plain := " ".join(answer.split()))
        for one in re.finditer(rf"(?<!\w){re.escape(plain)}(?!\w)", text, re.IGNORECASE)
    ]
    for answer in () if found else answers:
        if shown := spelled_in(text, answer):
            found.append((text.index(shown), text.index(shown) + len(shown)))
    if not found and misread:
        starts = (one.start() for one in re.finditer(r"\S+", text))
        ends = ((start, len(text)) for start in starts)
        found = [one for one in ends if scoring.anls(text[slice(*one)], answers) >= ALIKE]
    return list(dict.fromkeys(found))


def _phrases(texts: Iterable[str]) -> Iterator[str]:
    """Yield what of some texts may be a label: all of one, or its last words; no numbers."""
    for words in (text.strip(_MARKS).split() for text in texts):
        for start in {0, *range(max(0, len(words) - WORDS_BEFORE), len(words))}:
            phrase = " ".join(words[start:]).lstrip(_MARKS)
            count = len(words_of(phrase))
            letters = any(map(str.isalpha, "".join(words_of(phrase))))
            plain = phrase.isprintable() and not any(map(str.isdigit, phrase))
            if 0 < count <= MOST_WORDS and len(phrase) <= LONGEST and letters and plain:
                yield phrase
