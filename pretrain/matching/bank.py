"""Reads the bank: what documents of everyday life call things, and how people ask for them.

One text file for each domain in ``bank/``, written by us. A concept is seven lines:

    @ net pay | amount
    en: Net pay; Take-home pay
    en? How much do I get this month?; ...
    de: ...
    de? ...
    fr: ...
    fr? ...
    = 2,086.36; 1.845,20 €
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, get_args

from pretrain.documents.texts import Language

FOLDER = Path(__file__).with_name("bank")

Kind = Literal[
    "amount", "date", "time", "duration", "count", "measure", "percent", "code", "name", "company",
    "place", "phone", "mail", "web", "text", "yesno", "plate", "iban",
]  # fmt: skip
"""What a concept's value is."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
ROW = "{row}"
"""Stands in a question for the name of a table's row."""

HELD_OUT_WORDING, HELD_OUT_CONCEPT = 8, 12
"""Of so many questions and concepts one is kept for measuring."""


class BankError(ValueError):
    """A file of the bank is not as it should be; says where and what."""


@dataclass(frozen=True)
class Concept:
    """One thing that documents have a name for.

    Attributes:
        key: A short English name, the only one in its domain.
        kind: Of its value.
        labels: What documents call it, by language.
        questions: How people ask for it, by language; ``{row}`` is the name of a table's row.
        values: Examples.
        domain: The name of its file.
    """

    key: str
    kind: Kind
    labels: dict[Language, tuple[str, ...]]
    questions: dict[Language, tuple[str, ...]]
    values: tuple[str, ...]
    domain: str

    @cached_property
    def names(self) -> frozenset[str]:
        """Its labels in all languages, in small letters."""
        return frozenset(label.casefold() for own in self.labels.values() for label in own)

    @cached_property
    def held_out(self) -> bool:
        """Whether it is kept for measuring as a whole."""
        return is_kept(f"{self.domain}/{self.key}", HELD_OUT_CONCEPT)

    def asked(self, language: Language, held_out: bool) -> tuple[str, ...]:
        """Return the questions that are for learning, or those that are kept for measuring."""
        every = self.questions[language]
        return tuple(one for one in every if is_kept(one, HELD_OUT_WORDING) == held_out)


@dataclass(frozen=True)
class Domain:
    """A kind of document.

    Attributes:
        name: Of its file.
        concepts: What such documents tell.
        sections: Headings, by language.
        rows: Names of a table's rows, by language.
        columns: Keys of the concepts that head its columns.
    """

    name: str
    concepts: tuple[Concept, ...]
    sections: dict[Language, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[Language, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


@lru_cache(maxsize=2)
def domains(folder: Path = FOLDER) -> tuple[Domain, ...]:
    """Return all domains, by name.

    Raises:
        BankError: If a file is not as it should be.
    """
    return tuple(read(one) for one in sorted(folder.glob("*.txt")))


def read(file: Path) -> Domain:
    """Return the domain of one file.

    Raises:
        BankError: If it is not as it should be.
    """
    text = file.read_text("utf-8")
    head, *blocks = re.split(r"^@ ", text, flags=re.MULTILINE)
    sections, rows = dict[Language, tuple[str, ...]](), dict[Language, tuple[str, ...]]()
    columns: tuple[str, ...] = ()
    for line in head.splitlines():
        name, _, rest = line.partition(":")
        for language in LANGUAGES:
            if name == f"sections {language}":
                sections[language] = _listed(rest)
            elif name == f"rows {language}":
                rows[language] = _listed(rest)
        if name == "columns":
            columns = _listed(rest)
    concepts = tuple(_concept(block, file.stem) for block in blocks)
    if not concepts or len({one.key for one in concepts}) < len(concepts):
        raise BankError(f"{file.name}: no concepts, or two with one name")
    return Domain(file.stem, concepts, sections, rows, columns)


def _concept(block: str, domain: str) -> Concept:
    first, *lines = (line.strip() for line in block.strip().splitlines())
    key, _, kind = (part.strip() for part in first.partition("|"))
    if kind not in get_args(Kind):
        raise BankError(f"{domain}: '{key}' is of the kind '{kind}', which is none")
    labels, questions = dict[Language, tuple[str, ...]](), dict[Language, tuple[str, ...]]()
    values: tuple[str, ...] = ()
    for line in lines:
        if line.startswith("="):
            values = _listed(line[1:])
        for language in LANGUAGES:
            if line.startswith(f"{language}:"):
                labels[language] = _listed(line[3:])
            elif line.startswith(f"{language}?"):
                questions[language] = _listed(line[3:])
    if not values or any(not (labels.get(one) and questions.get(one)) for one in LANGUAGES):
        raise BankError(f"{domain}: '{key}' has not all of its seven lines")
    return Concept(key, kind, labels, questions, values, domain)  # type: ignore[arg-type]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


@lru_cache(maxsize=1_000_000)
def is_kept(text: str, one_of: int) -> bool:
    """Tell whether a text is the one of so many that is kept for measuring."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % one_of == 0
