"""Reads the names of companies in lines of a page, some letters of them misread. Pure."""

from __future__ import annotations

import itertools
import re

_FORMS = (("sdn", "bhd"), ("pte", "ltd"), ("pvt", "ltd"), ("pty", "ltd"))
"""Two words at the end of a company's name, some letters misread."""
MISREAD = 2
"""Letters of them that may be wrong."""

LETTER_OF = str.maketrans("013568", "oisssb")
"""What digits are when a letter was meant."""

_ABBREVIATED = re.compile(r"(?:\b\w\.\s?){2}$")
_SENDER = re.compile(r"[^\d]+?(?=\s[.·•|–—-]\s)")
_REGISTERED = re.compile(r"[\s(\[]+[A-Z]?\d{5,}.*$|\s*\([^()]*$")


def end_of_form(text: str) -> int | None:
    """Return the place behind two words that end a company's name, some letters of them misread."""
    words = list(re.finditer(r"[^\W_]+", text.casefold()))
    for one, other in itertools.pairwise(words):
        read = (one[0] + other[0]).translate(LETTER_OF)
        for form in _FORMS:
            alike = sum(a == b for a, b in zip(read, "".join(form), strict=False))
            same = (len(one[0]), len(other[0])) == tuple(map(len, form))
            if same and alike >= len(read) - MISREAD:
                return other.end()
    return None


def name_in(line: str, addressed: bool) -> str:
    """Return a company's name without what stands behind it, as its number or its address.

    Args:
        line: That has the name.
        addressed: Whether it has the town of an address as well.
    """
    end = end_of_form(line)
    text = _REGISTERED.sub("", line) if end is None else line[:end]
    if addressed and (before := _SENDER.match(text)):
        text = before[0]
    kept = text.strip(" ,;:-") if _ABBREVIATED.search(text) else text.strip(" .,;:-")
    return kept or line
