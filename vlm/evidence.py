"""Finds an answer's words in a page's text layer: verbatim, or not at all. Pure.

Case, spacing, typographic variants, punctuation around words and hyphens at line ends do not
count; digits, signs and currency do. A number only matches a whole number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from vlm.absence import says_absent
from vlm.types import Box, Evidence, PageRef, Word, union

MOST_PLACES = 16
"""Places of one phrase that are pointed at; a phrase that stands more often proves little."""

_CURRENCIES = "eur|usd|gbp|chf|jpy|sek|nok|dkk|pln|czk|inr|cny|myr|rm|kr|sfr|us"
_TOKEN = re.compile(
    r"(?<![\w.,])[-+](?=\d)\d+(?:[.,']\d+)*(?![^\W_])"  # a signed number
    r"|\d+(?:[.,']\d+)*(?![^\W_])"  # a number
    r"|[^\W_]+(?:['’][^\W_]+)*"  # a word, or letters and digits
    r"|[^\s\w.,;:!?\"'()\[\]{}<>|*_]"  # a sign that counts: currency, percent, slash, dash
)
_STUCK = re.compile(
    rf"(?<=\d)(?={_CURRENCIES}\b)|(?:(?<=\b(?=\w)rm)|(?<=\beur)|(?<=\busd)|(?<=\bgbp)|(?<=\bchf))(?=\d)",
)
_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("‘’‚‛′´`", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\ufeff", "")
)

_NO_WORDS_OF_A_PAGE = re.compile(
    r"(?:yes|no|none|n/?a|unknown|true|false|unanswerable|"
    r"(?:it |this |that |the answer )?(?:is )?not (?:(?:on|in) (?:this|the) (?:page|document|"
    r"picture|image|crop)|found|given|stated|mentioned|available|visible|readable)"
    r"(?: (?:on|in) (?:this|the) (?:page|document|picture|image|crop))?)"
)
"""Answers that speak about the page instead of quoting it: a match would prove nothing."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    words: tuple[int, ...]


def locate_over(
    answer: str,
    words: Sequence[Word],
    box: Box | None,
    more: Sequence[tuple[PageRef, Sequence[Word]]],
) -> Evidence:
    """Look for an answer in the text layers of several pages, the first page first.

    Args:
        answer: See `locate`.
        words: The first page's text layer.
        box: The part of the first page that was asked about.
        more: The other pages with theirs.

    Returns:
        The first find; else "no_text" when a page without text layer leaves it open.
    """
    found = locate(answer, words, box)
    if found.kind in ("crop", "page"):
        return found
    for page, others in more:
        other = locate(answer, others, None)
        if other.kind == "page":
            return msgspec.structs.replace(other, page=page)
    blank = any(not others for _, others in more)
    return Evidence("no_text") if blank else found


def locate(answer: str, words: Sequence[Word], box: Box | None) -> Evidence:
    """Look for an answer in the text layer.

    Args:
        answer: Lines are looked for one by one when they do not stand together.
        words: The page's text layer in reading order; empty when there is none.
        box: The part that was asked about; None for the whole page, where a find is "page".
    """
    if not words:
        return Evidence("nothing" if says_absent(answer) else "no_text")
    wanted = [line for line in _phrases(answer) if line]
    inside = [word for word in words if box is not None and box.holds(word.box)]
    if wanted:
        if (boxes := _find_all(wanted, inside)) is not None:
            return Evidence("crop", boxes)
        if (boxes := _find_all(wanted, words)) is not None:
            return Evidence("page", boxes)
    if says_absent(answer):
        return Evidence("nothing")
    if box is not None and not inside:
        return Evidence("no_text")
    return Evidence("absent")


def normal(text: str) -> str:
    """Write a text the way it is compared."""
    text = unicodedata.normalize("NFKC", text.translate(_SAME)).casefold().translate(_SAME)
    return _STUCK.sub(" ", text)


def _split(text: str) -> list[str]:
    return _TOKEN.findall(normal(text))


def _phrases(answer: str) -> list[list[str]]:
    """Return what has to be found: all of it, or nothing for an answer that quotes nothing."""
    if _NO_WORDS_OF_A_PAGE.fullmatch(normal(answer).strip(" .!\n")):
        return []
    return [_split(line) for line in answer.splitlines()]


def _find_all(wanted: list[list[str]], words: Sequence[Word]) -> tuple[Box, ...] | None:
    """Find every phrase, together or one by one; None when one is missing."""
    streams = [list(_tokens(words)), list(_joined(words))]
    whole = [token for phrase in wanted for token in phrase]
    places = _places(whole, streams)
    if not places:
        found = [_places(phrase, streams) for phrase in wanted]
        if not all(found):
            return None
        places = [place for some in found for place in some]
    boxes: dict[Box, None] = {}
    for place in places:
        boxes |= dict.fromkeys(lines_of([words[index].box for index in place]))
    return tuple(boxes)


def _tokens(words: Sequence[Word]) -> Iterator[_Token]:
    for index, word in enumerate(words):
        for text in _split(word.text):
            yield _Token(text, (index,))


def _joined(words: Sequence[Word]) -> Iterator[_Token]:
    """Yield the tokens with words joined that a hyphen divides at the end of a line."""
    index = 0
    while index < len(words):
        text, parts = words[index].text.translate(_SAME), [index]
        while _continues(text, words, parts[-1]):
            parts.append(parts[-1] + 1)
            text = text[:-1] + words[parts[-1]].text.translate(_SAME)
        for token in _split(text):
            yield _Token(token, tuple(parts))
        index = parts[-1] + 1


def _continues(text: str, words: Sequence[Word], index: int) -> bool:
    if index + 1 >= len(words) or len(text) < 2 or text[-1] != "-" or not text[-2].isalpha():
        return False
    here, following = words[index].box, words[index + 1]
    below = following.box.y0 + following.box.height / 2 > here.y1
    return below and following.text[:1].islower()


def _places(wanted: list[str], streams: list[list[_Token]]) -> list[tuple[int, ...]]:
    """Return the words of each place where the tokens stand in a row."""
    if not any(any(map(str.isalnum, token)) for token in wanted):
        return []
    found: dict[tuple[int, ...], None] = {}
    for stream in streams:
        for start in range(len(stream) - len(wanted) + 1):
            part = stream[start : start + len(wanted)]
            if all(token.text == text for token, text in zip(part, wanted, strict=True)):
                found[tuple(sorted({index for token in part for index in token.words}))] = None
                if len(found) == MOST_PLACES:
                    return list(found)
    return list(found)


def lines_of(boxes: Sequence[Box]) -> Iterator[Box]:
    """Yield the boxes of words that follow each other, those of a line as one."""
    current: Box | None = None
    for box in boxes:
        if current is not None and _same_line(current, box):
            current = union((current, box))
            continue
        if current is not None:
            yield current
        current = box
    if current is not None:
        yield current


def _same_line(left: Box, right: Box) -> bool:
    shared = min(left.y1, right.y1) - max(left.y0, right.y0)
    return shared >= 0.5 * min(left.height, right.height) and right.x0 >= left.x0
