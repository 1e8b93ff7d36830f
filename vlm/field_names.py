"""What the fields of business documents are called, by documents and by those who ask. Pure.

A person asks for the invoice number, and the page says "Rechnungs-Nr."; a small model knows few of
these names.
"""

from __future__ import annotations

import re

from vlm.field_list import FIELDS, Named
from vlm.finding import telling
from vlm.label_words import at, words_of

SAYS_NOTHING = frozenset(
    ("given", "printed", "stated", "written", "stands", "says", "value", "text", "line")
)
"""Words of questions that no label has, beside those of every sentence."""

_QUOTED = re.compile(r"[\"“„«](.+?)[\"”“»]")

_DATE = next(field for field in FIELDS if ("invoice", "date") in field.asked)
_ADDRESS = next(field for field in FIELDS if field.named.form == "address")
ALL = tuple(field.named for field in FIELDS)
"""Every field that is known here."""

ASKED = tuple(field.asked for field in FIELDS)
"""How people call each field that is known here, the first name for all of them."""


def quoted_in(question: str) -> str:
    """Return the name in quotation marks that a question has; "" where it has none."""
    found = _QUOTED.search(question)
    return found[1].strip() if found is not None and words_of(found[1]) else ""


def asks_for_seller(question: str) -> bool:
    """Tell whether a question asks whose page it is: who sells, or sends the bill."""
    wanted = named_in(question)
    return wanted is not None and wanted.seller


def named_in(question: str) -> Named | None:
    """Return the field that a question asks for.

    Args:
        question: As a person asks it. A name in quotation marks is looked for as it is.

    Returns:
        A known field by the longest of its names that the question has, else one called by the
        question's telling words; None where it has none.
    """
    if quoted := quoted_in(question):
        return Named(None, ((words_of(quoted), 1.0),))
    said = words_of(question)
    best, length = None, 0
    for field in FIELDS:
        for phrase in field.asked:
            size = sum(map(len, phrase))
            if size > length and at(phrase, said) is not None and _is_known(phrase):
                best, length = field.named, size
    if best is not None and _is_any_date(best, question):
        return Named("date", _own_dates(question), shape="date")
    if best is not None:
        of_party = best.party and any(at(one, said) is not None for one in _ADDRESS.asked)
        return _ADDRESS.named if of_party else best  # "the customer's address" is no customer
    own = tuple(word for word in telling(question) if word not in SAYS_NOTHING)
    return Named(None, ((own, 1.0),)) if own else None


_OF_DOCUMENT = frozenset(
    ("date", "datum", "document", "invoice", "receipt", "bill", "statement", "rechnung", "facture")
)


def _other_words(question: str) -> tuple[str, ...]:
    """Return the telling words of a question that do not say the date of the document."""
    return tuple(
        word for word in telling(question) if word not in _OF_DOCUMENT and word not in SAYS_NOTHING
    )


def _is_any_date(best: Named, question: str) -> bool:
    """Tell whether a question asks for a date of its own name, such as of checking out."""
    said = words_of(question)
    words = {"date", "datum"}.intersection(said)
    known = any(len(phrase) > 1 and at(phrase, said) is not None for phrase, _ in best.names)
    return best is _DATE.named and bool(words) and bool(_other_words(question)) and not known


def _own_dates(question: str) -> tuple[tuple[tuple[str, ...], float], ...]:
    own = _other_words(question)
    return ((*own, "date"), 1.0), (own, 1.0)


def _is_known(phrase: tuple[str, ...]) -> bool:
    """Tell whether a phrase of a question says what is asked for: "le" and "an" do not."""
    return sum(map(len, phrase)) > 2
