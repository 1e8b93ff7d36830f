"""Turns what a text layer claims into words that are safe to show, search and send."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from vlm.pages import limits
from vlm.types import Box, Word

THINNEST = 1e-4
"""Fraction of the page; fonts without widths give boxes without area."""

HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode categories no reader sees: controls, direction marks, lone surrogates, unassigned."""

RawWord = tuple[str, float, float, float, float]
"""Text, then x0, y0, x1, y1 in fractions of the page, all unchecked."""


def clean(found: Iterable[RawWord]) -> tuple[Word, ...]:
    """Keep what can be read: visible characters in a box on the page, within the limits."""
    words: list[Word] = []
    room = limits.TEXT
    for text, *corners in found:
        shown = visible(text)[: limits.WORD]
        box = on_page(*corners) if shown else None
        if box is None:
            continue
        room -= len(shown)
        if room < 0 or len(words) >= limits.WORDS:
            break
        words.append(Word(shown, box))
    return tuple(words)


def visible(text: str) -> str:
    """Drop the characters that cannot be seen, and spaces around the rest."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(c for c in text if unicodedata.category(c) not in HIDDEN).strip()


def on_page(x0: float, y0: float, x1: float, y1: float) -> Box | None:
    """Clip a box to the page; None when it is not a box or lies outside."""
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        return None
    across, down = _clip(x0, x1), _clip(y0, y1)
    if across is None or down is None:
        return None
    return Box(across[0], down[0], across[1], down[1])


def _clip(low: float, high: float) -> tuple[float, float] | None:
    low, high = min(low, high), max(low, high)
    if high <= 0 or low >= 1:
        return None
    low, high = round(max(low, 0.0), 5), round(min(high, 1.0), 5)
    if high - low < THINNEST:
        low = min(low, 1 - THINNEST)
        high = round(low + THINNEST, 5)
    return low, high
