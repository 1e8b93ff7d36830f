"""What a question asks for, so that two questions which ask for the same are known as one. Pure."""

from __future__ import annotations

import re

from vlm.field_names import ALL, ASKED, SAYS_NOTHING, named_in, quoted_in
from vlm.finding import telling
from vlm.label_words import folded, words_of

_TOKEN = re.compile(r"[^\W_]+")

_ASKS = """
angegeben angegebene est extract find genannt heissen heisst lauten lautet please quel quelle
quelles quels read sont steht
"""
_ONLY_ASKS = SAYS_NOTHING | frozenset(_ASKS.split())
"""Words that say nothing of what is asked for, beside those of every sentence."""


def key_of(question: str) -> str:
    """Return what two questions that ask for the same have in common; "" where nothing is told.

    That is the field of which they say nothing but a name, such as "Rechnungsnummer" and "What is
    the invoice number?", or else their telling words: "date of birth" is no date of an invoice.
    """
    if quoted := quoted_in(question):
        return " ".join(map(folded, words_of(quoted)))
    told = _told(question)
    return (_KNOWN.get(told) or " ".join(sorted(told))) if told else ""


def asked_in(question: str) -> str:
    """Return the part of a question that says what it asks for, as it is spelled there."""
    if quoted := quoted_in(question):
        return quoted
    told = _told(question)
    places = [one.span() for one in _TOKEN.finditer(question) if folded(one[0]) in told]
    return question[places[0][0] : places[-1][1]] if places else ""


def asks_for_field(question: str) -> bool:
    """Tell whether a question wants a field that is known here and says nothing else of it.

    "What is the total of the invoice?" does; "How much is the deposit?" wants a sum of its own.
    """
    wanted = named_in(question)
    for field, asked in zip(ALL, ASKED, strict=True):
        if field is wanted:
            names = (*asked, *(phrase for phrase, _ in field.names), _DOCUMENTS)
            return _told(question) <= {folded(word) for phrase in names for word in phrase}
    return False


def names_something(question: str) -> bool:
    """Tell whether a question has a word of what it wants: "What stands there?" has none."""
    return bool(_told(question))


def can_be_weighed(question: str) -> bool:
    """Tell whether all that a page offers can be weighed for a question, see `vlm.form_fields`.

    A label in quotation marks is looked for by itself, and what is not told cannot be.
    """
    return names_something(question) and not quoted_in(question)


_DOCUMENTS = ("document", "invoice", "receipt", "bill", "statement", "rechnung", "facture", "beleg")
"""What has such fields."""


def _told(text: str) -> frozenset[str]:
    """Return the words of a text that say what it is about, without accents."""
    return frozenset(map(folded, telling(text))) - _ONLY_ASKS


_KNOWN: dict[frozenset[str], str] = {}
for _names in ASKED:
    for _name in _names:
        _KNOWN.setdefault(_told(" ".join(_name)), " ".join(_names[0]))
