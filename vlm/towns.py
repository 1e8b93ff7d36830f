"""Finds the town in the lines of an address, by the postcode beside it. Pure."""

from __future__ import annotations

import re

from vlm.head_words import US_CANADA

_TOWN = r"(?P<town>[^\W\d_][^\d,;|]*[^\W\d_])"
_BRITISH = r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
_BEHIND = re.compile(  # "38000 Grenoble", "D-63571 Gelnhausen", "3012 CN Rotterdam"
    rf"(?<![\w-])(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?: ?[A-Z]{{2}}(?= [^\W\d_]{{2}}))?,? {_TOWN}"
)
_BEFORE = re.compile(rf"{_TOWN},? (?:{US_CANADA}|{_BRITISH}|[A-Z]{{2}},? [A-Z]\d[A-Z]|\d{{5,6}}\b)")
_REGION = re.compile(r"\s+(?:cedex|[A-Z]{2})$", re.IGNORECASE)
"""What stands behind a town and is no part of its name: "Paris Cedex 08", "Ottawa ON"."""


def town_in(address: str) -> str:
    """Return the town that an address names; "" where no postcode tells it.

    Args:
        address: Its lines, with line breaks between.
    """
    for line in reversed(address.splitlines()):
        for pattern in (_BEHIND, _BEFORE):
            if (found := pattern.search(line)) is not None:
                return _REGION.sub("", found["town"]).strip(" -.")
    return ""
