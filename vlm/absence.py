"""Tells an answer from a model's saying that there is none."""

from __future__ import annotations

import re

NOT_ON_PAGE = "Not on this page."
"""How the shipped model says it."""

_NOT_THERE = re.compile(
    r"(?:none|n/?a|unknown|unanswerable|nothing|nicht (?:vorhanden|angegeben)|"
    r"(?:it |this |that |the answer )?(?:is |are |was )?not (?:on|in|found|given|stated|mentioned|"
    r"available|visible|readable|present|shown|specified|provided)\b[^.]*|"
    r"there (?:is|are) no(?:ne)? [^.]*)",
    re.IGNORECASE,
)


def says_absent(text: str) -> bool:
    """Tell whether an answer says that there is none."""
    return _NOT_THERE.fullmatch(_plain(text)) is not None


def is_not_on_page(text: str) -> bool:
    """Tell whether a text is how a person says it of a page, in the words that the program has."""
    return _plain(text).casefold() == _plain(NOT_ON_PAGE).casefold()


def says_something(text: str) -> bool:
    """Tell whether an answer has words and they do not say that there is none."""
    return bool(_plain(text)) and not says_absent(text)


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" .!")
