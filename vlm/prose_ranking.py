"""Ranks the sentences of running text by what they have to do with a question. Pure.

Rare words of the question count more than those that every other sentence has. Forms of a word,
words that mean about the same, and the parts of a German compound count nearly as much as the word
itself. What stands in the heading of a sentence counts as well, and so does the sentence before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from os.path import commonprefix

from vlm.label_words import folded
from vlm.prose_questions import IMPLIED, Asked
from vlm.question_words import FORMS, LIGHT_WORDS
from vlm.scoring import distance
from vlm.sentences import Sentence
from vlm.stems import COMMON, WORD, Language, stem_of, stems_of, words_of
from vlm.word_groups import groups_of, groups_of_last_part

STEM, GROUP, PART, MISREAD = 0.97, 0.85, 0.8, 0.8
"""What counts a form of a word, one that means about the same, one that it is a part of or the
other way round, and one with a letter misread."""

PARTLY = 0.35
"""What counts a word for a compound of the question of which it says only the last part."""

HEADING, BEFORE, BACK = 0.85, 0.35, 0.7
"""What counts a word in a heading; in the sentence before; and there if this one refers back."""

UNSAID = 0.85
"""Weight of a word that no sentence has, beside the weight of one that a single one has."""

AS_GOOD = 0.9
"""Share of what the best word of a sentence counts from which on another one is as good."""

LIGHT = 0.1
"""What is left of the weight of a word that says little, see `vlm.prose_questions.LIGHT_WORDS`."""

TIE = 0.02
"""What counts a "before" or "after" that the question has as well, beside sentences as good."""

BEGUN, LEAST_BEGUN = 0.75, 6
"""What is left for words that only begin alike, and with how many letters they do."""

VERB = 0.55
"""The same of a verb: what happens is said in more ways than what it happens to."""

HEAD, MODIFIER = 1.2, 0.75
"""The same of the last word of an English name of several words, and of those before it."""

LEAST_PART, LEAST_MISREAD = 4, 5
"""Letters of a part of a compound, and of a word of which one may be misread."""

REMEMBERED = 20_000
"""Pairs of words of which is remembered what one counts for the other."""

_REFERS = re.compile(
    r"(?:it|this|these|they|he|she|the same|such|er|sie|es|dies\w*|diese[rsnm]?|jene[rs]?|hinzu|"
    r"davon|"
    r"dabei|dafür|hierfür|il|elle|ils|elles|ce|cet|cette|ces|celui-ci|celle-ci)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A word where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A word of a question in a sentence.

    Attributes:
        word: Of the question.
        counts: How much what stands there counts for it, in (0, 1].
        places: Where that is, each from where to where.
        weight: Of the word and of that together; 0 before all sentences are known.
    """

    word: str
    counts: float
    places: tuple[tuple[int, int], ...]
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence with what it has of a question.

    Attributes:
        sentence: It.
        number: Of it among all of its page.
        score: Share of the question's weight that it has, in [0, 1].
        own: The same without its heading and the sentence before it.
        matches: Those words of the question that the sentence itself has.
    """

    sentence: Sentence
    number: int
    score: float
    own: float
    matches: tuple[Match, ...]

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where words of the question stand, from where to where."""
        return [place for match in self.matches for place in match.places]


def ranked(asked: Asked, sentences: Sequence[Sentence], misread: bool = False) -> list[Ranked]:
    """Return all sentences that have words of a question, the best first.

    Args:
        asked: The question.
        sentences: Of the page, in their order.
        misread: Whether letters of them may be wrong.
    """
    if not asked.about or not sentences:
        return []
    language = sentences[0].language
    found = [_matches(asked, said_in(one.text), language, misread) for one in sentences]
    heads = {one.heading for one in sentences}
    headed = {head: _matches(asked, said_in(head), language, misread) for head in heads}
    rare = {
        word: _rarity(sum(one[word].counts > 0.5 for one in found if word in one), len(sentences))
        for word in asked.about
    }
    weights = {word: rare[word] * _says(word, asked) for word in asked.about}
    whole = sum(weights.values())
    result: list[Ranked] = []
    for number, sentence in enumerate(sentences):
        own, above = found[number], headed[sentence.heading]
        before = found[number - 1] if _follows(sentences, number) else {}
        left = BACK if _REFERS.match(sentence.text) else BEFORE
        score = sum(
            weight * max(_of(own, word), HEADING * _of(above, word), left * _of(before, word))
            for word, weight in weights.items()
        )
        alone = sum(weight * _of(own, word) for word, weight in weights.items())
        matches = tuple(
            replace(match, weight=rare[word] * match.counts)
            for word, match in own.items()
            if word not in IMPLIED
        )
        ties = TIE * len(asked.orders.intersection(words_of(sentence.text)))
        share = min(score / whole + ties, 1.0)
        if score > 0:
            result.append(Ranked(sentence, number, share, alone / whole, matches))
    return sorted(result, key=lambda one: -one.score - 0.05 * one.own)


def _of(matches: Mapping[str, Match], word: str) -> float:
    return matches[word].counts if word in matches else 0.0


def said_in(text: str) -> list[Said]:
    """Return the words of a text where they stand, in small letters."""
    return [
        Said(one[0].casefold().replace("-", ""), one.start(), one.end())
        for one in WORD.finditer(text)
    ]


@lru_cache(maxsize=REMEMBERED)
def alike(
    word: str, language: Language, other: str, theirs: Language, misread: bool = False
) -> float:
    """Tell how much a word of a text counts for one of a question, in [0, 1].

    Args:
        word: Of the question, in small letters.
        language: Of the question.
        other: Of the text, in small letters.
        theirs: The text's language.
        misread: Whether letters of the text may be wrong.
    """
    if word == other:
        return 1.0
    if other in COMMON[theirs]:
        return 0.0
    stem, stems = stem_of(word, language), stem_of(other, theirs)
    if not word.isdigit() and stems_of(word, language) & stems_of(other, theirs):
        return STEM
    if groups_of(word, language) & groups_of(other, theirs):
        return GROUP
    if groups_of(word, language) & groups_of_last_part(other, theirs):
        return PART
    if groups_of_last_part(word, language) & groups_of(other, theirs):
        return PARTLY
    if misread and _misread(folded(word), folded(other)):
        return MISREAD
    return _in_compound(stem, stems, language, theirs)


def _in_compound(one: str, other: str, language: Language, theirs: Language) -> float:
    """Tell how much two words count of which one is a part of the other."""
    short, long = sorted((one, other), key=len)
    if len(short) < LEAST_PART or not short.isalpha():
        return 0.0
    german = "de" in (language, theirs)
    starts = long.startswith(short) and (german or len(short) >= 0.6 * len(long))
    if starts or (german and long.endswith(short)):
        return PART * math.sqrt(max(0.6, len(short) / len(long)))
    same = len(commonprefix((one, other)))
    return PART * BEGUN if same >= LEAST_BEGUN and same >= 0.75 * len(short) else 0.0


def _misread(word: str, other: str) -> bool:
    """Tell whether two words differ by so few letters that one may be the other misread."""
    if min(len(word), len(other)) < LEAST_MISREAD or abs(len(word) - len(other)) > 2:
        return False
    return distance(word, other) <= (1 if len(word) < 8 else 2)


def _says(word: str, asked: Asked) -> float:
    """Return what is left of the weight of a word of a question for what it is there."""
    if word in LIGHT_WORDS or (word in FORMS and not FORMS.issuperset(asked.about)):
        return LIGHT
    if word in asked.verbs:
        return VERB
    return HEAD if word in asked.heads else MODIFIER if word in asked.modifiers else 1.0


def _matches(
    asked: Asked, said: Sequence[Said], theirs: Language, misread: bool
) -> dict[str, Match]:
    """Return what a sentence has of each word of a question.

    One word of a sentence does not stand for two of the question that only mean about the same.
    """
    found = {word: _best(word, asked.language, said, theirs, misread) for word in asked.about}
    for word, match in found.items():
        taken = [
            place
            for other in found.values()
            if match.counts == GROUP and other.counts > match.counts
            for place in other.places
        ]
        if any(place in taken for place in match.places):
            free = [one for one in said if (one.start, one.end) not in taken]
            found[word] = _best(word, asked.language, free, theirs, misread)
    return {word: match for word, match in found.items() if match.counts > 0}


def _best(
    word: str, language: Language, said: Sequence[Said], theirs: Language, misread: bool
) -> Match:
    """Return what a sentence has of one word of a question: all places that are about as good."""
    each = [(alike(word, language, one.word, theirs, misread), one) for one in said]
    best = max((counts for counts, _ in each), default=0.0)
    parts = sum(counts for counts, _ in each if counts < PART)
    places = [(one.start, one.end) for counts, one in each if counts >= AS_GOOD * best > 0]
    return Match(word, min(max(best, 0.9 * parts), 1.0), tuple(places))


def _rarity(count: int, every: int) -> float:
    """Return the weight of a word that so many sentences have, of every one."""
    if not count:
        return UNSAID * math.log((every + 1) / 0.75)
    return max(0.4, math.log((every + 1) / count))


def _follows(sentences: Sequence[Sentence], number: int) -> bool:
    """Tell whether a sentence comes behind another one of its block."""
    return number > 0 and sentences[number - 1].block == sentences[number].block
