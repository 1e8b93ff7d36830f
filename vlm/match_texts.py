"""Turns questions, labels and values into the numbers that `vlm.field_matcher` looks up. Pure.

Each word is itself and its runs of a few letters, hashed (Bojanowski et al., "Enriching Word
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
from typing import Literal, NamedTuple, get_args

from vlm.label_words import folded

Role = Literal["question", "label", "value"]
ROLES: tuple[Role, ...] = get_args(Role)
Unit = tuple[int, ...]
"""Rows of the table whose mean is one word."""

MOST_WORDS, MOST_LETTERS = 24, 20
"""Words of a text and letters of a word that are looked at."""


class Cut(NamedTuple):
    """How texts are cut for one network.

    Attributes:
        buckets: Rows of its table of vectors.
        grams: How long the runs of letters are.
    """

    buckets: int
    grams: tuple[int, ...]


LEARNED = Cut(1 << 18, (3, 4))
"""For networks that are learned from now on."""

_WORD = re.compile(r"[^\W_]+|[€£$%°§&@]")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def units(text: str, role: Role, cut: Cut = LEARNED) -> tuple[Unit, ...]:
    """Return the units of a text.

    Args:
        text: A question, a label, or a value, as it is written.
        role: Which of these.
        cut: How.
    """
    if role == "value":
        said = text.split()[:MOST_WORDS]
        return tuple(_value(word, cut) for word in said) + _outlines(said, cut)
    words = [_zeros(folded(one)) for one in _WORD.findall(text)][:MOST_WORDS]
    return tuple(_word(one, cut) for one in words) + tuple(
        (_row("2" + one + " " + other, cut),) for one, other in pairwise(words)
    )


def single_words(text: str, cut: Cut = LEARNED) -> tuple[Unit, ...]:
    """Return the words of a question or a label, one unit each, without those of two words."""
    return tuple(_word(_zeros(folded(one)), cut) for one in _WORD.findall(text)[:MOST_WORDS])


def _zeros(word: str) -> str:
    return _DIGIT.sub("0", word)


def _row(key: str, cut: Cut) -> int:
    return zlib.crc32(key.encode()) % cut.buckets


@lru_cache(maxsize=50_000)
def _word(word: str, cut: Cut) -> Unit:
    whole = f"<{word[:MOST_LETTERS]}>"
    grams = {whole[i : i + n] for n in cut.grams for i in range(len(whole) - n + 1)}
    return (_row("1" + word, cut), *sorted(_row("g" + gram, cut) for gram in grams))


@lru_cache(maxsize=50_000)
def _value(word: str, cut: Cut) -> Unit:
    inner = [_zeros(folded(one)) for one in _WORD.findall(word)]
    rows = [row for one in inner for row in _word(one, cut)]
    seen = outline(word)
    return (_row("s" + seen, cut), _row("o" + _RUN.sub(r"\1", seen), cut), *rows)


def _outlines(said: Sequence[str], cut: Cut) -> tuple[Unit, ...]:
    """Return one unit for the outline of a whole value, and one for how many words it has."""
    short = [_RUN.sub(r"\1", outline(word)) for word in said[:6]]
    return ((_row("w" + " ".join(short), cut), _row(f"n{len(said)}", cut)),)


def outline(word: str) -> str:
    """Return a word with X for capitals, x for other letters, 0 for digits: "GB29" is "XX00"."""
    letters = ("X" if one.isupper() else "x" if one.isalpha() else one for one in word[:24])
    return _DIGIT.sub("0", "".join(letters))
