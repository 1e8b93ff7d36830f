"""Tells whether an answer has the form that a question wants: a date, an amount, a name. Pure.

A small model copies what it sees; "06:20PM" is no company, and "Total" is no amount. Questions of
which nothing is known take any answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from vlm.finding import telling

_DATE = re.compile(
    r"\d{1,4}[./\- ]{1,2}(?:\d{1,2}|[^\W\d_]{3,9})[./\-, ]{1,2}\d{2,4}|"
    r"[^\W\d_]{3,9}\.? \d{1,2},? \d{4}|\d{8}"
)
_AMOUNT = re.compile(r"\d")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDS = ("date", "datum")
_DATES = _words("dated when wann until fällig bis quand")
_AMOUNTS = _words(
    "total subtotal amount amounts sum price tax vat net gross cost costs fee balance discount "
    "gesamt summe betrag preis mwst ust steuer netto brutto rabatt montant prix tva quantity menge "
    "anzahl"
)
_NUMBERS = _words(
    "number no nr nummer numéro id iban bic phone telephone telefon fax zip plz reference code"
)
_MAILS = _words("email mail emails")
_NAMES = _words(
    "company customer name who seller buyer vendor supplier client shop store merchant firma kunde "
    "wer verkäufer käufer lieferant address adresse anschrift street city société"
)
_ASKING = _words("who wer when wann")


def fits(question: str, answer: str) -> bool:
    """Tell whether an answer has the form that a question asks for.

    Args:
        question: As a person asks it.
        answer: As a model gives it.
    """
    words = set(telling(question)) | {
        word for word in re.findall(r"[^\W\d_]+", question.casefold()) if word in _ASKING
    }
    form = _form(words)
    return form is None or form(answer)


def _form(words: set[str]) -> Callable[[str], bool] | None:
    """Return what an answer to a question of these words has to be; None for anything."""
    if words & _MAILS:
        return lambda answer: "@" in answer or "." in answer
    if words & _DATES or any(word.endswith(_ENDS) for word in words):
        return lambda answer: _DATE.search(answer) is not None
    if words & _NUMBERS:
        return lambda answer: sum(map(str.isdigit, answer)) >= 2 and not _is_date(answer)
    if words & _AMOUNTS:
        return lambda answer: _AMOUNT.search(answer) is not None and not _is_date(answer)
    if words & _NAMES:
        return lambda answer: sum(map(str.isalpha, answer)) > sum(map(str.isdigit, answer))
    return None


def _is_date(answer: str) -> bool:
    found = _DATE.fullmatch(answer.strip())
    return found is not None and not found[0].isdigit()
