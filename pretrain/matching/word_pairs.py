"""Draws pairs of texts that mean the same: what a person says, and what a paper says for it.

Three sources, all written by us: meanings (``bank/glossary`` and ``bank/thesaurus``: words of three
languages that a question and a paper may use for one thing), the bank's labels with the ways people
ask for them, and ``bank/asked``, a line each: "question => what a paper says with the [[answer]]".
One of twenty meanings and lines is kept for measuring, as are the bank's wordings and things.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pretrain.documents.texts import Language
from pretrain.matching.bank import FOLDER, LANGUAGES, ROW, BankError, Concept, domains, is_kept
from pretrain.matching.glossary import GLOSSARY, Meaning, meanings

THESAURUS, ASKED = FOLDER / "thesaurus", FOLDER / "asked"

HELD_OUT = 20
"""Of so many meanings and lines one is kept for measuring."""

SAME_WORDS, SAME_LABEL = 0.5, 0.7
"""How often both texts of a pair are surely in one language: of a meaning, and of a label."""

ANSWER_SEEN = 0.5
"""How often a line is shown with its answer."""

Pair = tuple[str, str]
"""What is asked with, and what a paper says."""

_ANSWER = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True)
class Line:
    """A question with the line of a paper that answers it.

    Attributes:
        question: As a person asks it.
        before: What the line says before its answer.
        answer: It.
        after: And behind it.
    """

    question: str
    before: str
    answer: str
    after: str

    @property
    def whole(self) -> str:
        """The line as the paper has it."""
        return f"{self.before}{self.answer}{self.after}"

    @property
    def held_out(self) -> bool:
        """Whether it is kept for measuring."""
        return is_kept(f"{self.question} {self.whole}", HELD_OUT)


def lines(folder: Path = ASKED) -> Iterator[Line]:
    """Yield the questions with lines of all files of a folder.

    Raises:
        BankError: If a line is not as it should be.
    """
    for file in sorted(folder.glob("*.pairs")):
        for number, text in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not text.strip():
                continue
            question, found, line = text.strip().partition(" => ")
            answers = list(_ANSWER.finditer(line))
            if not found or len(answers) != 1:
                raise BankError(f"{file.name}, line {number}: no question with one answer")
            start, end = answers[0].span()
            yield Line(question, line[:start], answers[0][1], line[end:])


class WordPairs:
    """All pairs, to be drawn from."""

    def __init__(
        self, every: Sequence[Meaning], asked: Sequence[Line], concepts: Sequence[Concept]
    ) -> None:
        """Keep them apart: those to learn from, and those to measure on."""
        kept = [is_kept("; ".join(one.words["en"]), HELD_OUT) for one in every]
        self.meanings = [one for one, held in zip(every, kept, strict=True) if not held]
        self.lines = [one for one in asked if not one.held_out]
        self.concepts = [one for one in concepts if not one.held_out]
        self._kept_meanings = [one for one, held in zip(every, kept, strict=True) if held]
        self._kept_lines = [one for one in asked if one.held_out]
        self._kept_concepts = [one for one in concepts if one.held_out]

    def short(self, rng: random.Random, meant: int, named: int) -> list[Pair]:
        """Return pairs of words that mean the same, and of questions with a label.

        Args:
            rng: The only source of chance.
            meant: Pairs of meanings, at most.
            named: Pairs of the bank, at most, no two with a label alike.
        """
        drawn = rng.sample(self.meanings, min(meant, len(self.meanings)))
        result = [_of_meaning(one, rng) for one in drawn]
        taken = set[str]()
        for concept in rng.sample(self.concepts, min(2 * named, len(self.concepts))):
            if len(result) >= len(drawn) + named:
                break
            if not concept.names & taken:
                taken |= concept.names
                result.append(_of_concept(concept, rng))
        return result

    def long(self, rng: random.Random, count: int) -> list[Pair]:
        """Return questions with lines, the answer not always in these.

        Args:
            rng: The only source of chance.
            count: At most.
        """
        drawn = rng.sample(self.lines, min(count, len(self.lines)))
        return [
            (
                one.question,
                one.whole if rng.random() < ANSWER_SEEN else f"{one.before} {one.after}",
            )
            for one in drawn
        ]

    def measured(self, rng: random.Random) -> dict[str, list[Pair]]:
        """Return pairs that are never learned from, by what they measure, in any order."""
        wordings = [
            (rng.choice(asked).replace(ROW, ""), rng.choice(one.labels[language]))
            for one in self.concepts
            if (asked := one.asked(language := rng.choice(LANGUAGES), held_out=True))
        ]
        told = {
            "wordings": wordings,
            "things": [_of_concept(one, rng) for one in self._kept_concepts],
            "meanings": [_of_meaning(one, rng) for one in self._kept_meanings],
            "lines": [(one.question, one.whole) for one in self._kept_lines],
        }
        for some in told.values():
            rng.shuffle(some)
        return told


@lru_cache(maxsize=1)
def shipped() -> WordPairs:
    """Return the pairs that come with the recipe.

    Raises:
        BankError: If a file is not as it should be.
    """
    every = [*meanings(GLOSSARY), *meanings(THESAURUS)]
    concepts = [one for domain in domains() for one in domain.concepts]
    return WordPairs(every, tuple(lines()), concepts)


def _languages(rng: random.Random, same: float) -> tuple[Language, Language]:
    one = rng.choice(LANGUAGES)
    return one, one if rng.random() < same else rng.choice(LANGUAGES)


def _of_meaning(meaning: Meaning, rng: random.Random) -> Pair:
    one, other = _languages(rng, SAME_WORDS)
    said = rng.choice(meaning.words[one])
    rest = [word for word in meaning.words[other] if word != said]
    return said, rng.choice(rest or meaning.words[other])


def _of_concept(concept: Concept, rng: random.Random) -> Pair:
    one, other = _languages(rng, SAME_LABEL)
    asked = concept.asked(one, held_out=False) or concept.questions[one]
    return rng.choice(asked).replace(ROW, ""), rng.choice(concept.labels[other])
