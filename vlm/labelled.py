"""Finds values at their labels in the words of a page: behind, beside or below them. Pure.

A small model reads the page's picture and often takes one field for another, but a document that
was made by a program says its words exactly. What stands at the label that the question names, and
has the form that it wants, is an answer to be trusted more than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from vlm.asked_names import key_of
from vlm.field_list import LESS, Named
from vlm.field_names import named_in
from vlm.first_words import begun
from vlm.known_labels import is_label
from vlm.known_values import known_value
from vlm.label_blocks import continued
from vlm.label_values import (
    ends_a_label,
    fitting,
    is_base,
    is_near,
    without_asides,
    without_currency,
)
from vlm.label_words import at, words_of
from vlm.learned_names import NO_NAMES, LearnedLabel, LearnedNames
from vlm.page_cells import Cell, cells_of
from vlm.types import Box, Word
from vlm.value_shapes import OF_NO_FORM

BESIDE, BELOW = 0.97, 0.88
"""What a value counts in each cell of its label's row beyond the next, and in a row below."""

ROWS_BELOW = 3
"""Rows below a label that may hold its value; those of a party that may hold its name."""
ROWS_OF_PARTY = 7

SHORT = 4
"""Letters of a label that is also a word of any sentence."""

MISREAD = 0.96
"""What a label counts that is one only with letters misread: "Klantnummer" for "Kontonummer"."""

BEHIND_OWN = 0.95
"""What a name that several fields have counts behind another name of the field that is wanted."""

INSIDE = 0.8
"""What a label counts that does not begin its cell."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value at its label.

    Attributes:
        text: As the page has it.
        box: Of its words.
        weight: In (0, 1]: how surely it is what was asked for.
    """

    text: str
    box: Box
    weight: float


def values(
    question: str,
    words: Sequence[Word],
    misread: bool = False,
    learned: LearnedNames = NO_NAMES,
) -> tuple[Value, ...]:
    """Return what stands at labels that a question names, the likeliest first.

    Args:
        question: As a person asks it.
        words: The page's text layer, as the page is shown.
        misread: Whether they are what a model read: letters may be wrong, and a company's form in
            them is no proof of one.
        learned: What the person's own documents tell of what is asked for: a known answer, or what
            stands at the first of these labels, is the only one that counts.
    """
    return values_among(question, cells_of(words) if words else [], misread, learned)


def values_among(
    question: str,
    rows: list[list[Cell]],
    misread: bool = False,
    learned: LearnedNames = NO_NAMES,
) -> tuple[Value, ...]:
    """Return the same of words that were put into rows, see `cells_of` and `values`."""
    if (own := own_value(question, rows, misread, learned)) is not None:
        return (own,)
    wanted = _wanted(question)
    if wanted is None or not rows:
        return ()
    found: dict[tuple[str, Box], Value] = {}
    for value in at_labels(wanted, rows, misread):
        if wanted.form == "address":
            value = Value(*continued(value.text, value.box, rows), value.weight)
        known = found.get((value.text, value.box))
        if known is None or known.weight < value.weight:
            found[value.text, value.box] = value
    ordered = sorted(found.values(), key=lambda one: one.box.y0, reverse=wanted.last)
    return tuple(sorted(ordered, key=lambda one: -one.weight))


def own_value(
    question: str, rows: list[list[Cell]], misread: bool, learned: LearnedNames
) -> Value | None:
    """Return what the person's own documents tell of a page, or None; see `values_among`.

    An answer that is known, else what stands at the first learned label.
    """
    if not rows or learned == NO_NAMES:
        return None
    key = key_of(question)
    if (known := known_value(key, rows, misread, learned)) is not None:
        return Value(known.text, known.box, known.weight)
    at = (at_label(label, rows, misread) for label in learned.of(key))
    return next((value for value in at if value is not None), None)


def is_told(question: str, words: Sequence[Word], misread: bool, learned: LearnedNames) -> bool:
    """Tell whether the person's own documents tell something of a page, see `own_value`."""
    if learned == NO_NAMES or not words:
        return False
    return own_value(question, cells_of(words), misread, learned) is not None


_wanted = lru_cache(maxsize=256)(named_in)
"""One question is asked about many pages."""


def at_label(label: LearnedLabel, rows: list[list[Cell]], misread: bool = False) -> Value | None:
    """Return what stands at a label that was learned, or None; it counts 1. See `values_among`."""
    found = first_and_last(label, rows, misread)
    return found[label.last] if found is not None else None


def first_and_last(
    label: LearnedLabel,
    rows: list[list[Cell]],
    misread: bool = False,
    places: Iterable[tuple[int, int]] | None = None,
) -> tuple[Value, Value] | None:
    """Return what stands at the first place of a label, and at the last; `last` does not count.

    Args:
        label: The label.
        rows: Of the page, see `cells_of`.
        misread: Whether its words are what a model read.
        places: Rows and numbers in them, in order, of all cells that may have the label; None for
            every cell.
    """
    named = Named(label.form, ((label.words, 1.0),), learned=label.place)
    found = sorted(at_labels(named, rows, misread, places), key=lambda one: one.box.y0)
    if not found:
        return None
    ends = [(one.text, one.box) for one in (found[0], found[-1])]
    if label.form == "address":
        ends = [continued(text, box, rows) for text, box in ends]
    first, last = (Value(text, box, 1.0) for text, box in ends)
    return first, last


def at_labels(
    wanted: Named,
    rows: list[list[Cell]],
    misread: bool,
    places: Iterable[tuple[int, int]] | None = None,
) -> Iterator[Value]:
    """Yield what stands at the labels of a field, each with what it counts.

    Args:
        wanted: The field.
        rows: Of the page, see `cells_of`.
        misread: Whether its words are what a model read.
        places: Rows and numbers in them of the cells that may have a label; None for every cell.
    """
    if places is None:
        places = ((n, index) for n, row in enumerate(rows) for index in range(len(row)))
    for row, index in places:
        cell = rows[row][index]
        said = cell.said if wanted.learned is None else cell.folded
        for phrase, counts in begun(wanted.names, said, misread):
            found = _label(phrase, cell.text, said, misread)
            if found is None or not _may_label(wanted, phrase, cell.text):
                continue
            end, quality = found
            if counts < 1 and wanted.form == "number" and _goes_on(wanted, phrase, said):
                counts, quality = BEHIND_OWN, 1.0
            whole = len(phrase) > 1 and at(phrase, said, misread) == 0
            begins = wanted.learned is not None or _begins(cell.text[end:], whole)
            yield from _values_of(wanted, rows, (row, index), end, counts * quality, begins)


def _goes_on(wanted: Named, phrase: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Tell whether another name of a field stands before one: "Rechnung der Filiale Nr. 7"."""
    start = at(phrase, said) or 0
    return any(at(name, said[:start]) is not None for name, _ in wanted.names if name != phrase)


def _begins(rest: str, whole: bool) -> bool:
    """Tell whether anything behind a label is its value.

    Args:
        rest: What stands behind it.
        whole: Whether it is one of several words, with none before: then no colon is needed.
    """
    return ends_a_label(rest) or (whole and rest.lstrip()[:1].isupper())


def _label(
    phrase: tuple[str, ...], text: str, said: tuple[str, ...], misread: bool
) -> tuple[int, float] | None:
    """Return where a label ends in a cell's text, and how well it fits; None where it is not.

    Args:
        phrase: Its words.
        text: Of the cell.
        said: Its words, without accents where the phrase has none.
        misread: Whether letters of it may be wrong.
    """
    start = at(phrase, said, misread)
    if start is None:
        return None
    end = _end_of(phrase, start, text)
    before = 1.0 if start == 0 else INSIDE
    return end, before * (MISREAD if misread and at(phrase, said) is None else 1.0)


def _may_label(wanted: Named, phrase: tuple[str, ...], text: str) -> bool:
    """Tell whether words of a cell may be a label: "street" is mostly part of a street's name."""
    if wanted.form == "address" and wanted.learned is None:
        return words_of(text.split(":")[0]) == phrase
    return not wanted.party or _stands_alone(phrase, text)


def _stands_alone(phrase: tuple[str, ...], text: str) -> bool:
    """Tell whether a label of few letters is all that comes before a colon: "an" mostly is not."""
    return sum(map(len, phrase)) > SHORT or words_of(text.split(":")[0]) == phrase


def _end_of(phrase: tuple[str, ...], start: int, text: str) -> int:
    """Return the place behind the phrase that begins at word number `start` of a text."""
    places = [found.end() for found in re.finditer(r"[^\W_]+", without_asides(text))]
    return places[start + len(phrase) - 1]


def _values_of(
    wanted: Named,
    rows: list[list[Cell]],
    place: tuple[int, int],
    end: int,
    counts: float,
    begins: bool,
) -> Iterator[Value]:
    """Yield the value of one label: behind it, in the next cells, or below."""
    row, index = place
    cell = rows[row][index]
    rest = cell.text[end:]
    inside = _fitting(wanted, rest, begins) if wanted.learned != "below" else None
    cells = rows[row][index + 1 :] if wanted.learned != "below" else []
    if inside is not None and wanted.rightmost and is_base(rest, inside[0]):
        reckoned = list(_beside(wanted, cells[:1], counts))
        if reckoned:
            yield from reckoned
            return
    if inside is not None and is_near(rest, inside[0]):
        start = end + inside[0]
        text = rest[inside[0] : inside[1]]
        yield Value(text, cell.part(start, end + inside[1]), counts)
        return
    if any(map(str.isalpha, without_currency(rest))) and not rest.startswith("/"):
        counts *= LESS  # "Total of the discounts" is no total
    beside = list(_beside(wanted, cells, counts))
    if beside:
        yield beside[-1] if wanted.rightmost else beside[0]
    elif wanted.learned != "behind":
        yield from _below(wanted, rows, place, counts)


def _beside(wanted: Named, cells: Sequence[Cell], counts: float) -> Iterator[Value]:
    """Yield the values in the cells of a row behind its label, up to the next label."""
    for number, cell in enumerate(cells):
        if _is_label(cell):
            return
        if (whole := _fitting(wanted, cell.text, begins=True)) is not None:
            text = cell.text[slice(*whole)]
            yield Value(text, cell.part(*whole), counts * BESIDE ** (number and 1))
        elif wanted.form not in ("amount", "number"):
            return


def _below(
    wanted: Named, rows: list[list[Cell]], place: tuple[int, int], counts: float
) -> Iterator[Value]:
    """Yield the first value in the rows under a label, of a party that behind "Name:"."""
    row, index = place
    label = rows[row][index].box
    most = ROWS_OF_PARTY if wanted.party else ROWS_BELOW
    for number, under in enumerate(rows[row + 1 : row + 1 + most]):
        for cell in under:
            if cell.box.x0 >= label.x1 or cell.box.x1 <= label.x0:
                continue
            if wanted.party and words_of(cell.text)[:1] in (("name",), ("firma",), ("company",)):
                yield from _name_beside(under, cell, counts)
                return
            if _is_label(cell):
                continue
            if (whole := _fitting(wanted, cell.text, begins=True)) is not None:
                text = cell.text[slice(*whole)]
                yield Value(text, cell.part(*whole), counts * BELOW * BESIDE**number)
                return


def _fitting(wanted: Named, text: str, begins: bool) -> tuple[int, int] | None:
    """Return where a value of a field stands in a text, see `label_values.fitting`."""
    if wanted.shape in OF_NO_FORM:
        found = OF_NO_FORM[wanted.shape].search(text)
        return None if found is None else found.span()
    return fitting(wanted.form, text, begins)


def _is_label(cell: Cell) -> bool:
    """Tell whether a cell is a label, or begins with one, rather than a value."""
    return re.search(r"[^\W\d_]\.?:(\s|$)", cell.text) is not None or is_label(cell.text)


def _name_beside(row: list[Cell], label: Cell, counts: float) -> Iterator[Value]:
    """Yield what stands behind "Name:" in a party's own block."""
    rest = label.text.split(":", 1)[1].strip() if ":" in label.text else ""
    if rest:
        start = label.text.index(rest)
        yield Value(rest, label.part(start, len(label.text)), counts)
        return
    beside = row[row.index(label) + 1 :]
    if beside:
        yield Value(beside[0].text, beside[0].box, counts)
