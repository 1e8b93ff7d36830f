"""Finds the cell of a table where the row and the column meet that a question names. Pure.

No lines need to be drawn: a row's name stands left of the value, its column's name above it. Names
may be broken over several lines, as they are in narrow columns.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vlm.field_names import SAYS_NOTHING
from vlm.label_words import folded, looks
from vlm.page_cells import Cell
from vlm.types import Box, Word, union

BREAK = 1.3
"""White between two lines of one name or value, in heights of its words, at most."""

BESIDE = 8.0
"""White between two words of one name, in widths of a letter: narrow columns may be justified."""

SHORTEST = 2
"""Letters of a name that counts without quotation marks: "m" is in many questions."""

LONGEST = 20
"""Words of such a name, at most."""

_Tokens = tuple[str, ...]

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{1,200})[\"“”„«»]")
_MARKS = re.compile(r"[\s.,:;?!*'’\"“”„«»]+|-$")


@dataclass(frozen=True)
class _Line:
    """Words at one height, from left to right, with the cells that they make."""

    cells: tuple[Cell, ...]

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for cell in self.cells for word in cell.words)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(_key(word.text) for word in self.words)


@dataclass(frozen=True)
class _Name:
    """Where a name stands: its words, and the numbers of their lines."""

    words: tuple[Word, ...]
    lines: tuple[int, ...]

    @cached_property
    def box(self) -> Box:
        return union([word.box for word in self.words])


@dataclass(frozen=True, slots=True)
class Meeting:
    """The words where a row and a column meet.

    Attributes:
        text: As the page has it, lines with blanks between.
        box: Of its words.
        row: Of the row's name.
        column: Of the column's name.
    """

    text: str
    box: Box
    row: Box
    column: Box


def meeting(question: str, rows: list[list[Cell]], misread: bool = False) -> Meeting | None:
    """Return what stands where two names meet that a question has, None where that is not clear.

    Args:
        question: As a person asks it: with both names in quotation marks, in either order, or with
            the words of a row's and a column's first cell among its own.
        rows: Of the page, see `page_cells.cells_of`.
        misread: Whether the words are what a model read: letters may look alike.
    """
    lines = [_Line(tuple(row)) for row in rows]
    quoted = [found for found in _QUOTED.findall(question) if _tokens(found)]
    if len(quoted) > 2:
        return None
    if len(quoted) == 2:
        pairs = [(_tokens(quoted[0]), _tokens(quoted[1]))]
    else:
        pairs = _pairs(question, lines, misread)
    found: dict[str, Meeting] = {}
    for one, other in pairs:
        for first, second in ((one, other), (other, one)):
            columns = _places(second, lines, misread)
            for row in _places(first, lines, misread):
                met = (_met(row, column, lines) for column in _nearest(row, columns))
                found.update((one.text, one) for one in met if one is not None)
    return next(iter(found.values())) if len(found) == 1 else None


def _nearest(row: _Name, columns: Sequence[_Name]) -> list[_Name]:
    """Return the column names that may stand above a row, those of its own table."""
    above = [one for one in columns if _is_above(one, row)]
    last = max((one.box.y1 for one in above), default=0.0)
    return [one for one in above if one.box.y1 > last - one.words[0].box.height]


def _is_above(column: _Name, row: _Name) -> bool:
    """Tell whether a value may stand below one name and right of the other."""
    spare = 0.3 * column.words[0].box.height
    return row.box.y0 >= column.box.y1 - spare and column.box.x1 > row.box.x1


def _key(text: str) -> str:
    """Return a word as names are compared: in small letters, without marks of sentences."""
    return folded(_MARKS.sub("", text))


def _tokens(text: str) -> _Tokens:
    return tuple(filter(None, map(_key, text.split())))


def _pairs(question: str, lines: Sequence[_Line], misread: bool) -> list[tuple[_Tokens, _Tokens]]:
    """Return pairs of names of whole cells that a question has beside each other, the longest."""
    said = _tokens(question)
    spans: set[tuple[int, int]] = set()
    for number, line in enumerate(lines):
        first = 0
        for cell in line.cells:
            for start, word in enumerate(said):
                if line.keys[first] and _left(word, line.keys[first], misread) is not None:
                    spans |= _spans(said, start, lines, (number, first), misread)
            first += len(cell.words)
    longest = [
        one
        for one in spans
        if not any(o != one and o[0] <= one[0] and one[1] <= o[1] for o in spans)
    ]
    return [
        (said[slice(*one)], said[slice(*other)])
        for one, other in itertools.combinations(sorted(longest), 2)
        if one[1] <= other[0]
    ]


def _spans(
    said: _Tokens, start: int, lines: Sequence[_Line], at: tuple[int, int], misread: bool
) -> set[tuple[int, int]]:
    """Return the longest span of a question's words that is a whole name from one word on."""
    for end in range(min(len(said), start + LONGEST), start, -1):
        name = said[start:end]
        if sum(map(len, name)) < SHORTEST or all(word in SAYS_NOTHING for word in name):
            continue
        found = _followed("".join(name), lines, *at, misread)
        if found is not None and _is_whole(found, lines):
            return {(start, end)}
    return set()


def _places(name: _Tokens, lines: Sequence[_Line], misread: bool) -> list[_Name]:
    """Return where a name stands; those that are a whole cell where there are any."""
    letters = "".join(name)
    found: list[_Name] = []
    for number, line in enumerate(lines):
        for place, key in enumerate(line.keys):
            if key and _left(letters, key, misread) is not None:
                words = _followed(letters, lines, number, place, misread)
                if words is not None:
                    found.append(words)
    whole = [one for one in found if _is_whole(one, lines)]
    return whole or found


def _left(letters: str, key: str, misread: bool) -> str | None:
    """Return what is left of a name's letters behind a word; None where it is not in it."""
    begun = letters[: len(key)]
    same = begun == key or (misread and looks(begun) == looks(key))
    return letters[len(key) :] if same else None


def _followed(
    letters: str, lines: Sequence[_Line], number: int, place: int, misread: bool
) -> _Name | None:
    """Follow a name from its first word, in its line and in the lines below."""
    words, numbers = [lines[number].words[place]], [number]
    rest = _left(letters, lines[number].keys[place], misread)
    while rest:
        line = lines[number]
        place = _next_key(line, place + 1)
        if place < len(line.words) and _beside(words[-1], line.words[place]):
            more = _left(rest, line.keys[place], misread)
            if more is not None:
                rest = more
                words.append(line.words[place])
                continue
        below = _below(words, lines, number)
        if below is None:
            return None
        number, place = below
        rest = _left(rest, lines[number].keys[place], misread)
        words.append(lines[number].words[place])
        numbers.append(number)
    return _Name(tuple(words), tuple(numbers)) if rest == "" else None


def _next_key(line: _Line, place: int) -> int:
    """Return the place of the next word that has letters."""
    while place < len(line.keys) and not line.keys[place]:
        place += 1
    return place


def _beside(word: Word, other: Word) -> bool:
    """Tell whether two words of a line may belong to one name."""
    letter = max(one.box.width / max(1, len(one.text)) for one in (word, other))
    return other.box.x0 - word.box.x1 <= BESIDE * letter


def _below(words: Sequence[Word], lines: Sequence[_Line], number: int) -> tuple[int, int] | None:
    """Return the first word below some words, where it is near enough to go on with them."""
    block = union([word.box for word in words])
    height = words[-1].box.height
    for after in range(number + 1, min(number + 4, len(lines))):
        for place, word in enumerate(lines[after].words):
            if word.box.x1 <= block.x0 or word.box.x0 >= block.x1 or not lines[after].keys[place]:
                continue
            return (after, place) if word.box.y0 - block.y1 <= BREAK * height else None
    return None


def _is_whole(name: _Name, lines: Sequence[_Line]) -> bool:
    """Tell whether a name is all that its cells have."""
    own = set(name.words)
    return all(
        word in own or not _key(word.text)
        for number in name.lines
        for cell in lines[number].cells
        if own & set(cell.words)
        for word in cell.words
    )


def _met(row: _Name, column: _Name, lines: Sequence[_Line]) -> Meeting | None:
    """Return what stands right of one name and below the other."""
    left, right = _reach(column, lines)
    words: list[Word] = []
    last = max(row.lines)
    for number in range(min(row.lines), last + 1):
        words += _within(lines[number], row.box, column.box, left, right)
    if not words:
        return None
    for number in range(last + 1, len(lines)):  # a value may have more lines than its row's name
        more = _within(lines[number], row.box, column.box, left, right)
        beside = any(word.box.x0 < row.box.x1 for word in lines[number].words)
        if beside or not more or more[0].box.y0 - words[-1].box.y1 > BREAK / 2 * more[0].box.height:
            break
        words += more
    box = union([word.box for word in words])
    return Meeting(" ".join(word.text for word in words), box, row.box, column.box)


def _reach(column: _Name, lines: Sequence[_Line]) -> tuple[float, float]:
    """Return the ends of a column: half way to the words left and right of its name."""
    own = set(column.words)
    left, right = 0.0, 1.0
    for number in column.lines:
        for word in lines[number].words:
            if word in own:
                continue
            if word.box.x1 <= column.box.x0 + 0.2 * column.box.width:
                left = max(left, min(column.box.x0, (word.box.x1 + column.box.x0) / 2))
            elif word.box.x0 >= column.box.x1 - 0.2 * column.box.width:
                right = min(right, max(column.box.x1, (word.box.x0 + column.box.x1) / 2))
    return left, right


def _within(line: _Line, row: Box, column: Box, left: float, right: float) -> list[Word]:
    """Return the words of a line in a column, right of its row's name.

    A cell that only this column's name stands above counts whole, however wide it is; of several
    the one that stands best below it.
    """
    found: list[tuple[float, list[Word]]] = []
    for cell in line.cells:
        box = cell.box
        if box.x1 <= row.x1:
            continue
        inside = [
            word
            for word in cell.words
            if word.box.x0 >= row.x1 and left <= (word.box.x0 + word.box.x1) / 2 <= right
        ]
        common = min(box.x1, column.x1) - max(box.x0, column.x0)
        alone = common > 0 and box.x0 >= row.x1 and left <= box.x0 and box.x1 <= right
        if words := list(cell.words) if alone else inside:
            found.append((common, words))
    return max(found, key=lambda one: one[0])[1] if found else []
