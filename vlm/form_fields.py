"""Finds what a question asks for at any label of a page, whatever it is called. Pure.

`vlm.field_names` knows what usual fields are called. Payslips, bills, certificates have hundreds of
others, and people ask in words of their own. Here every text of a page that something stands behind
or below is a label, and the one counts that says the same as the question: in the same words, in
forms of them, or in such as mean about the same. Headings of columns and of sections count as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.page_cells import Cell
from vlm.prose_questions import Asked, Want, asked
from vlm.prose_ranking import Said, alike, said_in
from vlm.prose_values import found
from vlm.question_words import FORMS, LIGHT_WORDS
from vlm.read_answers import AMOUNT
from vlm.stems import COMMON, Language, language_of
from vlm.types import Box

ROW, COLUMN, SECTION = 1.0, 0.9, 0.5
"""What a word of a question counts in a label, over the column, and in the heading of a section."""

SHAPE_WORD, LIGHT = 0.3, 0.2
"""What is left of the weight of a word that says what an answer looks like, such as "number" or
"date", and of a verb that goes with anything."""

UNASKED = 0.35
"""What a label loses at most for words that the question has not."""

FARTHER, BELOW, INSIDE = 0.97, 0.93, 0.98
"""What a value counts for each cell between it and its label that no heading tells, below its
label, and behind it without a mark between."""

HEADINGS, MOST_WORDS = 3, 9
"""Cells of a row without any digit that are the headings of columns; words of a label."""

MOSTLY = 0.4
"""Share of a cell beside or below a label that a value in it has to be."""

ALONE = 0.8
"""What an e-mail address counts that is the only one of its page."""

LESS_WANTED = 0.93
"""What is left of a value for each kind that is wanted more."""

ROWS_BELOW, ROWS_ABOVE = 2, 12
"""Rows in which a value stands below its label, and in which a column's heading is looked for."""

UNSAID, VERB = 0.6, 0.4
"""Weight of a word that no label has, beside that of one that a single one has, and what is left
for a verb: forms name things, and people say what is done with them."""

_LEADERS = re.compile(r"\s*(?:\.{3,}|…{1,}|_{3,}|(?:\. ){3,})\s*")
_COLON = re.compile(r":\s+|:$")
_BARE = re.compile(r"-?\d[\d.,' ]*")
_CODE = re.compile(r"(?=[^\s]*\d)[\w./-]+(?: [\w./-]*\d[\w./-]*)*")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a label.

    Attributes:
        text: As the page has it.
        box: Of its words.
        score: How well the label says what was asked, in (0, 1].
        label: It.
    """

    text: str
    box: Box
    score: float
    label: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """A label and what stands at it.

    Attributes:
        label: Its text.
        over: The heading of the column, or "".
        section: The heading of the section, or "".
        cell: Where the value stands.
        start: Where in that cell's text it begins.
        counts: What its place is worth.
    """

    label: str
    over: str
    section: str
    cell: Cell
    start: int
    counts: float

    @property
    def value(self) -> str:
        return self.cell.text[self.start :].strip()


def fields(
    question: str, rows: Sequence[Sequence[Cell]], misread: bool = False
) -> tuple[Found, ...]:
    """Return what stands at the labels that say what is asked for, the best first.

    Args:
        question: As a person asks it.
        rows: Of the page, see `page_cells.cells_of`.
        misread: Whether letters of the words may be wrong.
    """
    text = " ".join(cell.text for row in rows for cell in row)
    theirs = language_of(text)
    wanted = asked(question, theirs)
    pairs = list(_pairs(rows))
    alone = _alone(wanted, rows)
    if not wanted.about or not pairs:
        return alone
    weights = _weights(wanted, pairs, theirs, misread)
    best: dict[tuple[str, Box], Found] = {}
    for pair in pairs:
        score = _score(pair, wanted, weights, theirs, misread) * pair.counts
        if score <= 0:
            continue
        for start, end, suits in _fitting(pair.value, wanted):
            if not pair.start and end - start < MOSTLY * len(pair.value):
                continue  # much else stands there
            one = _found(pair, start, end, score * suits)
            known = best.get((one.text, one.box))
            if one.text and (known is None or known.score < one.score):
                best[one.text, one.box] = one
            break
    every = (*best.values(), *alone)
    return tuple(sorted(every, key=lambda one: (-one.score, one.box.y0, one.box.x0)))


def _alone(wanted: Asked, rows: Sequence[Sequence[Cell]]) -> tuple[Found, ...]:
    """Return the only e-mail address of a page, where one is wanted: it needs no label."""
    if "mail" not in wanted.wants:
        return ()
    places = [(cell, place) for row in rows for cell in row for place in found("mail", cell.text)]
    if len({cell.text[start:end] for cell, (start, end) in places}) != 1:
        return ()
    cell, (start, end) = places[0]
    return (Found(cell.text[start:end], cell.part(start, end), ALONE, ""),)


def _found(pair: _Pair, start: int, end: int, score: float) -> Found:
    inside = pair.cell.text[pair.start :]
    skipped = pair.start + len(inside) - len(inside.lstrip())
    box = pair.cell.part(skipped + start, skipped + end)
    return Found(pair.value[start:end], box, score, pair.label)


def _pairs(rows: Sequence[Sequence[Cell]]) -> Iterator[_Pair]:
    """Yield every label of a page with each value that may be its."""
    sections = _sections(rows)
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            section = sections.get((number, index), "")
            over = _over(rows, cell) if index else ""
            yield from _inside(cell, over, section)
            if not _may_label(cell.text) or ": " in cell.text:
                continue
            for farther, value in enumerate(() if _heads(row) else row[index + 1 :]):
                above = _over(rows, value)
                counts = FARTHER**farther if not above else 1.0
                yield _Pair(cell.text, above, section, value, 0, counts)
                if _may_label(value.text) and not any(map(str.isdigit, value.text)):
                    break  # a label of its own
            for value in _below(rows, cell):
                yield _Pair(cell.text, "", section, value, 0, BELOW)


def _inside(cell: Cell, over: str, section: str) -> Iterator[_Pair]:
    """Yield what stands behind labels in one cell: after a colon, after dots, after a name."""
    text = cell.text
    for mark in (_COLON, _LEADERS):
        for one in mark.finditer(text):
            if one.start() and one.end() < len(text) and _may_label(text[: one.start()]):
                yield _Pair(text[: one.start()], over, section, cell, one.end(), 1.0)
    words = list(re.finditer(r"\S+", text))
    if len(words) > MOST_WORDS or text.endswith("."):
        return  # a sentence: that is for `vlm.prose_answers`
    for word in words[1 : MOST_WORDS + 1]:
        before = text[: word.start()]
        if any(map(str.isdigit, word[0])) and _may_label(before) and ":" not in before:
            yield _Pair(before, over, section, cell, word.start(), INSIDE)
            break


def _heads(row: Sequence[Cell]) -> bool:
    """Tell whether a row is the headings of a table's columns: of these none is another's value."""
    return len(row) >= HEADINGS and not any(map(str.isdigit, "".join(one.text for one in row)))


def _may_label(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return (
        letters >= 1 and len(text.split()) <= MOST_WORDS and letters > sum(map(str.isdigit, text))
    )


def _below(rows: Sequence[Sequence[Cell]], label: Cell) -> Iterator[Cell]:
    """Yield the cells right below a label."""
    for row in rows[label.row + 1 : label.row + 1 + ROWS_BELOW]:
        over = [one for one in row if _overlap(one.box, label.box)]
        if over:
            yield over[0]
            return


def _over(rows: Sequence[Sequence[Cell]], value: Cell) -> str:
    """Return the heading of the column in which a cell stands, "" for none."""
    for row in reversed(rows[max(0, value.row - ROWS_ABOVE) : value.row]):
        above = [one for one in row if _overlap(one.box, value.box)]
        if len(row) > 1 and above and not any(map(str.isdigit, above[0].text)):
            return above[0].text
        if len(row) == 1 and not above:
            return ""
    return ""


def _sections(rows: Sequence[Sequence[Cell]]) -> dict[tuple[int, int], str]:
    """Return the heading of each cell's section: words alone above it, at its left edge."""
    found: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            for above in reversed(rows[max(0, number - ROWS_ABOVE) : number]):
                head = next((one for one in above if _is_heading(one, above, cell)), None)
                if head is not None:
                    found[number, index] = head.text
                    break
    return found


def _is_heading(cell: Cell, row: Sequence[Cell], below: Cell) -> bool:
    """Tell whether a cell may be the heading of what stands below it."""
    others = [one for one in row if one is not cell and abs(one.box.x0 - cell.box.x1) < 0.2]
    starts = cell.box.x0 - 0.02 <= below.box.x0
    return (
        starts
        and below.box.x0 < cell.box.x0 + 0.45
        and not others
        and not any(map(str.isdigit, cell.text))
        and len(cell.text.split()) <= MOST_WORDS
        and not cell.text.endswith(".")
    )


def _overlap(one: Box, other: Box) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0


def _weights(
    wanted: Asked, pairs: Sequence[_Pair], theirs: Language, misread: bool
) -> dict[str, float]:
    """Return what each word of a question weighs: more the fewer labels have it."""
    labels = {pair.label: _said(pair.label) for pair in pairs}
    result = {}
    for word in wanted.about:
        count = sum(_best(word, wanted, said, theirs, misread) > 0.5 for said in labels.values())
        rare = math.log((len(labels) + 1) / count) if count else UNSAID * math.log(len(labels) + 1)
        verb = VERB if word in wanted.verbs else 1.0
        left = LIGHT if word in LIGHT_WORDS else SHAPE_WORD if word in FORMS else verb
        result[word] = max(0.4, rare) * left
    return result


_LETTER = {"t": "tel", "f": "fax", "m": "mobile", "e": "mail", "w": "web"}
"""What a letter alone stands for on cards and letterheads."""


def _said(text: str) -> list[Said]:
    """Return the words of a label; one that is a letter is what it stands for."""
    said = said_in(text)
    if len(said) == 1 and said[0].word in _LETTER:
        return [Said(_LETTER[said[0].word], said[0].start, said[0].end)]
    return said


def _best(word: str, wanted: Asked, said: Sequence[Said], theirs: Language, misread: bool) -> float:
    each = (alike(word, wanted.language, one.word, theirs, misread) for one in said)
    return max(each, default=0.0)


def _score(
    pair: _Pair, wanted: Asked, weights: dict[str, float], theirs: Language, misread: bool
) -> float:
    """Return how much of a question a label says, and how little else."""
    parts = ((pair.label, ROW), (pair.over, COLUMN), (pair.section, SECTION))
    said = [(_said(text), counts) for text, counts in parts]
    own = {word: _best(word, wanted, said[0][0], theirs, misread) for word in weights}
    if max(own.values()) < 0.5:
        return 0.0
    covered = sum(
        weight * max(counts * _best(word, wanted, some, theirs, misread) for some, counts in said)
        for word, weight in weights.items()
    )
    share = covered / sum(weights.values())
    words = [one.word for one in said[0][0] if one.word not in COMMON[theirs]]
    hit = sum(
        max(alike(word, wanted.language, one, theirs, misread) for word in weights) > 0.5
        for one in words
    )
    return share * (1 - UNASKED * (1 - hit / max(1, len(words))))


def _fitting(value: str, wanted: Asked) -> Iterator[tuple[int, int, float]]:
    """Yield where a value of a kind that is wanted stands, and how well it suits.

    All of it where any kind will do.
    """
    if not value or value.endswith(":"):
        return
    if not wanted.wants:
        yield 0, len(value), 1.0
    for rank, want in enumerate(wanted.wants):
        for start, end in _of_kind(want, value):
            yield start, end, LESS_WANTED**rank


def _of_kind(want: Want, value: str) -> Iterator[tuple[int, int]]:
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    match want:
        case "name" | "place":
            if letters > digits and letters > 1:
                yield 0, len(value)
        case "reason" | "law" | "verdict" | "subject":
            yield 0, len(value)
        case "code":
            if digits and (one := _CODE.search(value)) is not None:
                yield one.span()
        case "amount":
            bare = (one.span() for one in AMOUNT.finditer(value))
            yield from found("amount", value)
            yield from bare
        case "count":
            if _BARE.fullmatch(value):
                yield 0, len(value)
            else:
                yield from found("count", value)
        case _:
            yield from found(want, value)
