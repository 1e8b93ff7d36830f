"""Tells the names that fields have on documents from values. Pure."""

from __future__ import annotations

from vlm.field_names import ALL
from vlm.label_words import looks, words_of

_GENERIC = (
    "nummer|globale nummer|menge|quantity|qty|position|positions|pos|artikel|artikelbezeichnung|"
    "beschreibung|description|item|items|page|seite|currency|währung|address|anschrift|adresse|"
    "hinweis|bemerkungen|bemerkung|unit|einheit|price|preis|betreff|subject|payment mode|reference|"
    "référence|désignation|omschrijving|prix unitaire|p u|aantal|prijs|bedrag"
)
_LABELS = frozenset(
    [phrase for field in ALL for phrase, counts in field.names if counts == 1.0]
    + [words_of(one) for one in _GENERIC.split("|")]
)
_LOOKING = frozenset(
    tuple(map(looks, phrase))
    for phrase in (*_LABELS, *(phrase for field in ALL for phrase, _ in field.names))
)


def is_label(text: str) -> bool:
    """Tell whether a text is what some field is called, and nothing else."""
    return words_of(text) in _LABELS


def names_a_field(text: str) -> bool:
    """Tell the same of a text that was read: letters of it may be others that look like them.

    Names that several fields have count as well, such as "Amount": no value is called so.
    """
    return tuple(map(looks, words_of(text))) in _LOOKING
