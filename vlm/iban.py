"""Mends account numbers of which a letter or digit was misread, where their check digits prove it.

An IBAN is right by chance once in 97 times (ISO 13616; the check is ISO 7064, MOD 97-10). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGIT_OF = str.maketrans("OQDILSZBG", "000115286")
"""Letters that are read for digits."""

_GROUPS = r"(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"
IBAN = rf"[A-Z]{{2}}\d{{2}}{_GROUPS}"
"""Pattern of an IBAN as it is printed, in groups of four or at once."""

_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}")
_MAYBE = re.compile(rf"[A-Z]{{2}}[A-Z0-9]{{2}}{_GROUPS}")
_LEAST, _MOST = 15, 34
"""Letters and digits of an IBAN."""

_BANK = 8
"""Letters and digits up to the end of a bank's name, which some countries write in letters."""


def is_valid(text: str) -> bool:
    """Tell whether the check digits of an IBAN are right.

    Args:
        text: Letters A to Z and digits, without spaces.
    """
    turned = text[4:] + text[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


def mended(text: str) -> str:
    """Return a text with the letters in its IBANs that must be digits as digits.

    Args:
        text: As a model read it.

    Returns:
        As long as the text; unchanged where no check digits prove a change.
    """
    for start in (word.start() for word in _WORD.finditer(text)):
        if (found := _MAYBE.match(text, start)) is None:
            continue
        for end in _ends(found[0]):
            if (right := _proved(found[0][:end])) is not None:
                return text[:start] + right + mended(text[start + end :])
    return text


def _ends(text: str) -> Iterator[int]:
    """Yield where an IBAN may end: with the text, or before one of its spaces."""
    yield len(text)
    yield from (at for at in range(len(text) - 1, 0, -1) if text[at] == " ")


def _proved(spaced: str) -> str | None:
    """Return the IBAN that this is when some letters are digits; None where it is none."""
    text = spaced.replace(" ", "")
    if not _LEAST <= len(text) <= _MOST:
        return None
    country, check, rest = text[:2], text[2:4].translate(_DIGIT_OF), text[4:]
    if not check.isdecimal():
        return None
    bank, account = rest[: _BANK - 4], rest[_BANK - 4 :]
    digits = account.translate(_DIGIT_OF)
    for tried in (rest, bank + digits, bank.translate(_DIGIT_OF) + digits):
        if is_valid(right := country + check + tried):
            letters = iter(right)
            return "".join(one if one == " " else next(letters) for one in spaced)
    return None
