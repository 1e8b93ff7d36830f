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

_MONTH = r"[^\W\d_]{3,9}"
_YEAR = r"(?:(?:19|20)\d\d|\d\d)"
DATE = re.compile(
    rf"(?<!\d)(?:\d{{1,2}}(?P<mark>[./\-]) ?\d{{1,2}}(?P=mark) ?{_YEAR}|"
    r"(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}|"
    rf"\d{{1,2}}[. \-]{{0,2}}{_MONTH}[., \-]{{1,2}}{_YEAR})(?!\d)|"
    rf"\b{_MONTH}\.? \d{{1,2}}, ?(?:19|20)\d\d(?!\d)"
)
AMOUNT = re.compile(r"(?<![\d.,])\d[\d.,]*[.,] ?\d\d(?!\d)")
MAIL = re.compile(r"\S+@\S+\.\w+")
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
    elif form is not None and form in _PATTERNS:
        for line, text in enumerate(readings):
            for match in _PATTERNS[form].finditer(text):
                if form == "date" and not is_possible(match[0]):
                    continue
                yield Found(match[0].replace(" ", "") if form == "amount" else match[0], line, 1.0)


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
