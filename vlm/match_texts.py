"""Turns questions, labels and values into the numbers that `vlm.field_matcher` looks up. Pure.

Each word is itself and its runs of 3 to 5 letters, hashed (Bojanowski et al., "Enriching Word
Vectors with Subword Information", section 3.2), so that a form of a word, a compound or a misread
word is near what it comes from. Two words that follow each other are a unit of their own: "due
date" is more than both. A value is also its outline: "£0,000.00", "00.00.0000", "Xx Xx".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from vlm.label_words import folded

BUCKETS = 1 << 15
"""Rows of the table of vectors."""

Role = Literal["question", "label", "value"]
Unit = tuple[int, ...]
"""Rows of the table whose mean is one word."""

MOST_WORDS, MOST_LETTERS = 24, 20
"""Words of a text and letters of a word that are looked at."""

GRAMS = (3, 4, 5)

_WORD = re.compile(r"[^\W_]+|[€£$%°§&@]")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def units(text: str, role: Role) -> tuple[Unit, ...]:
    """Return the units of a text.

    Args:
        text: A question, a label, or a value, as it is written.
        role: Which of these.
    """
    if role == "value":
        said = text.split()[:MOST_WORDS]
        return tuple(_value(word) for word in said) + _outlines(said)
    words = [_zeros(folded(one)) for one in _WORD.findall(text)][:MOST_WORDS]
    return tuple(_word(one) for one in words) + tuple(
        (_row("2" + one + " " + other),) for one, other in pairwise(words)
    )


def _zeros(word: str) -> str:
    return _DIGIT.sub("0", word)


def _row(key: str) -> int:
    return zlib.crc32(key.encode()) % BUCKETS


@lru_cache(maxsize=50_000)
def _word(word: str) -> Unit:
    whole = f"<{word[:MOST_LETTERS]}>"
    grams = {whole[i : i + n] for n in GRAMS for i in range(len(whole) - n + 1)}
    return (_row("1" + word), *sorted(_row("g" + gram) for gram in grams))


@lru_cache(maxsize=50_000)
def _value(word: str) -> Unit:
    inner = [_zeros(folded(one)) for one in _WORD.findall(word)]
    rows = [row for one in inner for row in _word(one)]
    return (_row("s" + outline(word)), _row("o" + _RUN.sub(r"\1", outline(word))), *rows)


def _outlines(said: Sequence[str]) -> tuple[Unit, ...]:
    """Return one unit for the outline of a whole value, and one for how many words it has."""
    short = [_RUN.sub(r"\1", outline(word)) for word in said[:6]]
    return ((_row("w" + " ".join(short)), _row(f"n{len(said)}")),)


def outline(word: str) -> str:
    """Return a word with X for capitals, x for other letters, 0 for digits: "GB29" is "XX00"."""
    letters = ("X" if one.isupper() else "x" if one.isalpha() else one for one in word[:24])
    return _DIGIT.sub("0", "".join(letters))
