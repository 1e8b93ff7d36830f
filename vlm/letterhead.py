"""Finds whose page it is, and the address, in what was read in a page's lines. Pure.

Slips and letters begin with a name and, below it, an address of one to four lines, both without a
label. Headings such as "Tax invoice", telephone numbers and the like are neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.company_names import LETTER_OF, end_of_form, name_in
from vlm.head_words import (
    ASIDE,
    CLOSES,
    COMPANY,
    COUNTRIES,
    COURTESIES,
    DATE_OR_TIME,
    GOES_ON,
    HEADINGS,
    HEADS,
    HOUSE,
    KINDS,
    LABELLED,
    LEGAL,
    LIKE_POSTCODE,
    NUMBERED,
    NUMBERS,
    OPENS,
    OTHER,
    POSTCODE,
    REGISTERED,
    SHORT_STREETS,
    STREET_ENDINGS,
    STREETS,
)
from vlm.likeness import alike

LOWER = 0.85
"""What a name or an address counts for each one that stands above it."""

WORD = 0.9
"""What a line of a single word counts as a name, beside one of several, which seldom is a mark of
ink that nobody meant as print."""

LETTERS, MOSTLY = 5, 0.5
"""A name has at least so many letters, and they are this share of it."""

MOST_LINES = 5
"""Of an address."""

AHEAD_OF = 2
"""Lines above a company's name that are none, such as a slogan or a mark."""

AHEAD = 2
"""Lines in which an address goes on behind one that does not look like it."""

SHORT, LONG = 3, 5
"""Words of a line behind the postcode that may be a region or a country, and a town with both."""

LEAST_LETTERS = 8
"""Of an address."""

MOST_DIGITS = 3
"""Of a postcode's five digits, at least, where letters were read in place of the others."""

LONG_NUMBER = re.compile(r"\d{6}")
"""As of a registration; the line above a street that names a building has none."""

UNSURE = 0.85
"""What an address without a postcode counts."""


@dataclass(frozen=True, slots=True)
class Found:
    """What may be an answer.

    Attributes:
        text: The answer.
        line: Number of the line that it was read in, the first of several.
        weight: In (0, 1]: what its place leaves of it.
        last: Number of its last line; None for the first.
    """

    text: str
    line: int
    weight: float
    last: int | None = None

    @property
    def end(self) -> int:
        """The number of the line behind its last one."""
        return (self.line if self.last is None else self.last) + 1


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of text, as read; one part of a page may hold several."""

    line: int
    text: str

    @property
    def other(self) -> bool:
        """Whether it is neither name nor address: a heading, a number, a date."""
        return (
            is_heading(self.text)
            or OTHER.search(self.text) is not None
            or _is_number_of(self.text)
            or DATE_OR_TIME.search(self.text) is not None
        )

    @property
    def courtesy(self) -> bool:
        """Whether it thanks, or says what is done with goods."""
        words = re.findall(r"[^\W\d_]{4,}", self.text.casefold())
        known = sum(any(alike(word, one) for one in COURTESIES) for word in words)
        return known >= 2 or (known == 1 and len(words) == 1)

    @property
    def heads(self) -> bool:
        """Whether it heads a table, hours or a sum, a letter of it misread."""
        words = re.findall(r"[^\W\d_]{4,}", self.text.casefold())
        return any(alike(word, one) for word in words for one in HEADS)

    @property
    def labelled(self) -> bool:
        return LABELLED.search(self.text) is not None

    @property
    def company(self) -> bool:
        """Whether it has what companies' names end in, a letter of it misread."""
        return COMPANY.search(self.text) is not None or end_of_form(self.text) is not None

    @property
    def postcode(self) -> bool:
        text = REGISTERED.sub(" ", self.text)
        return POSTCODE.search(text) is not None or _is_misread_postcode(text)

    @property
    def numbered(self) -> bool:
        return any(map(str.isdigit, self.text)) or "," in self.text

    @property
    def street(self) -> bool:
        """Whether it names a street; a name may be like a street's, which mostly has a number."""
        words = re.findall(r"[^\W\d_]+", self.text.casefold())
        said = any(word in STREETS or word in SHORT_STREETS for word in words)
        return said or (self.numbered and any(map(_is_street, words)))

    @property
    def house(self) -> bool:
        return HOUSE.search(self.text) is not None

    @property
    def address(self) -> bool:
        """Whether it looks like a line of an address."""
        if self.other or ASIDE.search(self.text) is not None:
            return False
        named = self.company and (not self.house or LEGAL.search(self.text) is not None)
        return not self.courtesy and (self.postcode or ((self.street or self.house) and not named))


def is_name(text: str) -> bool:
    """Tell whether a line may be the name of somebody or of a street: it is mostly letters."""
    text = REGISTERED.sub(" ", text)
    letters = sum(map(str.isalpha, text))
    return letters >= max(LETTERS, MOSTLY * sum(not one.isspace() for one in text))


def may_be_seller(text: str) -> bool:
    """Tell whether a line may say whose page it is: neither a number of theirs nor an address."""
    row = _Row(0, text)
    return is_name(text) and (row.company or not (row.other or row.courtesy or row.address))


def has_form(text: str) -> bool:
    """Tell whether a name has what companies' names end in, a letter of it misread."""
    return _Row(0, text).company


def may_be_address(text: str) -> bool:
    """Tell whether a line may be one of an address: a street, a house and its number, a town."""
    return _Row(0, text).address


def end_of_address(lines: Sequence[str], start: int) -> int:
    """Return the line behind an address that begins at one of some lines; that one for none."""
    return _end([_Row(number, line) for number, line in enumerate(lines)], start)


def is_heading(text: str) -> bool:
    """Tell whether a line says what kind of document this is, with a letter or two misread."""
    words = re.findall(r"[^\W_]+", text.casefold())
    known = [word for word in words if any(alike(word, one) for one in HEADINGS)]
    return bool(known) and 2 * len(known) >= len(words)


def names_in(readings: Sequence[str]) -> Iterator[Found]:
    """Yield names, the likeliest first: from the top, those with a company's form before others.

    Args:
        readings: What was read in each line, from the top of the page.
    """
    rows = [
        row
        for row in _rows(readings)
        if is_name(row.text)
        and row.text.casefold().strip(" .,") not in COUNTRIES
        and (row.company or not (row.other or row.courtesy or row.heads or row.labelled))
    ]
    plain = [row for row in rows if row.company or not (row.postcode or row.street)]
    found = []
    for number, row in enumerate(plain or rows):
        ahead = AHEAD_OF if row.company else 0
        alone = WORD if len(row.text.split()) == 1 else 1.0
        weight = alone * LOWER ** max(0, number - ahead)
        found.append((not row.company, Found(name_in(row.text, row.postcode), row.line, weight)))
    yield from (one for _, one in sorted(found, key=lambda one: (-one[1].weight, one[0])))


def addresses_in(readings: Sequence[str]) -> Iterator[Found]:
    """Yield addresses from the top of the page, with their line breaks.

    Args:
        readings: What was read in each line, from the top of the page.
    """
    rows = _rows(readings)
    at = count = begun = 0
    while at < len(rows):
        end = _end(rows, at) if rows[at].address else at
        some = rows[_begin(rows, at, begun) : end] if end > at else []
        if _is_address(some):
            text = "\n".join(row.text for row in some)
            sure = 1.0 if any(row.postcode for row in some) else UNSURE
            yield Found(text, some[0].line, sure * LOWER**count, some[-1].line)
            count += 1
            begun = end
        at = max(end, at + 1)


def _rows(readings: Sequence[str]) -> list[_Row]:
    """Return the lines of text; one that ends a company's name belongs to the one above."""
    rows: list[_Row] = []
    for number, reading in enumerate(readings):
        for text in filter(None, (" ".join(one.split()) for one in reading.splitlines())):
            alone = len(text.split()) == 2 and end_of_form(text) == len(text.rstrip(" ."))
            ends = end_of_form(text) is not None and bool(rows) and is_name(rows[-1].text)
            opened = text.startswith("(") or (ends and OPENS.search(rows[-1].text) is not None)
            more = (opened and CLOSES.match(text.lstrip("("))) or KINDS.match(text)
            if rows and (alone or (ends and more)):
                rows[-1] = _Row(rows[-1].line, f"{rows[-1].text} {text}")
            else:
                rows.append(_Row(number, text))
    return rows


def _is_number_of(text: str) -> bool:
    """Tell whether a line begins with the label of a company's or a telephone's number, misread."""
    words = re.findall(r"[^\W_]+", text.casefold())[:2]
    if not words or not any(alike(words[0], one) for one in NUMBERED):
        return False
    return alike(words[0], "telephone") or words[-1].translate(LETTER_OF) in NUMBERS


def _is_misread_postcode(text: str) -> bool:
    found = LIKE_POSTCODE.search(text)
    return found is not None and sum(map(str.isdigit, found[1])) >= MOST_DIGITS


def _is_street(word: str) -> bool:
    return (
        word in SHORT_STREETS
        or any(alike(word, one) for one in STREETS)
        or (len(word) > 5 and word.endswith(STREET_ENDINGS))
    )


def _begin(rows: Sequence[_Row], at: int, least: int) -> int:
    """Return the row where an address begins that is known by the row `at`.

    A building or a floor may stand in the line above a street, below the name.
    """
    if at <= least or not any(is_name(row.text) for row in rows[: at - 1]):
        return at
    above = rows[at - 1]
    building = above.numbered and is_name(above.text) and LONG_NUMBER.search(above.text) is None
    other = above.other or above.company or above.courtesy or ASIDE.search(above.text)
    return at - 1 if building and not other else at


def _end(rows: Sequence[_Row], start: int) -> int:
    """Return the number of the row behind an address that begins at a row."""
    end = start
    while end < min(len(rows), start + MOST_LINES):
        row, after = rows[end], rows[end + 1 : end + 1 + AHEAD]
        follows = any(one.address for one in after) and ASIDE.search(row.text) is None
        numbered = LONG_NUMBER.search(row.text) is not None
        if row.other or not (row.address or (follows and not numbered)):
            break
        end += 1
        if row.postcode:
            return end + _goes_on(rows, end)
    while end > start and not rows[end - 1].address:
        end -= 1
    return end


def _goes_on(rows: Sequence[_Row], end: int) -> int:
    """Return 1 where the row behind the postcode is a region or a country, else 0."""
    if end >= len(rows) or rows[end].other or not is_name(rows[end].text):
        return 0
    if rows[end].labelled or rows[end].postcode:
        return 0
    most = LONG if GOES_ON.search(rows[end - 1].text) else SHORT
    return int(len(rows[end].text.split()) <= most and not COMPANY.search(rows[end].text))


def _is_address(some: Sequence[_Row]) -> bool:
    letters = sum(sum(map(str.isalpha, row.text)) for row in some)
    told = any(row.street or row.postcode for row in some)
    return told and letters >= LEAST_LETTERS
