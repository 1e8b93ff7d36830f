"""What corrected questions show of their pages: where answers stand, and the labels they may have.

What is looked for on all pages of a question is looked for only where it can be. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from vlm import scoring
from vlm.absence import says_absent
from vlm.answer_forms import form_of
from vlm.field_list import Place
from vlm.first_words import may_differ
from vlm.label_blocks import continued
from vlm.label_words import at, looks, words_of
from vlm.labelled import Value, first_and_last, values_among
from vlm.learned_names import LONGEST, MOST_WORDS, LearnedLabel
from vlm.page_cells import Cell, cells_of
from vlm.page_values import page_values_among
from vlm.read_answers import found_in
from vlm.spellings import accepted, spelled_in
from vlm.types import Box, Word, union

ALIKE = 0.8
"""Likeness of what a model read to an answer from which on it is that answer, misread."""

FOUND = 0.5
"""How likely what the program finds by itself is at least, for no label to be learned of it."""

ROWS_ABOVE, CELLS_BEFORE, WORDS_BEFORE = 3, 2, 3
"""Where a label may stand: rows above an answer, cells before it; words of a longer text."""

_MARKS = " \t,;.-–—=|*•/"
"""What stands before a label and is none of it."""

Outcome = Literal["right", "wrong"]
_Places = list[tuple[int, int]]


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


class ShownPage:
    """A page that is asked about.

    Args:
        shown: The question, with the words of the page.
        rows: These words, see `cells_of`.
    """

    def __init__(self, shown: Shown, rows: list[list[Cell]]) -> None:
        self.shown = shown
        self.rows = rows
        self._outcomes: dict[str, Outcome] = {}

    def outcome(self, value: Value | None) -> Outcome | None:
        """Tell whether a value is the answer; None where there is no value."""
        if value is None:
            return None
        if value.text not in self._outcomes:  # many labels stand at one value
            self._outcomes[value.text] = self._outcome(value.text)
        return self._outcomes[value.text]

    def known(self) -> Value | None:
        """Return what the program finds by itself, at labels or by what a page looks like."""
        question = self.shown.question
        if not self.shown.misread:
            found = next(iter(page_values_among(question, self.rows)), None)
            return found if found is not None and found.weight >= FOUND else None
        at_label = next(iter(values_among(question, self.rows, misread=True)), None)
        return at_label if at_label is not None else self._found_in_lines()

    def _found_in_lines(self) -> Value | None:
        """Return the likeliest date, name or address in the lines of a scan, as it is answered."""
        form = form_of(self.shown.question)
        if form == "amount":
            return None  # of these others tell, see `vlm.agreement`
        lines = [" ".join(cell.text for cell in row) for row in self.rows]
        found = max(found_in(form, lines, False), key=lambda one: one.weight, default=None)
        if found is None:
            return None
        some = [cell.box for row in self.rows[found.line : found.end] for cell in row]
        return Value(found.text, union(some), found.weight)

    def labels(self) -> Iterator[tuple[str, Place, str]]:
        """Yield texts that may be the label of the answer, where it stands from them, and it.

        What comes before it in its cell, in the cells before that one, and in those over it.
        """
        if says_absent(self.shown.answers[0]):
            return
        for row in self.rows:
            for number, cell in enumerate(row):
                for start, end, value in self._values(cell):
                    box = cell.part(start, end)
                    before = [one.text for one in row[max(0, number - CELLS_BEFORE) : number]]
                    for phrase in _phrases([cell.text[:start], *before]):
                        yield phrase, "behind", value
                    higher = self.rows[max(0, cell.row - ROWS_ABOVE) : cell.row]
                    over = (one for above in higher for one in above if _is_over(one.box, box))
                    for phrase in _phrases([one.text for one in over]):
                        yield phrase, "below", value

    def _values(self, cell: Cell) -> Iterator[tuple[int, int, str]]:
        """Yield where the answer stands in a cell, or its first line, and all that stands there."""
        places = self._places(cell)
        for start, end in places:
            yield start, end, cell.text[start:end]
        for start in () if places else self._beginnings(cell):
            text = cell.text[start:]
            whole, _ = continued(text, cell.part(start, len(cell.text)), self.rows)
            if whole != text and self._outcome(whole) == "right":
                yield start, len(cell.text), whole

    def _beginnings(self, cell: Cell) -> Iterator[int]:
        """Yield where the answer may begin that goes on below a cell."""
        first = {answer.split()[0].casefold() for answer in self.shown.answers if answer.split()}
        for one in re.finditer(r"\S+", cell.text):
            word = one[0].casefold()
            near = self.shown.misread and scoring.anls(word, tuple(first), ALIKE) > 0
            if word in first or near:
                yield one.start()

    def _outcome(self, text: str) -> Outcome:
        one = self.shown
        right = scoring.exact(text, accepted(text, one.answers))
        near = one.misread and scoring.anls(text, one.answers, ALIKE) >= ALIKE
        return "right" if (right or near) and not says_absent(one.answers[0]) else "wrong"

    @cached_property
    def _answers(self) -> tuple[re.Pattern[str], ...]:
        """The answers as they are looked for, letter by letter."""
        plain = (" ".join(answer.split()) for answer in self.shown.answers)
        return tuple(
            re.compile(rf"(?<!\w){re.escape(one)}(?!\w)", re.IGNORECASE) for one in plain if one
        )

    def _places(self, cell: Cell) -> _Places:
        """Return where an answer stands in the text of a cell, in any of its spellings."""
        text, answers = cell.text, self.shown.answers
        found = [one.span() for answer in self._answers for one in answer.finditer(text)]
        for answer in () if found else answers:
            if shown := spelled_in(text, answer):
                found.append((text.index(shown), text.index(shown) + len(shown)))
        if not found and self.shown.misread:
            starts = (one.start() for one in re.finditer(r"\S+", text))
            ends = ((start, len(text)) for start in starts)
            found = [one for one in ends if scoring.anls(text[slice(*one)], answers, ALIKE)]
        return list(dict.fromkeys(found))


class Sheets:
    """The words of pages in rows and cells, put there once for all questions about them."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Word, ...], list[list[Cell]]] = {}

    def page(self, shown: Shown) -> ShownPage:
        """Return the page that a question is about."""
        if shown.words not in self._rows:
            self._rows[shown.words] = cells_of(shown.words)
        return ShownPage(shown, self._rows[shown.words])


class ShownPages:
    """The pages of one question, and in which of their cells a word stands.

    Args:
        pages: At least one.
    """

    def __init__(self, pages: Sequence[ShownPage]) -> None:
        self._pages = pages
        self._misread = any(page.shown.misread for page in pages)
        self._cells: dict[str, dict[int, _Places]] = defaultdict(dict)
        self._looking: dict[str, list[str]] = defaultdict(list)
        self._meant: dict[str, dict[int, _Places]] = {}
        for number, page in enumerate(pages):
            for row, cells in enumerate(page.rows):
                for index, cell in enumerate(cells):
                    for word in set(cell.folded):
                        self._cells[word].setdefault(number, []).append((row, index))
        for word in self._cells:
            self._looking[looks(word) if self._misread else word].append(word)

    def at_label(
        self, label: LearnedLabel
    ) -> Generator[None, None, list[tuple[ShownPage, Value, Value]]]:
        """Yield between two pages that are looked at.

        Returns:
            The pages that have a label, and what stands at its first place and at its last; `last`
            does not count.
        """
        found: list[tuple[ShownPage, Value, Value]] = []
        for number, places in self._with_word(label.words[0]).items():
            yield
            page = self._pages[number]
            at_it = first_and_last(label, page.rows, page.shown.misread, places)
            if at_it is not None:
                found.append((page, *at_it))
        return found

    def _with_word(self, word: str) -> dict[int, _Places]:
        """Return the cells of each page in which a word may be meant, in order."""
        if word not in self._meant:
            found: dict[int, set[tuple[int, int]]] = defaultdict(set)
            for said in self._meaning(word):
                for number, places in self._cells[said].items():
                    found[number].update(places)
            self._meant[word] = {number: sorted(places) for number, places in found.items()}
        return self._meant[word]

    def _meaning(self, word: str) -> list[str]:
        """Return the words of all pages by which one may be meant."""
        if not may_differ(word, self._misread):
            return self._looking.get(looks(word) if self._misread else word, [])
        return [said for said in self._cells if at((word,), (said,), self._misread) is not None]


def _is_over(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and one.x1 > other.x0


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
