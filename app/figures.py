"""Numbers and days as they are written where the person lives. The words around stay English."""

from __future__ import annotations

import math
import re
from datetime import datetime

from PySide6.QtCore import QDate, QLocale, QTime

from vlm import amounts

_WORDED_DAY = "d MMM yyyy"
"""Reads the same to everybody who reads English; "3/4/2025" is two days."""
_AMOUNT = re.compile(
    r"(?<![\w.,-])(?:(?<=you have )|(?=[\d.,]+ (?:[kMGT]B|bytes|million|times|pages?|documents?|"
    r"weights|tokens|pixels|word pieces|s|seconds?|minutes?|hours?|of (?:the )?\d|are|is|were|was"
    r")\b))(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?"
)
"""A number of something, grouped and with decimals as the other processes write it."""


def whole(number: int) -> str:
    """Write a number with its thousands apart: "12,500", in Germany "12.500"."""
    return _here().toString(number)


def amount(number: int, noun: str) -> str:
    """Write a number of things: "1 example", "1,200 examples"."""
    return f"{whole(number)} {noun}" if number == 1 else f"{whole(number)} {noun}s"


def decimal(value: float, digits: int) -> str:
    """Write a number with that many decimals: "1.4", in Germany "1,4"."""
    return _here().toString(value, "f", digits)


def size(count: float) -> str:
    """Write bytes as `amounts.size` does: "4.5 GB", in Germany "4,5 GB"."""
    return as_here(amounts.size(count))


def as_here(number: str) -> str:
    """Write a number that has a point before its decimals as here: "0.5", in Germany "0,5"."""
    return number.replace(".", _here().decimalPoint())


def sentence(text: str) -> str:
    """Write the amounts in a sentence as here: "needs 1.5 GB.", in Germany "needs 1,5 GB.".

    It is for sentences of the other processes, which know no country. A number counts as an amount
    by the word after it, so that a name with a point in it, or a day, stays as it is.
    """
    return _AMOUNT.sub(_as_here, text)


def _as_here(found: re.Match[str]) -> str:
    here = _here()
    grouped, decimals = found.groups()
    whole_part = grouped.replace(",", here.groupSeparator())
    return whole_part + (here.decimalPoint() + decimals if decimals else "")


def percent(value: float) -> str:
    """Write a fraction as whole percent: "62 %"; never 100 % unless it is."""
    shown = round(value * 100)
    return f"{99 if shown == 100 and value < 1 else shown} %"


def number(text: str) -> float | None:
    """Return what was typed as a number, None when it is none.

    Both a point and a comma may stand before decimals. Where one of them groups thousands here,
    it does so in what looks grouped: "1,500" is 1500 in the United States and 1.5 in Germany.
    """
    typed = text.strip()
    here = _here()
    grouped = rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(here.groupSeparator())}\d{{3}})+"
    whole, mark, decimals = typed.partition(here.decimalPoint())
    if re.fullmatch(grouped, whole):
        typed = whole.replace(here.groupSeparator(), "") + (f".{decimals}" if mark else "")
    try:
        value = float(typed.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def day(when: datetime) -> str:
    """Write the day something was, here: "3 Apr 2025", in Germany "03.04.2025"."""
    there = when.astimezone()
    date = QDate(there.year, there.month, there.day)
    here = _here()
    if here.language() == QLocale.Language.English:
        return here.toString(date, _WORDED_DAY)
    form = here.dateFormat(QLocale.FormatType.ShortFormat)
    return here.toString(date, form if "yyyy" in form else form.replace("yy", "yyyy"))


def moment(when: datetime) -> str:
    """Write a day and the time of it: "3 Apr 2025, 9:03 PM", in Germany "03.04.2025, 21:03"."""
    there = when.astimezone()
    time = _here().toString(QTime(there.hour, there.minute), QLocale.FormatType.ShortFormat)
    return f"{day(when)}, {time}"


def decimal_mark() -> str:
    """Return what spreadsheets here have before decimals: "." or ","."""
    return "," if _here().decimalPoint() == "," else "."


def _here() -> QLocale:
    """Return the person's country; a system that names none gets the language of the program."""
    here = QLocale()
    if here.language() != QLocale.Language.C:
        return here
    return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
