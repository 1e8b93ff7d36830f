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


def asks_to_read(question: str) -> bool:
    """Tell whether all the text is wanted, and not one thing in it."""
    return _REQUEST.fullmatch(" ".join(question.split()).strip(" .!?:")) is not None
