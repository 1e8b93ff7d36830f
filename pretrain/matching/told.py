"""A form without a picture: its words, and what its values tell."""

from dataclasses import dataclass, field

from pretrain.documents.texts import Language
from pretrain.matching.bank import Concept
from vlm.types import Box, Word

GENERAL: dict[Language, tuple[str, ...]] = {
    "en": (
        "Details",
        "Summary",
        "Your details",
        "Information",
        "Overview",
        "Payment",
        "For office use only",
    ),
    "de": (
        "Angaben",
        "Übersicht",
        "Ihre Daten",
        "Hinweise",
        "Zusammenfassung",
        "Zahlung",
        "Allgemeines",
    ),
    "fr": (
        "Détails",
        "Récapitulatif",
        "Vos coordonnées",
        "Informations",
        "Synthèse",
        "Paiement",
        "Généralités",
    ),
}
"""Headings of sections that any form may have."""


@dataclass(frozen=True)
class Fact:
    """What a value of a form tells.

    Attributes:
        concept: What it is.
        row: The name of its table's row, or "".
        text: The value as it stands there.
        box: Where.
    """

    concept: Concept
    row: str
    text: str
    box: Box


@dataclass
class Form:
    """A page without a picture.

    Attributes:
        language: Of it.
        words: In no order.
        facts: What it tells.
        misread: Whether letters of it are wrong.
    """

    language: Language
    words: list[Word] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    misread: bool = False
