"""Tells a request to read everything that is shown from a question about something. Pure."""

from __future__ import annotations

import re

_THIS = r"(?:it|this|that|here|(?:this|the) (?:page|document|picture|image|text|part|crop|receipt))"
_ALL = (
    r"(?:it|this|that|everything|all(?: of (?:it|this|the text))?|(?:all )?the (?:whole )?"
    r"(?:text|words|page|line|lines)(?: (?:in|on|of) (?:it|this|the) ?\w*)?|this (?:text|page)|"
    r"what (?:is (?:written|printed)(?: here)?|you see|it says|stands here))"
)
_REQUEST = re.compile(
    rf"(?:what does {_THIS} say|what(?: i|'|’)s (?:written|printed|the text)(?: (?:on|in))?"
    rf"(?: {_THIS})?|what text is (?:this|here)|what stands here|which words are these|"
    rf"(?:please |now |(?:can|could) you (?:please )?)*(?:read|transcribe|copy|write down|type out|"
    rf"spell out|give me|show me) {_ALL}(?: aloud| out| exactly(?: as it stands)?)?(?: please)?|"
    r"was steht (?:hier|da|auf (?:dieser|der) seite)(?: drauf)?|lies (?:das|alles)(?: vor)?|"
    r"que dit le texte)",
    re.IGNORECASE,
)

_ASKED = (
    r"(?:please |now |(?:can|could) you (?:please )?)*(?:transcribe|copy|extract|convert|read|"
    r"get me|write (?:down|out)|type out|export|turn|give me|show me|i need|lies|schreibe?|gib mir|"
    r"zeige?(?: mir)?|recopie[rz]?|transcri[st]|donne[zr]?-moi)"
)
_WHICH = (
    r"(?: (?:all|whole|full|entire|out|this|that|the|these|those|every|page'?s?|die|das|diese|der|"
    r"alle|ganze|le|la|les|ce|cette))*"
)
_FORMAT = (
    r"(?: (?:as|into|to|in|als|comme|en) (?:(?:an?|eine?|une?|markdown|csv|text|table|tabelle|"
    r"tableau|format|file|datei|fichier|spreadsheet|rows|columns|and)(?: |$))+)?"
)
_TABLE = re.compile(
    rf"{_ASKED}{_WHICH} (?:tables?|tabellen?|tableaux?)"
    rf"(?: (?:here|below|shown|(?:on|of|in) (?:this|the) (?:page|picture|box|image|document)))?"
    rf"{_FORMAT}(?: ?please| ?bitte)?",
    re.IGNORECASE,
)
_CSV = re.compile(r"\b(?:csv|spreadsheet)\b", re.IGNORECASE)


def asks_for_table(question: str) -> bool:
    """Tell whether a table is wanted with its rows and columns, and not one thing in it."""
    said = " ".join(question.replace(",", " ").split())
    return _TABLE.fullmatch(said.strip(" .!?:")) is not None


def wants_csv(question: str) -> bool:
    """Tell whether a table is wanted as comma-separated values."""
    return _CSV.search(question) is not None


def asks_to_read(question: str) -> bool:
    """Tell whether all the text is wanted, and not one thing in it."""
    return _REQUEST.fullmatch(" ".join(question.split()).strip(" .!?:")) is not None
