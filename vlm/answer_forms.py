"""Tells whether an answer has the form that a question wants: a date, an amount, a name. Pure.

A small model copies what it sees; "06:20PM" is no company, and "Total" is no amount. Questions of
which nothing is known take any answer.
"""

from __future__ import annotations

import re
from typing import Literal

from vlm.finding import telling

FEWEST = 0.25
"""Share of a number's letters and digits that are digits; a street has fewer, a tax ID more."""

LETTERS = 4
"""Of an address, at least."""

_DATE = re.compile(
    r"\d{1,4}[./\- ]{1,2}(?:\d{1,2}|[^\W\d_]{3,9})[./\-, ]{1,2}\d{2,4}|"
    r"[^\W\d_]{3,9}\.? \d{1,2},? \d{4}|(?<!\d)\d{8}(?!\d)"
)

Form = Literal["mail", "date", "number", "amount", "percent", "name", "address"]
"""What answers look like."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDS = ("date", "datum")
_DATES = _words("dated when wann until fällig bis quand")
_AMOUNTS = _words(
    "change total subtotal amount amounts sum price tax vat net gross cost costs fee balance "
    "discount gesamt summe betrag preis mwst ust steuer netto brutto rabatt montant prix tva "
    "quantity menge anzahl owe owed kostet endbetrag endsumme rechnungsbetrag gesamtbetrag "
    "gesamtpreis"
)
_SHARES = _words("rate percent percentage prozent steuersatz taux")
_SUMS = _words(
    "total gesamt summe gesamtbetrag gesamtsumme totale owe owed endbetrag endsumme rechnungsbetrag"
)
_TO_PAY = re.compile(
    r"how much .*\b(?:pay|owe|due)\b|final amount|wie ?viel .*\b(?:be)?zahlen\b|combien .*\bpayer\b"
)
"""Asks for the sum without calling it so."""

_NUMBERS = _words(
    "number no nr nummer numéro id iban phone telephone telefon fax zip plz reference code"
)
_MAILS = _words("email mail emails")
_NAMES = _words(
    "company customer name who seller buyer vendor supplier client shop store merchant firma kunde "
    "wer verkäufer käufer lieferant city société"
)
_ADDRESSES = _words("address adresse anschrift street straße located")
_WEB = _words("web website homepage internet url")
"""An address there is no place."""

_ASKING = _words("who wer when wann")


def form_of(question: str) -> Form | None:
    """Return which form an answer to a question has to have; None for any."""
    words = set(telling(question)) | {
        word for word in re.findall(r"[^\W\d_]+", question.casefold()) if word in _ASKING
    }
    if words & _MAILS:
        return "mail"
    if words & _DATES or any(word.endswith(_ENDS) for word in words):
        return "date"
    if words & _ADDRESSES and not words & _WEB:
        return "address"
    if words & _NUMBERS:
        return "number"
    if words & _SHARES:
        return "percent"
    if words & _AMOUNTS or _TO_PAY.search(question.casefold()):
        return "amount"
    return "name" if words & _NAMES else None


def asks_for_sum(question: str) -> bool:
    """Tell whether a question asks for what other amounts add up to."""
    said = set(telling(question)) & _SUMS
    return bool(said) or _TO_PAY.search(question.casefold()) is not None


def fits(question: str, answer: str) -> bool:
    """Tell whether an answer has the form that a question asks for.

    Args:
        question: As a person asks it.
        answer: As a model gives it.
    """
    digits = sum(map(str.isdigit, answer))
    match form_of(question):
        case "mail":
            return "@" in answer or ("." in answer and sum(map(str.isalpha, answer)) > digits)
        case "date":
            return _DATE.search(answer) is not None
        case "number":
            shown = sum(map(str.isalnum, answer))
            return digits >= max(2, FEWEST * shown) and not _is_date(answer)
        case "amount" | "percent":
            return digits > 0 and not _is_date(answer)
        case "address":
            return sum(map(str.isalpha, answer)) >= LETTERS
        case "name":
            return sum(map(str.isalpha, answer)) > digits
        case None:
            return True


def _is_date(answer: str) -> bool:
    found = _DATE.fullmatch(answer.strip())
    return found is not None and not found[0].isdigit()
