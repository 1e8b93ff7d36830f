"""Who signed a letter, and between whom a contract is."""

from __future__ import annotations

import pytest

from tests.vlm.written_pages import BAIL, CONTRACT, MIETVERTRAG, written
from vlm.prose_letters import parties, signer
from vlm.prose_questions import asked
from vlm.sentences import sentences_of

LETTER = """
Thank you for your letter of 4 May. We have looked into it and will pay you back what you paid.

{closing}

Keller Ltd

Helen Braithwaite

Head of Planning
"""


@pytest.mark.parametrize(
    ("closing", "question"),
    [
        ("Yours sincerely,", "Who signed the letter?"),
        ("Yours sincereiv,", "Who wrote this?"),
        ("Mit freundlichen Grüßen", "Wer hat den Brief unterschrieben?"),
        ("Cordialement,", "Qui a signé la lettre ?"),
    ],
)
def test_the_first_name_below_the_closing_words_signed(closing: str, question: str) -> None:
    text = LETTER.format(closing=closing).replace("Keller Ltd\n\n", "")
    found = signer(asked(question), sentences_of(written(text)))
    assert found is not None
    line, start, end = found
    assert line.text[start:end] == "Helen Braithwaite"


def test_nobody_signed_where_nothing_closes_or_nobody_asks() -> None:
    text = sentences_of(written(LETTER.format(closing="That is all.")))
    assert signer(asked("Who signed the letter?"), text) is None
    text = sentences_of(written(LETTER.format(closing="Yours sincerely,")))
    assert signer(asked("Who pays?"), text) is None


@pytest.mark.parametrize(
    ("text", "question", "first", "last"),
    [
        (CONTRACT, "Who are the parties?", "Harrow Estates Ltd", "Claire Dubois"),
        (MIETVERTRAG, "Wer sind die Vertragsparteien?", "Hausverwaltung Lindenhof", "Wegener"),
        (BAIL, "Entre qui le bail est-il conclu ?", "Immobilière du Parc", "Élodie Marchand"),
    ],
)
def test_a_contract_names_its_parties(text: str, question: str, first: str, last: str) -> None:
    found = parties(asked(question), sentences_of(written(text)))
    assert found is not None
    line, start, end = found
    assert first in line.text[start:end]
    assert last in line.text[start:end]
    assert parties(asked("Who pays?"), sentences_of(written(text))) is None
