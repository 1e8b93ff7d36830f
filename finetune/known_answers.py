"""Learns answers that stand on several documents: who sends them, from where. Pure.

Whoever is sent invoices is sent them by the same few. What a person said of one document is looked
for on the others, and what holds there is kept as it was spelled, with the numbers that stand on
that sender's documents alone. Nothing is kept for a question where a document that was not learned
from would be answered wrongly more than now and then: dates and totals do not come again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from finetune.document_sets import DocumentSets, different
from finetune.shown_pages import ShownPage
from vlm import known_values, scoring
from vlm.absence import says_absent
from vlm.known_values import Sheet, letters_of
from vlm.learned_names import LONGEST_VALUE, MOST_NUMBERS, LearnedValue

FAR_MORE = 4
"""Times as often as wrong that what is known has to be right about documents left out."""

BETTER = 2
"""Documents that have to be answered right by what is known, and are not without it."""

DIFFERENT = 2
"""Answers that have to be right there: the one that is the same everywhere proves nothing."""

TWICE = 2
"""Times as often as wrong that a value has to be right where it stands."""

ONE_SENDER, OFTEN = 2, 1 / 3
"""Documents on which a number has to stand that tells whose they are, and the share of them: the
number of an account stands on nearly all, misread on some, that of an article on few."""

SAME = 0.9
"""Likeness from which on two people, or the same one twice, spelled one answer differently."""


@dataclass(slots=True)
class _Answer:
    """An answer, its spellings, the documents with it, and numbers that several of these have."""

    spellings: Counter[str] = field(default_factory=Counter[str])
    documents: int = 0
    numbers: dict[str, int] = field(default_factory=dict[str, int])


class _Answers:
    """The answers to one question, and where they stand.

    Args:
        pages: With words on them; at least one.
    """

    def __init__(self, pages: Sequence[ShownPage]) -> None:
        self._pages = pages
        self._sheets = [Sheet(page.rows, page.shown.misread) for page in pages]
        self._sets = DocumentSets(pages)
        self.each = _grouped(pages, self._sets)
        self._standing: dict[str, int] = {}
        numbers: dict[str, int] = defaultdict(int)
        for page, sheet in zip(pages, self._sheets, strict=True):
            for number in sheet.numbers:
                numbers[number] |= self._sets.of(page)
        for answer in self.each:
            answer.numbers = {
                number: documents
                for number, documents in numbers.items()
                if (documents & answer.documents).bit_count() >= ONE_SENDER
            }

    def known(self) -> Generator[None, None, int]:
        """Return the documents that are answered right to the letter without what is learned."""
        right = 0
        for page in self._pages:
            yield
            if (value := page.known()) is not None and _is_to_the_letter(page, value.text):
                right |= self._sets.of(page)
        return right

    def look(self) -> Iterator[None]:
        """Look for every spelling of every answer on every page."""
        for text in (text for answer in self.each for text in answer.spellings):
            self._standing[text] = 0
            for page, sheet in zip(self._pages, self._sheets, strict=True):
                yield
                if sheet.find(text) is not None:
                    self._standing[text] |= self._sets.of(page)

    def values(self, without: str | None = None) -> list[LearnedValue]:
        """Return what is learned from all documents, or from all but one; the commonest first."""
        left_out = self._sets.bits[without] if without is not None else 0
        found: list[LearnedValue] = []
        for answer in self.each:
            own = answer.documents & ~left_out
            spellings = answer.spellings.copy()
            spellings.subtract(
                _told(page) for page in self._pages if page.shown.document == without
            )
            if not own:
                continue
            text = max(spellings, key=lambda one: spellings[one])  # of equals the first
            stands = self._standing[text] & ~left_out
            right, wrong = (stands & own).bit_count(), (stands & ~own).bit_count()
            numbers = _numbers(answer.numbers, own, left_out)
            if right >= TWICE * wrong or numbers:
                found.append(LearnedValue(text, numbers, own.bit_count(), wrong))
        return sorted(found, key=lambda one: -one.documents)

    def left_out(self) -> Generator[None, None, tuple[int, int]]:
        """Return the documents that what is learned without them is right about, and wrong."""
        told: list[tuple[ShownPage, bool]] = []
        for document in self._sets.bits:
            values = self.values(document)
            for page, sheet in zip(self._pages, self._sheets, strict=True):
                if page.shown.document != document:
                    continue
                yield
                if (known := known_values.known_on(sheet, values)) is not None:
                    told.append((page, _is_right(page, known.text)))
        return self._sets.right_and_wrong(told)


def learning(pages: Sequence[ShownPage]) -> Generator[None, None, tuple[LearnedValue, ...]]:
    """Learn the answers to one question that come again; none where they do not.

    Args:
        pages: That the question was asked about.
    """
    some = [page for page in pages if _may_come_again(page)]
    if not some:
        return ()
    answers = _Answers(some)
    having = [answer.documents for answer in answers.each]
    if all(documents.bit_count() < ONE_SENDER for documents in having):
        return ()
    yield from answers.look()
    known = yield from answers.known()
    right, wrong = yield from answers.left_out()
    gained = (right & ~known).bit_count() - (wrong & known).bit_count()
    holds = right.bit_count() >= FAR_MORE * wrong.bit_count() and gained >= BETTER
    return tuple(answers.values()) if holds and different(having, right) >= DIFFERENT else ()


def _told(page: ShownPage) -> str:
    return " ".join(page.shown.answers[0].split())


def _may_come_again(page: ShownPage) -> bool:
    answer = _told(page)
    fits = len(answer) <= LONGEST_VALUE and answer.isprintable() and bool(page.shown.words)
    return fits and not says_absent(answer) and known_values.may_be_known(answer)


def _is_to_the_letter(page: ShownPage, text: str) -> bool:
    """Tell whether an answer is right to the letter; marks and blanks do not count."""
    letters = letters_of(text)
    return any(letters == letters_of(answer) for answer in page.shown.answers)


def _is_right(page: ShownPage, text: str) -> bool:
    """Tell whether an answer is right, however it is spelled."""
    return _is_to_the_letter(page, text) or _are_one(text, page.shown.answers)


def _are_one(text: str, answers: Sequence[str]) -> bool:
    return scoring.anls(text, answers, SAME) > 0


def _numbers(known: Mapping[str, int], own: int, left_out: int) -> tuple[str, ...]:
    """Return the numbers that stand on some documents alone, the commonest first."""
    counts = {
        number: (documents & own).bit_count()
        for number, documents in known.items()
        if not documents & ~own & ~left_out
    }
    least = max(ONE_SENDER, OFTEN * own.bit_count())
    often = [number for number, count in counts.items() if count >= least]
    return tuple(sorted(often, key=lambda number: (-counts[number], number))[:MOST_NUMBERS])


def _grouped(pages: Sequence[ShownPage], sets: DocumentSets) -> list[_Answer]:
    """Put pages with one answer together, however it is spelled; the first spelling leads."""
    found: dict[str, _Answer] = {}
    for page in pages:
        text = _told(page)
        one = next((first for first in found if _are_one(first, (text,))), text)
        answer = found.setdefault(one, _Answer())
        answer.spellings[text] += 1
        answer.documents |= sets.of(page)
    return list(found.values())
