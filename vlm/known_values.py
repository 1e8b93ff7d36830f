"""Finds on a page what stands on a person's documents again and again, as they spelled it. Pure.

Who sends an invoice, and from where, is the same on each of theirs. A name or an address that was
confirmed before is looked for in the words of a page; on a scan some of its letters may be misread.
Where it cannot be read, as in a logo, a number that stands on that sender's documents alone tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from vlm.label_words import folded
from vlm.learned_names import LearnedNames, LearnedValue
from vlm.page_cells import Cell
from vlm.read_answers import AMOUNT, DATE, TIME
from vlm.types import Box, union

ALIKE = 0.85
"""Share of equal letters from which on what was read on a scan is a known value, misread."""

LEAST, LEAST_LETTERS = 8, 5
"""Letters and digits of what may be known, and letters: of less than that too much is alike."""

LEAST_DIGITS, MOST_DIGITS = 6, 24
"""Of a number that tells a sender."""

WORD, MISSED = 4, 0.5
"""Letters of a word that has to stand there itself, and the share of them that may not be wrong:
two companies print, and one of them is called Keller."""

MOST_OTHER_DIGITS = 1
"""Digits that may be read as other ones: "No. 12" and "No. 16" are neighbours."""

BELOW, NARROWER = 2, 0.5
"""Rows in which a column goes on, and the share of the narrower cell that lies over the other."""

BY_NUMBER = 0.9
"""What a value counts that is known by a number."""

_NUMBER = re.compile(r"(?<![\d.,])\d(?:[ \-/().]{0,3}\d){5,}(?![\d.,]*\d)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands.

    Attributes:
        likeness: Of what stands there, in [0, 1].
        box: Of its words.
    """

    likeness: float
    box: Box


@dataclass(frozen=True, slots=True)
class Known:
    """A known value that a page has.

    Attributes:
        text: As the person spelled it.
        box: Of its words, or of the number that tells it.
        weight: In (0, 1]: how surely it is what was asked for.
    """

    text: str
    box: Box
    weight: float


def may_be_known(text: str) -> bool:
    """Tell whether a text may be looked for: mostly letters, and enough of them."""
    letters = letters_of(text)
    digits = sum(map(str.isdigit, letters))
    return len(letters) >= LEAST and len(letters) - digits >= max(LEAST_LETTERS, digits)


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, as texts are compared."""
    return "".join(one for one in folded(text) if one.isalnum())


class Sheet:
    """The letters of a page, row by row and column by column.

    Args:
        rows: Of the page, see `page_cells.cells_of`.
        misread: Whether they are what a model read: letters may be wrong.
    """

    def __init__(self, rows: Sequence[Sequence[Cell]], misread: bool) -> None:
        self._rows = rows
        self._misread = misread

    def find(self, text: str) -> Place | None:
        """Return where a text stands best; None where it does not."""
        words = tuple(filter(None, map(letters_of, text.split())))
        places = (strand.find(words, self._misread) for strand in self._strands)
        return max(filter(None, places), key=lambda one: one.likeness, default=None)

    @cached_property
    def numbers(self) -> dict[str, Box]:
        """The long numbers of the page by their digits, dates and amounts left out."""
        return {
            number: cell.part(start, end)
            for row in self._rows
            for cell in row
            for number, start, end in _numbers_in(cell.text)
        }

    @cached_property
    def _strands(self) -> tuple[_Strand, ...]:
        by_row = [cell for row in self._rows for cell in row]
        columns = [cell for column in _columns(self._rows) for cell in column]
        return (_Strand(by_row),) if by_row == columns else (_Strand(by_row), _Strand(columns))


class _Strand:
    """Words one after the other, as letters without blanks."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._boxes: list[tuple[int, Box]] = []
        letters = ""
        for cell in cells:
            for word in cell.words:
                self._boxes.append((len(letters), word.box))
                letters += letters_of(word.text)
        self._letters = letters
        self._starts = {start for start, _ in self._boxes} | {len(letters)}

    def find(self, words: Sequence[str], misread: bool) -> Place | None:
        """Return where words stand best, the letters of each; whole ones unless they were read."""
        wanted = "".join(words)
        if not wanted:
            return None
        if not misread:
            start = self._letters.find(wanted)
            while start >= 0 and not {start, start + len(wanted)} <= self._starts:
                start = self._letters.find(wanted, start + 1)
            return Place(1.0, self._box(start, start + len(wanted))) if start >= 0 else None
        if len(wanted) > len(self._letters):
            return None
        found = fuzz.partial_ratio_alignment(wanted, self._letters, score_cutoff=100 * ALIKE)
        if found is None:
            return None
        start, end = found.dest_start, found.dest_end
        said = self._letters[start:end]
        if _other_digits(wanted, said) > MOST_OTHER_DIGITS or not _has_all(words, said):
            return None
        return Place(found.score / 100, self._box(start, end))

    def _box(self, start: int, end: int) -> Box:
        ends = [*(at for at, _ in self._boxes[1:]), len(self._letters)]
        pairs = zip(self._boxes, ends, strict=True)
        return union([box for (begin, box), last in pairs if begin < end and last > start])


def known_value(
    key: str, rows: Sequence[Sequence[Cell]], misread: bool, learned: LearnedNames
) -> Known | None:
    """Return the answer that other documents of the person have too and a page has, or None.

    Args:
        key: Of the question, see `asked_names.key_of`.
        rows: Of the page, see `page_cells.cells_of`.
        misread: Whether its words are what a model read.
        learned: What is known.
    """
    values = learned.values_of(key)
    return known_on(Sheet(rows, misread), values) if values else None


def known_on(sheet: Sheet, values: Iterable[LearnedValue]) -> Known | None:
    """Return the known value that a page has; None where it has none.

    Where a number tells whose page it is, no other value counts: its reader may be known as well.

    Args:
        sheet: The page.
        values: Those of one question.
    """
    every = tuple(values)
    told = [one for one in every if not sheet.numbers.keys().isdisjoint(one.numbers)]
    found = [(one, place) for one in told or every if (place := sheet.find(one.text)) is not None]
    if found:
        value, place = max(found, key=lambda one: (one[0].sure, one[1].likeness))
        return Known(value.text, place.box, place.likeness)
    for value in told:
        number = next(one for one in value.numbers if one in sheet.numbers)
        return Known(value.text, sheet.numbers[number], BY_NUMBER)
    return None


def _numbers_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the long numbers of a text, with where they begin and end."""
    other = [one.span() for pattern in (DATE, AMOUNT, TIME) for one in pattern.finditer(text)]
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        digits = re.sub(r"\D", "", found[0])
        if LEAST_DIGITS <= len(digits) <= MOST_DIGITS and not any(
            begin < end and last > start for begin, last in other
        ):
            yield digits, start, end


def _has_all(words: Sequence[str], said: str) -> bool:
    """Tell whether each long word stands in what was read, some of its letters wrong."""
    wrong = {
        one.src_pos for one in Levenshtein.editops("".join(words), said) if one.tag != "insert"
    }
    start = 0
    for word in words:
        missed = sum(at in wrong for at in range(start, start + len(word)))
        if len(word) >= WORD and missed >= MISSED * len(word):
            return False
        start += len(word)
    return True


def _other_digits(wanted: str, given: str) -> int:
    """Count digits that stand in place of other digits."""
    return sum(
        one.tag == "replace" and wanted[one.src_pos].isdigit() and given[one.dest_pos].isdigit()
        for one in Levenshtein.editops(wanted, given)
    )


def _columns(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Return cells that stand below each other, from the left to the right of each row."""
    columns: list[list[Cell]] = []
    for row in rows:
        for cell in row:
            above = (one for one in columns if _goes_on(one[-1], cell))
            column = next(above, None)
            if column is None:
                columns.append([cell])
            else:
                column.append(cell)
    return columns


def _goes_on(above: Cell, below: Cell) -> bool:
    over = min(above.box.x1, below.box.x1) - max(above.box.x0, below.box.x0)
    narrower = min(above.box.width, below.box.width)
    return 0 < below.row - above.row <= BELOW and over >= NARROWER * narrower
