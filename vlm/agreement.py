"""Finds the sum of a receipt by what else it says of it: payment less change, sums with tax added.

A reading with a digit wrong agrees with nothing. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vlm.likeness import alike
from vlm.read_answers import AMOUNT, size_of

AGREED, PAID = 1.5, 0.5
"""What is added to the worth of an amount with which others agree, more than any other can have;
what is left of the worth of the payment itself."""

CONTRADICTED = 0.7
"""What is left of the confidence in a sum with which payment and change do not agree."""

ROWS_ABOVE = 4
"""Rows above the change within which the payment stands, and about what is added to a sum."""

ROUNDED = 5
"""Cents to which sums are rounded, and by less than which."""

_PAYMENTS = (
    *("cash", "tendered", "paid", "payment", "visa", "mastercard", "debit", "tunai"),
    *("bar", "gegeben", "bezahlt", "espèces", "reçu", "maestro", "ideal", "bancontact"),
    *("girocard", "kartenzahlung", "kreditkarte", "paypal", "pin", "betaald", "voldaan"),
)
_CHANGES = ("change", "balance", "baki", "rückgeld", "zurück", "rendu", "wisselgeld")
_SUMS = ("total", "subtotal", "amount", "summe", "gesamt", "betrag", "montant", "totaal", "due")
_ROUNDINGS = ("rounding", "rounded", "round", "pembulatan", "rundung", "arrondi", "afronding")
_ADDED = (
    *("tax", "gst", "sst", "vat", "service", "charge", "discount", "delivery", "shipping"),
    *("mwst", "ust", "tva", "btw", "rabatt", "skonto", "remise", "versand", "korting"),
)


def told_by_others(rows: Sequence[str]) -> frozenset[int]:
    """Return the amounts, in cents, that are what was paid less what was given back.

    Where nothing else on the page is that, one of the three has a digit wrong: then those that are
    another sum and what stands between them, a tax or a rounding.

    Args:
        rows: What was read in each row of a page, from the top.
    """
    others = {_cents(row) for row in rows if not _is_payment(row)}
    return (told_by_payment(rows) & others) or told_by_addition(rows)


def told_by_payment(rows: Sequence[str]) -> frozenset[int]:
    """Return what was paid less what was given back, in cents; see `told_by_others`."""
    found = set()
    for number, row in enumerate(rows):
        back = _cents(row) if _has(row, _CHANGES) else None
        if back is None:
            continue
        for above in rows[max(0, number - ROWS_ABOVE) : number]:
            paid = _cents(above) if _has(above, _PAYMENTS) else None
            if paid is not None and paid > back:
                found.add(paid - back)
    return frozenset(found)


def told_by_addition(rows: Sequence[str]) -> frozenset[int]:
    """Return the sums that another one above and a row between them make; see `told_by_others`.

    A rounding may be misread, since it is known without that.
    """
    sums, bases = set[int](), set[int]()
    for number, row in enumerate(rows):
        rounds = _has(row, _ROUNDINGS)
        if _has(row, _SUMS) or not (rounds or _has(row, _ADDED)):
            continue
        above = list(_sums_in(rows[max(0, number - ROWS_ABOVE) : number]))
        for below in _sums_in(rows[number + 1 : number + 1 + ROWS_ABOVE]):
            for base in above:
                apart = abs(below - base)
                rounded = rounds and apart < ROUNDED and below % ROUNDED == 0
                if apart and (rounded or apart == _cents(row)):
                    sums.add(below)
                    bases.add(base)
    return frozenset(sums - bases)


def weight(own: float, text: str, row: str, told: frozenset[int]) -> float:
    """Return what an amount counts as a sum; above 1 where the others agree with it.

    Args:
        own: What it counts otherwise, in (0, 1].
        text: The amount.
        row: What was read in its row.
        told: See `told_by_others`.
    """
    if _cents(text) in told:
        return AGREED + own
    return own * PAID if _is_payment(row) else own


def is_contradicted(text: str, rows: Sequence[str]) -> bool:
    """Tell whether what else was read makes another sum: what was paid and given back, mostly."""
    told = told_by_others(rows) or told_by_payment(rows)
    return bool(told) and _cents(text) not in told


def _is_payment(row: str) -> bool:
    return _has(row, _PAYMENTS + _CHANGES) and not _has(row, _SUMS)


def _sums_in(rows: Sequence[str]) -> Iterator[int]:
    for row in rows:
        cents = _cents(row) if _has(row, _SUMS) else None
        if cents is not None:
            yield cents


def _cents(text: str) -> int | None:
    size = size_of(text) if AMOUNT.search(text) else None
    return None if size is None else round(100 * size)


def _has(row: str, names: tuple[str, ...]) -> bool:
    words = re.findall(r"[^\W\d_]+", row.casefold())
    return any(alike(word, name) for word in words for name in names)
