"""Finds who signed a letter: the name below its closing words. Pure."""

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
