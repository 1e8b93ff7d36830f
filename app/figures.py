"""Numbers and days as they are written where the person lives. The words around stay English."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QLocale

from vlm import amounts

_WORDED_DAY = "d MMM yyyy"
"""Reads the same to everybody who reads English; "3/4/2025" is two days."""


def whole(number: int) -> str:
    """Write a number with its thousands apart: "12,500", in Germany "12.500"."""
    return _here().toString(number)


def decimal(value: float, digits: int) -> str:
    """Write a number with that many decimals: "1.4", in Germany "1,4"."""
    return _here().toString(value, "f", digits)


def size(count: float) -> str:
    """Write bytes as `amounts.size` does: "4.5 GB", in Germany "4,5 GB"."""
    return amounts.size(count).replace(".", _here().decimalPoint())


def day(when: datetime) -> str:
    """Write the day something was, here: "3 Apr 2025", in Germany "03.04.2025"."""
    there = when.astimezone()
    date = QDate(there.year, there.month, there.day)
    here = _here()
    if here.language() == QLocale.Language.English:
        return here.toString(date, _WORDED_DAY)
    form = here.dateFormat(QLocale.FormatType.ShortFormat)
    return here.toString(date, form if "yyyy" in form else form.replace("yy", "yyyy"))


def decimal_mark() -> str:
    """Return what spreadsheets here have before decimals: "." or ","."""
    return "," if _here().decimalPoint() == "," else "."


def _here() -> QLocale:
    """Return the person's country; a system that names none gets the language of the program."""
    here = QLocale()
    if here.language() != QLocale.Language.C:
        return here
    return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
