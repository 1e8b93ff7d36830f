"""Reads an answer as an amount or a day for a spreadsheet, where it can mean only one thing. Pure.

"1.234" is a thousand and more in Germany and one and a bit elsewhere, and "03/04/2025" is two days:
such answers stay text, so that no sum and no order is ever wrong by a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from vlm.answer_forms import form_of

_CURRENCY = r"[€$£¥₹]|[A-Z]{2,3}\.?|[Kk]r\.?|zł|Kč"
_AMOUNT = re.compile(
    rf"(?P<sign>[-+−]?)\s*(?P<before>{_CURRENCY})?\s*(?P<inner>[-−]?)\s*"
    rf"(?P<number>\d[\d.,' \u00a0\u202f’]*)\s*(?P<after>{_CURRENCY})?(?P<end>-?)"
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,' \u00a0\u202f’])\d{3})(?:\1\d{3})*")
_DECIMALS = (1, 2)
"""How many make a mark one before decimals; three may be a group of thousands."""

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan januar jänner janvier janv",
            "february feb februar février fevrier févr",
            "march mar märz maerz mär mars",
            "april apr avril avr",
            "may mai",
            "june jun juni juin",
            "july jul juli juillet juil",
            "august aug août aout",
            "september sep sept septembre",
            "october oct oktober okt octobre",
            "november nov novembre",
            "december dec dezember dez décembre decembre déc",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4})")
_DAY_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er)?[. -]{1,2}([^\W\d_]{3,9})\.?[ ,-]{1,2}(\d{4})"
)
_MONTH_NAMED = re.compile(r"([^\W\d_]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of something.

    Attributes:
        value: With its sign.
        decimals: How many were written, 0 or more.
        before: The currency before the number, "" for none.
        after: The currency behind it, "" for none.
    """

    value: float
    decimals: int
    before: str = ""
    after: str = ""


def value_of(question: str, answer: str) -> Amount | date | None:
    """Return what an answer says as a number or day, None where it is text or could be two things.

    Args:
        question: As a person asks it; it has to ask for an amount or a day.
        answer: As it stands in the table.
    """
    match form_of(question):
        case "amount":
            return amount(answer)
        case "date":
            return day(answer)
        case _:
            return None


def amount(text: str) -> Amount | None:
    """Read an amount with at most one currency, None for anything else."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or (found["before"] and found["after"]):
        return None
    signs = "".join(found[name] for name in ("sign", "inner", "end"))
    number = _number(found["number"].strip())
    if number is None or len(signs) > 1:
        return None
    value, decimals = number
    negative = bool(signs) and signs != "+"
    return Amount(
        -value if negative else value, decimals, found["before"] or "", found["after"] or ""
    )


def _number(text: str) -> tuple[float, int] | None:
    """Return an unsigned number and how many decimals it was written with."""
    if text.isdigit():
        return (float(text), 0) if text == "0" or text[0] != "0" else None
    mark = max(text.rfind("."), text.rfind(","))
    whole, decimals = text[:mark], text[mark + 1 :]
    if mark > 0 and decimals.isdigit() and len(decimals) in _DECIMALS:
        grouped = _GROUPED.fullmatch(whole)
        if grouped is not None and grouped[1] == text[mark]:
            return None
        plain = whole.isdigit() and (whole == "0" or whole[0] != "0")
        if plain or grouped is not None:
            return float(f"{_digits(whole)}.{decimals}"), len(decimals)
        return None
    grouped = _GROUPED.fullmatch(text)
    certain = grouped is not None and (grouped[1] not in ".," or text.count(grouped[1]) > 1)
    return (float(_digits(text)), 0) if certain else None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def day(text: str) -> date | None:
    """Read a day of a four-digit year, None for anything else."""
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return _date(int(found[1]), int(found[3]), int(found[4]))
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "." or first > 12 or first == second:
            return _date(year, second, first)
        return _date(year, first, second) if second > 12 else None
    if found := _DAY_NAMED.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[2].casefold(), 0), int(found[1]))
    if found := _MONTH_NAMED.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[1].casefold(), 0), int(found[2]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= 1900 else None  # spreadsheets know none before
    except ValueError:
        return None
