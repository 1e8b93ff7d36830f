"""Answers a question from running text with the words of the page, or says that nothing does. Pure.

The sentence that has most of what the question is about is looked for, and in it the value, the
name or the part that the question wants; where it wants none of these the sentence is the answer.
Nothing is ever put in other words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vlm.label_words import folded
from vlm.prose_letters import parties, signer
from vlm.prose_names import meant
from vlm.prose_phrases import laws_in, places_in, reasons_in
from vlm.prose_questions import Asked, Want, asked
from vlm.prose_ranking import PART, Ranked, alike, ranked, said_in
from vlm.prose_values import found as values_in
from vlm.question_words import ROLES
from vlm.sentences import Sentence, number_before, running, share_running
from vlm.types import Word

LEAST, LEAST_WHOLE = 0.25, 0.45
"""Share of what a question is about that a sentence has at least, to answer it with a value of the
kind that is wanted, and as a whole."""

MOSTLY, SOME = 0.5, 0.3
"""Share of a page's words in running text from which on it is read first, and at all."""

FEWEST = 3
"""Sentences of a page at least, for it to have running text."""

TRIED = 8
"""Sentences that are looked at closely."""

UNTYPED = 0.62
"""What is left of a sentence that has nothing of the kind that is wanted."""

LATER = 0.88
"""What is left for each further kind of value that a question may want."""

NEXT = 0.7
"""What is left of a value in the sentence behind the one that the question is about."""

LINE, SAYS_MORE = 0.7, 2
"""What is left of a heading or another line that is no running text, as a whole; and how many words
it has at least beside those of the question."""

SIGNED = 0.95
"""What the name below the closing words of a letter counts, and those of a contract's parties."""

CONDITIONAL = 0.95
"""What is left of a sentence that says what holds in a case, where no case is asked for."""

FAR_APART = 40
"""Letters between two roles of which a sentence says two things."""

ATTACHED, BEHIND = 0.62, 4
"""Share of what a question is about that a number says at least right before the things that are to
be counted, and how many words may stand between."""

LOOSE = 0.8
"""What is left of a number that counts other things, as far as that can be told."""

REACH = 14.0
"""Words from what the question is about within which a value counts more."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """An answer in the page's own words.

    Attributes:
        text: It.
        words: Of the page, in their order.
        sentence: That it stands in.
        score: How well that suits the question, in (0, 1].
        typed: Whether it is a value, a name or a part that the question wants, no whole sentence.
    """

    text: str
    words: tuple[Word, ...]
    sentence: Sentence
    score: float
    typed: bool


@dataclass(frozen=True, slots=True)
class Prose:
    """The running text of a page.

    Attributes:
        sentences: All of the page's sentences and lines.
        share: Of its words that are running text, in [0, 1].
    """

    sentences: tuple[Sentence, ...]
    share: float

    @property
    def exists(self) -> bool:
        """Whether the page has running text at all."""
        return self.share >= SOME and len(running(self.sentences)) >= FEWEST

    @property
    def is_most(self) -> bool:
        """Whether the page is hardly anything else."""
        return self.exists and self.share >= MOSTLY


def prose_of(sentences: tuple[Sentence, ...]) -> Prose:
    """Return the running text of a page from its sentences, see `vlm.sentences.sentences_of`."""
    return Prose(sentences, share_running(sentences))


def quoted(question: str, prose: Prose, misread: bool = False) -> Quoted | None:
    """Return the words of a page that answer a question; None where nothing does.

    Args:
        question: As a person asks it.
        prose: The page's running text.
        misread: Whether letters of it may be wrong.
    """
    if not prose.sentences:
        return None
    wanted = asked(question, prose.sentences[0].language)
    order = ranked(wanted, prose.sentences, misread)
    best: Quoted | None = None
    for told in (signer, parties):
        if (known := told(wanted, prose.sentences)) is not None:
            return _part(*known, SIGNED)
    for one in order[:TRIED]:
        for found in answers_in(wanted, one, prose.sentences):
            enough = found.score >= (LEAST if found.typed else LEAST_WHOLE)
            if enough and (best is None or found.score > best.score):
                best = found
    return best


def answers_in(wanted: Asked, one: Ranked, sentences: Sequence[Sentence]) -> Iterator[Quoted]:
    """Yield what a sentence answers."""
    sentence = one.sentence
    if _IN_CASE.match(sentence.text) and not _IN_CASE.search(wanted.text):
        one = replace(one, score=CONDITIONAL * one.score)
    if not wanted.wants:
        if sentence.is_running:
            yield _whole(sentence, one.score)
        elif len(sentence.words) >= len(one.places) + SAYS_MORE:
            yield _whole(sentence, LINE * one.score)
        return
    typed = list(_typed(wanted, one))
    yield from typed
    if not typed and one.number + 1 < len(sentences):
        following = sentences[one.number + 1]
        if following.block == sentence.block:
            near = Ranked(following, one.number + 1, NEXT * one.score, 0.0, ())
            yield from _typed(wanted, near)
    if sentence.is_running:
        yield _whole(sentence, UNTYPED * one.score)


def _typed(wanted: Asked, one: Ranked) -> Iterator[Quoted]:
    """Yield the values, names and parts of a sentence that a question wants."""
    for number, want in enumerate(wanted.wants):
        for start, end, counts in _found(want, wanted, one):
            least = ATTACHED if want == "count" and _counts_it(wanted, one, end) else 0.0
            score = max(one.score, least) * counts * LATER**number
            yield _part(one.sentence, start, end, score)


def _found(want: Want, wanted: Asked, one: Ranked) -> Iterator[tuple[int, int, float]]:
    """Yield where what is wanted stands in a sentence, with what it counts in (0, 1]."""
    text, language = one.sentence.text, one.sentence.language
    match want:
        case "name":
            yield from _names(wanted, one)
        case "place":
            for start, end, counts in (*places_in(text, language), *_equated(text, one)):
                yield start, end, counts * _near(text, start, end, one)
        case "reason":
            yield from reasons_in(text)
        case "law":
            yield from laws_in(text)
        case "verdict" | "subject":
            return
        case _:
            for number, (start, end) in enumerate(values_in(want, text)):
                if not _is_asked(text[start:end], wanted):
                    left = LOOSE if want == "count" and not _counts_it(wanted, one, end) else 1.0
                    if want == "date" and _SINCE.search(text[:start]):
                        left *= 1.0 if _SINCE_ASKED.search(wanted.text) else LOOSE
                    yield start, end, left * _near(text, start, end, one) * 0.999**number


_SINCE = re.compile(r"\b(?:since|seit|depuis|born|geboren|née?)\b[^,;.\d]{0,15}$", re.IGNORECASE)
_SINCE_ASKED = re.compile(r"\b(?:since|seit|depuis|from when|born|geboren|née?)\b", re.IGNORECASE)


def _counts_it(wanted: Asked, one: Ranked, end: int) -> bool:
    """Tell whether a number that ends somewhere stands right before what is to be counted."""
    if not wanted.about:
        return False
    sentence = one.sentence
    behind = [word for word in said_in(sentence.text) if word.start >= end][:BEHIND]
    return any(
        alike(wanted.about[0], wanted.language, word.word, sentence.language) >= PART
        for word in behind
    )


_IN_CASE = re.compile(
    r"(?:[\d.()§ ]*)\b(?:if|unless|in case|in the event|should|wenn|falls|sofern|sollte|"
    r"im falle|si|"
    r"en cas|au cas|à défaut)\b",
    re.IGNORECASE,
)
_IS = re.compile(r"\s*(?:is|ist|est|:)\s+(?=[^\W\d_a-zà-ÿ])([^,.;:()]{2,40}?)(?=[,.;]|$)")


def _equated(text: str, one: Ranked) -> Iterator[tuple[int, int, float]]:
    """Yield what a sentence says that something is which the question names: "X is Marburg"."""
    for _, end in one.places:
        if (found := _IS.match(text, end)) is not None:
            yield found.start(1), found.end(1), 0.95


_ROLE = re.compile(
    r"^\W*(?:who|wer|qui)\s+(?:is|are|was|ist|sind|war|est|sont|était)\s+"
    r"(?:the|der|die|das|le|la|les|l['’]|your|my|our)?\s*(?:[\w'’-]+\s*){1,4}\W*$|"
    r"name of|name of the|wie heißt|quel est le nom|comment s'appelle",
    re.IGNORECASE,
)  # fmt: skip


def _names(wanted: Asked, one: Ranked) -> Iterator[tuple[int, int, float]]:
    is_role = _ROLE.search(wanted.text) is not None
    found = meant(one.sentence.text, one.places, wanted.about, one.sentence.language, is_role)
    if _several(one.sentence.text, [(name.start, name.end) for name in found]):
        return
    for name in found:
        yield name.start, name.end, name.counts


def _several(text: str, found: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a sentence says two things of two who are called by their role."""
    roles = [
        one for one in sorted(found) if folded(text[slice(*one)].casefold().split()[-1]) in ROLES
    ]
    return any(
        re.search(r"\b(?:und|and|et)\s*$", text[right:other]) is not None
        and other - right < FAR_APART
        for (_, right), (other, _) in itertools.pairwise(roles)
        if other - right > len(" und ")
    )


def _near(text: str, start: int, end: int, one: Ranked) -> float:
    """Return what a value counts for how near the words are that the question has, in (0, 1]."""
    if not one.matches:
        return 0.9
    whole = sum(match.weight for match in one.matches)
    if not whole:
        return 0.9
    total = sum(
        match.weight * max(_reach(text, place, (start, end)) for place in match.places)
        for match in one.matches
    )
    return 0.75 + 0.25 * total / whole


def _reach(text: str, place: tuple[int, int], value: tuple[int, int]) -> float:
    """Return how near a word of the question is to a value, in [0, 1]: 1 right before it."""
    (left, right), (start, end) = place, value
    if left < end and right > start:
        return 0.6
    between = text[right:start] if right <= start else text[end:left]
    steps = len(between.split()) + 3 * len(re.findall(r"[;:()]|,\s", between))
    return (1.0 if right <= start else 0.9) * max(0.0, 1 - steps / (2 * REACH))


def _is_asked(text: str, wanted: Asked) -> bool:
    """Tell whether a value is one that the question itself has."""
    return f" {folded(text.casefold())} " in f" {folded(wanted.text.casefold()).rstrip('?! ')} "


def _whole(sentence: Sentence, score: float) -> Quoted:
    start = number_before(sentence.text)
    words = sentence.words_at(start, len(sentence.text))
    return Quoted(sentence.text[start:], words, sentence, score, typed=False)


def _part(sentence: Sentence, start: int, end: int, score: float) -> Quoted:
    text = sentence.text[start:end].strip(" ,;:")
    return Quoted(text, sentence.words_at(start, end), sentence, score, typed=True)
