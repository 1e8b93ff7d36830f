"""Everyday words that mean about the same, as things that a form may have a line for.

``bank/glossary`` has a meaning a line: "en; en | de; de | fr; fr", written by us. A question uses
one word, the form another, in the same language or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pretrain.documents.texts import Language
from pretrain.matching.bank import FOLDER, LANGUAGES, BankError, Concept, Domain, Kind

GLOSSARY = FOLDER / "glossary"
NAME = "glossary"

_ASKED: dict[Language, tuple[str, ...]] = {
    "en": (
        "How much is the {word}?",
        "What did the {word} cost?",
        "What is the {word}?",
        "{word}?",
        "How much was paid for {word}?",
        "What does it say about {word}?",
    ),
    "de": (
        "Wie hoch ist {word}?",
        "Was kostet {word}?",
        "Was steht bei {word}?",
        "{word}?",
        "Wie viel macht {word}?",
    ),
    "fr": (
        "Combien coûte {word} ?",
        "Quel est le montant de {word} ?",
        "{word} ?",
        "Que dit-on de {word} ?",
        "Combien pour {word} ?",
    ),
}
_VALUES = ("128.40", "1.245,00 €", "17", "£36.00", "412", "3 x 12,50", "in Ordnung", "oui", "ok")


@dataclass(frozen=True)
class Meaning:
    """What several words say.

    Attributes:
        key: The file and the line.
        words: Expressions by language.
    """

    key: str
    words: dict[Language, tuple[str, ...]]


def meanings(folder: Path) -> Iterator[Meaning]:
    """Yield the meanings of all files of a folder.

    Raises:
        BankError: If a line is not as it should be.
    """
    for file in sorted(folder.glob("*.gloss")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            sides = [_words(side) for side in line.split("|")]
            if len(sides) != len(LANGUAGES) or not all(sides):
                raise BankError(f"{file.name}, line {number}: not three languages")
            yield Meaning(f"{file.stem} {number}", dict(zip(LANGUAGES, sides, strict=True)))


@lru_cache(maxsize=1)
def glossary(folder: Path = GLOSSARY) -> Domain:
    """Return all meanings as a domain.

    Raises:
        BankError: If a line is not as it should be.
    """
    return Domain(NAME, tuple(map(_concept, meanings(folder))))


def _concept(meaning: Meaning) -> Concept:
    questions: dict[Language, tuple[str, ...]] = {
        language: tuple(asked.format(word=word) for word in words for asked in _ASKED[language])
        for language, words in meaning.words.items()
    }
    number = int(meaning.key.split()[-1])
    kind: Kind = "count" if number % 4 == 0 else "amount"
    named: dict[Language, tuple[str, ...]] = {
        one: tuple(map(_shown, words)) for one, words in meaning.words.items()
    }
    return Concept(meaning.key, kind, named, questions, _VALUES, NAME)


def _words(side: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in side.split(";") if part.strip())


def _shown(word: str) -> str:
    return word[0].upper() + word[1:]
