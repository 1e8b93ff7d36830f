"""Finds the sum of a receipt by what else it says of it: what was paid, less what was given back.

A reading with a digit wrong agrees with nothing. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vlm.likeness import alike
from vlm.read_answers import AMOUNT, size_of

AGREED, PAID = 1.5, 0.5
"""What is added to the worth of an amount with which payment and change agree, more than any other
can have; what is left of the worth of the payment itself."""

ROWS_ABOVE = 4
"""Rows above the change within which the payment stands."""

_PAYMENTS = (
    *("cash", "tendered", "paid", "payment", "visa", "mastercard", "debit", "tunai"),
    *("bar", "gegeben", "bezahlt", "espèces", "reçu"),
)
_CHANGES = ("change", "balance", "baki", "rückgeld", "zurück", "rendu")
_SUMS = ("total", "subtotal", "amount", "summe", "gesamt", "betrag", "montant")


def told_by_payment(rows: Sequence[str]) -> frozenset[int]:
    """Return the amounts, in cents, that are what was paid less what was given back.

    Args:
        rows: What was read in each row of a page, from the top.
    """
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


def weight(own: float, text: str, row: str, told: frozenset[int]) -> float:
    """Return what an amount counts as a sum; above 1 where payment and change agree with it.

    Args:
        own: What it counts otherwise, in (0, 1].
        text: The amount.
        row: What was read in its row.
        told: See `told_by_payment`.
    """
    if _cents(text) in told:
        return AGREED + own
    return own * PAID if _has(row, _PAYMENTS + _CHANGES) and not _has(row, _SUMS) else own


def _cents(text: str) -> int | None:
    size = size_of(text) if AMOUNT.search(text) else None
    return None if size is None else round(100 * size)


def _has(row: str, names: tuple[str, ...]) -> bool:
    words = re.findall(r"[^\W\d_]+", row.casefold())
    return any(alike(word, name) for word in words for name in names)
