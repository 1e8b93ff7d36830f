"""Mends tax numbers of which a letter was read as a digit, where their form proves it. Pure.

Those of the Netherlands are nine digits, a B and two digits (Council Directive 2006/112/EC, VIES).
"""

from __future__ import annotations

import re

_DUTCH = re.compile(r"(?<!\w)(NL(?: ?\d){9} ?)8( ?\d\d)(?!\d)")
"""One with an 8 where the B stands: twelve digits are no other number of that country."""


def mended(text: str) -> str:
    """Return a text with the letter in its Dutch tax numbers; as long as the text."""
    return _DUTCH.sub(r"\1B\2", text)
