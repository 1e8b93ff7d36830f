"""Finds who signed a letter, below its closing words, and between whom a contract is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vlm.likeness import likeness
from vlm.prose_names import names_in
from vlm.prose_questions import Asked
from vlm.sentences import Sentence

_ASKS = re.compile(
    r"\b(?:who|wer|qui|whom|von wem|de qui)\b.*\b(?:signed|signs|wrote|sent|sends|written|"
    r"author|sender|"
    r"unterschrieben|unterzeichnet|geschrieben|schrieb|verfasst|geschickt|gesendet|absender|signé|"
    r"écrit|envoyé|signataire|expéditeur)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:yours (?:sincerely|faithfully|truly)|sincerely|(?:kind|best|warm) (?:regards|wishes)|"
    r"regards|"
    r"respectfully|mit (?:freundlichen|besten|herzlichen) grüßen|freundliche grüße|"
    r"hochachtungsvoll|"
    r"viele grüße|veuillez agréer|cordialement|bien à vous|recevez|je vous prie|nous vous prions "
    r"d['’]agréer|sincères salutations|salutations distinguées)",
    re.IGNORECASE,
)
_SHORT = ("yours sincerely", "yours faithfully", "kind regards", "mit freundlichen grüßen")
ALIKE = 0.75
"""Share of equal letters from which on closing words were read, misread."""

FEW = 4
"""Lines below the closing words in which the name stands."""


def _closes(text: str) -> bool:
    said = text.casefold().strip(" ,.")
    short = any(likeness(said, one) >= ALIKE for one in _SHORT)
    return short or _CLOSING.match(text) is not None


def signer(wanted: Asked, sentences: Sequence[Sentence]) -> tuple[Sentence, int, int] | None:
    """Return who signed a letter, where a question asks for that: its line, and where in it.

    Args:
        wanted: The question.
        sentences: Of the page, in their order.
    """
    if _ASKS.search(wanted.text) is None:
        return None
    ends = [number for number, one in enumerate(sentences) if _closes(one.text)]
    for line in sentences[ends[-1] + 1 : ends[-1] + 1 + FEW] if ends else ():
        for start, end in names_in(line.text, line.language):
            if " " in line.text[start:end]:
                return line, start, end
    return None


_ASKS_PARTIES = re.compile(
    r"^\W*(?:who|wer|qui|between whom|zwischen wem|entre qui)\b.*\b(?:part(?:y|ies)|"
    r"(?:vertrags)?partei(?:en)?|"
    r"vertragspartner|contractants)\b|between whom|zwischen wem|entre qui",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\b", re.IGNORECASE)
MOST_LETTERS = 140
"""Of two parties and what stands between their names; else the whole sentence is told."""


def parties(wanted: Asked, sentences: Sequence[Sentence]) -> tuple[Sentence, int, int] | None:
    """Return between whom a contract is, where a question asks for that: its line, and where in it.

    Args:
        wanted: The question.
        sentences: Of the page, in their order.
    """
    if _ASKS_PARTIES.search(wanted.text) is None:
        return None
    for one in sentences:
        if (found := _BETWEEN.search(one.text)) is None:
            continue
        names = [name for name in names_in(one.text, one.language) if name[0] >= found.end()]
        if len(names) > 1:
            near = [name for name in names if name[1] - names[0][0] <= MOST_LETTERS]
            whole = len(near) < len(names)
            return (one, 0, len(one.text)) if whole else (one, names[0][0], names[-1][1])
    return None
