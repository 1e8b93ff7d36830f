"""Which of an answer's spellings is taught: the one that the page shows. Pure.

A model that is taught "2018-01-15" where it sees "15/01/2018" unlearns to copy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vlm.spellings import spelled_in


def as_shown(answers: Sequence[str], text: str) -> tuple[str, ...]:
    """Return the accepted spellings, the first as it stands in a text where one does.

    Args:
        answers: At least one; the first is the one that is taught.
        text: What stands where the answer is; "" where that is not known.
    """
    for flags in (re.NOFLAG, re.IGNORECASE):
        for answer in answers:
            found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, flags)
            if found is not None:
                return first(found[0], answers)
    for answer in answers:
        if (shown := spelled_in(text, answer)) is not None:
            return first(shown, answers)
    return tuple(answers)


def first(shown: str, answers: Sequence[str]) -> tuple[str, ...]:
    """Return the accepted spellings with one that may be new among them before the others."""
    return (shown, *(answer for answer in answers if answer != shown))


def on_scans(answers: Sequence[str]) -> tuple[str, ...]:
    """Return how answers may stand on a page: lists often have capitals only."""
    titled = (answer.title() for answer in answers if answer.isupper())
    return tuple(dict.fromkeys([*answers, *titled]))
