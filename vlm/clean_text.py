"""Text from outside as it can be sent, kept and exported. Knows characters only."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_HALF = re.compile(r"[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return text without what files and messages cannot hold.

    Control characters go, line breaks and tabs stay. Lone halves of surrogate pairs, which JSON can
    bring and UTF-8 cannot say, become replacement characters.
    """
    if text.isprintable():
        return text
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub("", text))
