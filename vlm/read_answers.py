"""Answers that stand in what a small model has read on a scan, line by line. Pure.

Asked for a date, it often says that a line has none although it reads it there. What has the form
of a date or an amount is found in what it read; a name that no label tells of, such as that of a
company, stands at the head of a page, and an address below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vlm.answer_forms import Form
from vlm.letterhead import Found, addresses_in, names_in

NEAR = 0.7
"""Of the best amount's worth: among those, a sum is the largest."""

MOST_DAYS, MOST_MONTHS = 31, 12
"""Of a month and a year."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


IN_CODE, UNTIMED = 0.7, 0.9
"""What a date counts behind a letter, as in a number of goods, and one without the time where
another has it: a receipt says when it was printed."""

_MONTH = r"[^\W\d_]{3,9}"
_YEAR = r"(?:(?:19|20)\d\d|\d\d)"
DATE = re.compile(
    rf"(?<!\d)(?:\d{{1,2}}(?P<mark>[./\-]) ?\d{{1,2}}(?P=mark) ?{_YEAR}|"
    r"(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}|"
    rf"\d{{1,2}}[. \-]{{0,2}}{_MONTH}[., \-]{{1,2}}{_YEAR})(?!\d)|"
    rf"\b{_MONTH}\.? \d{{1,2}}, ?(?:19|20)\d\d(?!\d)"
)
_UNMARKED = re.compile(r"(?<!\d)(\d{1,2})([./\-])(\d\d)((?:19|20)\d\d)(?!\d)")
_NAMED = re.compile(rf"(?<!\d)(\d{{1,2}}[. \-]{{0,2}})({_MONTH})([., \-]{{1,2}}{_YEAR})(?!\d)")
TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?!\d)")
MONTHS = _words(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july "
    "august september october november december mär mai okt dez januar februar märz juni juli "
    "oktober dezember janvier février mars avril juin juillet août septembre octobre novembre "
    "décembre"
)
AMOUNT = re.compile(
    r"(?<![\d.,])(?:[1-9]\d{0,2}(?: \d{3})+,|\d[\d.,]*[.,] ?)\d\d(?!\d)"  # "1 234,50" has a comma
)
_MARKED = re.compile(r"([.,]) ")
MAIL = re.compile(r"\S+@\S+\.\w+")
PERCENT = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d{1,3})? ?%")
_PATTERNS: dict[Form, re.Pattern[str]] = {"date": DATE, "amount": AMOUNT, "mail": MAIL}


def found_in(form: Form | None, readings: Sequence[str], labelled: bool) -> Iterator[Found]:
    """Yield what has the form that is wanted in what was read.

    Args:
        form: Of the answer; nothing is found where that is not known.
        readings: What was read in each line, from the top of the page.
        labelled: Whether any line has a word of the question: then a name stands beside it.
    """
    if form == "name" and not labelled:
        yield from names_in(readings)
    elif form == "address":
        yield from addresses_in(readings)
    elif form == "date":
        yield from _dates_in(readings)
    elif form is not None and form in _PATTERNS:
        for line, text in enumerate(readings):
            for match in _PATTERNS[form].finditer(text):
                yield Found(
                    _MARKED.sub(r"\1", match[0]) if form == "amount" else match[0], line, 1.0
                )


def _dates_in(readings: Sequence[str]) -> Iterator[Found]:
    """Yield dates; those with the time beside them count more, and those in a code less."""
    found = [
        (line, text, match)
        for line, text in enumerate(_mended(reading) for reading in readings)
        for match in DATE.finditer(text)
        if is_possible(match[0])
    ]
    timed = any(TIME.search(text) for _, text, _ in found)
    for line, text, match in found:
        behind = match.start() > 0 and text[match.start() - 1].isalpha()
        weight = (IN_CODE if behind else 1.0) * (UNTIMED if timed and not TIME.search(text) else 1)
        yield Found(match[0], line, weight)


def _mended(text: str) -> str:
    """Return a text with the second mark of its dates, and the names of months in them."""
    marked = _UNMARKED.sub(r"\1\2\3\2\4", text)
    return _NAMED.sub(lambda found: found[1] + _month(found[2]) + found[3], marked)


def _month(word: str) -> str:
    """Return the month that a word is but for one letter, as large; the word where it is none."""
    low = word.casefold()
    like = [
        one
        for one in MONTHS
        if len(one) == len(low) and sum(a != b for a, b in zip(one, low, strict=True)) < 2
    ]
    like = [one for one in like if one.isascii()] or like
    if low in MONTHS or len(like) != 1:
        return word
    return like[0].upper() if word.isupper() else like[0].capitalize()


def is_possible(text: str) -> bool:
    """Tell whether a date in numbers can be one: "17/82/2017" has a digit misread."""
    numbers = sorted(int(one) for one in re.findall(r"\d+", text) if len(one) < len("2018"))[:2]
    if any(map(str.isalpha, text)):
        return numbers[0] <= MOST_DAYS
    return 1 <= numbers[0] <= MOST_MONTHS and numbers[1] <= MOST_DAYS


def size_of(text: str) -> float | None:
    """Return the last amount in a text; None where there is none."""
    amounts = AMOUNT.findall(text)
    return int(re.sub(r"\D", "", amounts[-1])) / 100 if amounts else None
