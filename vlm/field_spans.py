"""Finds where in what stands at a label a value may be: all of it, or a sum, a date in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import get_args

from vlm.prose_questions import Want
from vlm.prose_values import Kind, found
from vlm.read_answers import AMOUNT

MOST_SPANS = 6
"""Values that are looked at in one text."""

_NAMES: tuple[Want, ...] = ("name",)
KINDS: tuple[Kind, ...] = get_args(Kind)

_BARE = re.compile(r"-?\d[\d.,' ]*")
_CODE = re.compile(r"(?=[^\s]*\d)[\w./-]+(?: [\w./-]*\d[\w./-]*)*")


@lru_cache(maxsize=20_000)
def spans(text: str) -> tuple[tuple[int, int, frozenset[Want]], ...]:
    """Return where values stand in a text, from where to where, each with the kinds it is of.

    Args:
        text: What stands at a label, without blanks around it; the first span is all of it.
    """
    kinds: dict[tuple[int, int], set[Want]] = {(0, len(text)): {"reason", "law", "subject"}}
    if text and not text.endswith(":"):
        for want in (*_NAMES, *KINDS):
            for place in of_kind(want, text):
                kinds.setdefault(place, set()).add(want)
    return tuple((*place, frozenset(own)) for place, own in list(kinds.items())[:MOST_SPANS])


def of_kind(want: Want, value: str) -> Iterator[tuple[int, int]]:
    """Yield where values of a kind stand in a text, from where to where."""
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    match want:
        case "name" | "place":
            if letters > digits and letters > 1:
                yield 0, len(value)
        case "reason" | "law" | "verdict" | "subject":
            yield 0, len(value)
        case "code":
            if digits and (one := _CODE.search(value)) is not None:
                yield one.span()
        case "amount":
            bare = (one.span() for one in AMOUNT.finditer(value))
            yield from found("amount", value)
            yield from bare
        case "count":
            if _BARE.fullmatch(value):
                yield 0, len(value)
            else:
                yield from found("count", value)
        case _:
            yield from found(want, value)
