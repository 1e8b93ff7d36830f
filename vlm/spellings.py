"""Tells dates and amounts that are the same but spelled differently. Pure.

A list says "2018-01-15" where the page says "15/01/2018", or "1234.50" for "EUR 1.234,50". What
could be either of two dates, such as "01/02/2018", counts as each of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

CENTURY = 2000
"""What is added to a year of two digits."""

_MONTHS = (
    ("jan",),
    ("feb", "fev"),
    ("mar", "maer"),
    ("apr", "avr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aou"),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "dez"),
)
"""How the names of months begin in English, German and French, without accents."""

_NAME = r"(?P<{}>[^\W\d_]{{3,9}})\.?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>(?:19|20)\d\d)[./\-](?P<month>\d{1,2})[./\-](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<one>\d{1,2})[./\-] ?(?P<two>\d{1,2})[./\-] ?(?P<year>\d{4}|\d\d)(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})[. \-]{{0,2}}{_NAME.format('name')}"
        r"[., \-]{1,2}(?P<year>\d{4}|\d\d)(?!\d)",
        rf"\b{_NAME.format('name')} (?P<day>\d{{1,2}}), ?(?P<year>\d{{4}})(?!\d)",
    )
)
_CURRENCY = r"(?:[$€£¥]|\b(?:eur|euro|usd|gbp|chf|jpy|sek|nok|dkk|pln|czk|inr|cny|myr|rm|kr|sfr)\b)"
_NUMBER = r"-?\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d\d)?(?![\d]|[.,]\d)|-?\d+(?:[.,]\d\d)?(?!\d|[.,]\d)"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY}|(?<![^\W\d_])rm(?=\d))? ?(?<![\d.,])(?P<number>{_NUMBER})"
    rf" ?(?P<after>{_CURRENCY})?",
    re.IGNORECASE,
)

_Either = tuple[date | None, date | None]
"""A date as it is read with the day first and with the month first."""


def means_same(one: str, other: str) -> bool:
    """Tell whether two answers are the same date, or the same amount, in other spellings."""
    first, second = _whole_date(one), _whole_date(other)
    if first is not None and second is not None:
        return _same_day(first, second)
    amounts = _whole_amount(one), _whole_amount(other)
    return amounts[0] is not None and amounts[0] == amounts[1]


def accepted(answer: str, truths: Sequence[str]) -> tuple[str, ...]:
    """Return what counts as right for an answer: itself too, where it only spells one otherwise.

    Args:
        answer: What was answered.
        truths: The spellings that are known to be right.
    """
    same = any(means_same(answer, truth) for truth in truths)
    return (*truths, answer) if same else tuple(truths)


def spelled_in(text: str, truth: str) -> str | None:
    """Return how a text spells a date or an amount; None where it does not have it.

    Args:
        text: What stands on a page.
        truth: A date or an amount; nothing else is found.
    """
    wanted = _whole_date(truth)
    if wanted is not None:
        found = (match for pattern in _DATES for match in pattern.finditer(text))
        return next((one[0] for one in found if _same_day(_either(one), wanted)), None)
    amount = _whole_amount(truth)
    if amount is None:
        return None
    numbers = (match["number"] for match in _AMOUNT.finditer(text))
    return next((one for one in numbers if _DECIMALS.search(one) and _value(one) == amount), None)


_DECIMALS = re.compile(r"[.,]\d\d$")


@lru_cache(maxsize=4096)  # one answer is looked for in all that stands on a page
def _whole_date(text: str) -> _Either | None:
    for pattern in _DATES:
        if (match := pattern.fullmatch(text.strip())) is not None:
            either = _either(match)
            return either if any(either) else None
    return None


def _either(match: re.Match[str]) -> _Either:
    parts = match.groupdict()
    year = int(parts["year"]) + (CENTURY if len(parts["year"]) == 2 else 0)
    if "one" in parts:
        one, two = int(parts["one"]), int(parts["two"])
        return _day(year, two, one), _day(year, one, two)
    month = int(parts["month"]) if "month" in parts else _month(parts["name"])
    known = _day(year, month, int(parts["day"]))
    return known, known


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    """Return the number of a month by its name; 0 when it is none."""
    spelled = unicodedata.normalize("NFKD", name.casefold().replace("ä", "ae"))
    letters = "".join(one for one in spelled if not unicodedata.combining(one))
    known = enumerate(_MONTHS, 1)
    return next((number for number, names in known if letters.startswith(names)), 0)


def _same_day(one: _Either, other: _Either) -> bool:
    return any(a is not None and a == b for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=4096)
def _whole_amount(text: str) -> Decimal | None:
    """Return an amount; None for a number that may be something else, such as one of an invoice."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    named = match["before"] or match["after"]
    return _value(match["number"]) if named or _DECIMALS.search(match["number"]) else None


def _value(number: str) -> Decimal:
    cents = _DECIMALS.search(number)
    digits = re.sub(r"[^\d-]", "", number)
    return Decimal(digits) / 100 if cents else Decimal(digits)
