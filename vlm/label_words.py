"""Compares the words of labels with those of a page, some of them misread. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from vlm.likeness import REMEMBERED, alike, likeness

LEAST_MISREAD = 7
"""Letters of a word that is known with some of them wrong."""

AS_LABEL = 0.72
"""Share of equal letters of such a word, more than "account" and "amount" have."""

LEAST_LOOKED_AT = 3
"""Letters of a shorter word that is known where each of its letters looks like the one meant."""

_LOOKS = str.maketrans("01ij58369qcv", "olllsbsgggeu")
"""Letters and digits that are taken for each other, each as one of them."""

_ENDINGS = frozenset(("rechnung", "gutschrift"))
"""Words that also count as the ends of longer ones."""

_PARENTHESES = re.compile(r"\([^()]*\)")
_TOKEN = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """Return a word in small letters without accents: "Référence" and "reference" are one."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


@lru_cache(maxsize=4096)
def looks(word: str) -> str:
    """Return a word with one letter for all that look alike: "Totai", "Tota1" and "Total" are one.

    Words of a letter or two stay: too many look alike.
    """
    plain = folded(word)
    return plain.translate(_LOOKS) if len(plain) >= LEAST_LOOKED_AT else plain


def words_of(text: str) -> tuple[str, ...]:
    """Return a text's words in small letters, without marks and what stands in parentheses."""
    return tuple(_TOKEN.findall(_PARENTHESES.sub(" ", text).casefold()))


def at(phrase: tuple[str, ...], said: tuple[str, ...], misread: bool = False) -> int | None:
    """Return where the words of a phrase stand in a row; None where they do not.

    Args:
        phrase: In small letters.
        said: The same.
        misread: Whether some letters may be wrong, as a model reads them.
    """
    if not phrase:
        return 0
    first, *rest = phrase
    for start, one in enumerate(said[: max(0, len(said) - len(rest))]):
        if _is_word(one, first, misread) and all(
            _is_word(other, word, misread)
            for word, other in zip(rest, said[start + 1 :], strict=False)
        ):
            return start
    return None


@lru_cache(REMEMBERED)
def _is_word(said: str, word: str, misread: bool) -> bool:
    """Tell whether a word was meant; a short one that is misread may be any other: "Keller"."""
    if said == word or _ends(said, word):
        return True
    if not misread:
        return False
    return looks(said) == looks(word) or (
        len(word) >= LEAST_MISREAD and alike(word, said) and likeness(word, said) >= AS_LABEL
    )


def _ends(said: str, word: str) -> bool:
    """Tell whether a compound is one of a thing: "Teilrechnung" is a "Rechnung"."""
    return word in _ENDINGS and said.endswith(word)
