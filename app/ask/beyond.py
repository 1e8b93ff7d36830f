"""What people ask of a document that a small model cannot do. Knows words, no widgets."""

from __future__ import annotations

import re

from vlm.types import ModelInfo, Question

CANNOT = (
    "A small model reads here: it finds what stands on the page, it does not sum up, translate "
    "or explain. A larger model may."
)
_TEXT_EN = r"(?:this|it|the (?:page|document|text|contract|agreement|letter|article|paper|report))"
_TEXT_DE = (
    r"(?:davon|der seite|des (?:textes|dokuments|vertrags|vertrages|briefs|briefes|berichts))"
)
_TEXT_FR = r"(?:de (?:cette|ce|la page|la lettre)|du (?:texte|document|contrat|rapport))"
_TASKS = re.compile(
    rf"\b(?:summari[sz]e|summary of {_TEXT_EN}|sum up|sum {_TEXT_EN} up|"
    r"translate|rephrase|simplify|explain|in (?:plain|simple|other) words|"
    rf"zusammenfassen|zusammenfassung {_TEXT_DE}|fass(?:e|t|en)?\b.*\bzusammen|"
    rf"übersetz(?:e|en|t)?|übersetzung {_TEXT_DE}|erklär(?:e|en|st)?|in einfachen worten|"
    rf"résume[rz]?|résumé {_TEXT_FR}|tradui(?:s|re|sez)|expliqu(?:e|er|ez))(?!\w)",
    re.IGNORECASE,
)
"""Words that ask for more than finding. Fields are called "Summary of charges" too."""


def said(question: Question, reader: ModelInfo | None) -> str:
    """Say that a question asks more of a small model than it can do; "" where it does not.

    Args:
        question: As the person asked it.
        reader: The model that reads; None while that is not known.
    """
    small = reader is not None and reader.small
    return CANNOT if small and _TASKS.search(question.text) else ""
