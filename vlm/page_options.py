"""What a page offers as answers: at its labels, without one, and in sentences. Pure.

`vlm.option_ranker` weighs them against one another, as `pretrain.matching` teaches it on sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from vlm.field_candidates import LESS_WANTED, candidates
from vlm.field_spans import KINDS, of_kind
from vlm.page_cells import cells_of
from vlm.prose_answers import Prose, Quoted, answers_in, prose_of, quoted
from vlm.prose_names import names_in
from vlm.prose_phrases import places_in, reasons_in
from vlm.prose_questions import Asked, asked
from vlm.prose_ranking import Ranked, ranked
from vlm.sentences import Sentence, sentences_of
from vlm.stems import COMMON
from vlm.types import Box, Word

SHORTEST = 3
"""Words of a sentence at least, for parts of it to be offered."""

MOST_LEADING = 2
"""Small words before others that belong to a phrase: "in the"."""

MOST_SAID = 90
"""Parts that are offered of one sentence."""

LOOKED_AT = 8
"""Sentences in which the rules for running text look for what is wanted."""

SENTENCE_NUMBERS = 15
"""What is known in numbers of a part of a sentence."""

_PHRASE = frozenset(("phrase",))
_CLAUSE = re.compile(r"[^,;()–:]+")
_BEHIND = re.compile(r"[;:,]\s|\s[–-]\s")
_BEFORE = re.compile(r"[,;:.]\s|\s[–-]\s|\s\(")
_JOINS = re.compile(
    r"\b(?:because|since|if|unless|until|till|when|while|that|which|who|where|as|and|but|or|to|for|"
    r"by|weil|da|wenn|falls|sobald|solange|sofern|bis|dass|damit|ob|wie|um|und|aber|oder|sondern|"
    r"als|durch|parce qu(?:e|['’])|puisqu(?:e|['’])|lorsqu(?:e|['’])|quand|jusqu['’]|dès|tant|afin|"
    r"pour|si|qu(?:e|['’])|qui|où|et|mais|ou|par)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")
_EDGES = ".,;:!?()\"'„“”«»"
_EDGE_LEFT, _EDGE_RIGHT = " ,;:", " ,;:."


@dataclass(frozen=True, slots=True)
class Option:
    """Something on a page that may answer a question.

    Attributes:
        text: As the page has it.
        boxes: Of its words, or one around all of them.
        label: Where it stands, "" where it has none.
        over: The heading of its column, or "".
        section: What it stands under, or "".
        before: What its cell or its sentence says before it.
        after: And behind it.
        known: What is known of it in numbers about [0, 1]: `SCALARS` of a value in a cell,
            `SENTENCE_NUMBERS` of a part of a sentence.
        in_sentence: Which of both it is.
    """

    text: str
    boxes: tuple[Box, ...]
    label: str
    over: str
    section: str
    before: str
    after: str
    known: tuple[float, ...]
    in_sentence: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page offers for one question.

    Attributes:
        options: In no order that counts.
        asked: What the question wants.
        quoted: What the rules for running text take for the answer.
    """

    options: tuple[Option, ...]
    asked: Asked
    quoted: Quoted | None


@dataclass(frozen=True, slots=True)
class _Said:
    """A part of a sentence, what stands around it, what it may be, and what is known of it."""

    sentence: int
    text: str
    boxes: tuple[Box, ...]
    before: str
    after: str
    kinds: frozenset[str]
    known: tuple[float, ...]


class PageOptions:
    """A page whose words were put into rows and sentences once for all questions."""

    def __init__(self, words: Sequence[Word], misread: bool = False) -> None:
        """Keep the words.

        Args:
            words: As the page is shown, in any order.
            misread: Whether letters of them may be wrong.
        """
        self.rows = cells_of(words) if words else []
        self.sentences = sentences_of(words)
        self.prose: Prose = prose_of(self.sentences)
        self.misread = misread

    @cached_property
    def _said(self) -> tuple[_Said, ...]:
        return tuple(
            _said(number, sentence, start, end, frozenset(kinds))
            for number, sentence in enumerate(self.sentences)
            if len(sentence.words) >= SHORTEST
            for (start, end), kinds in list(_parts(sentence).items())[:MOST_SAID]
        )

    def of(self, question: str) -> Offer:
        """Return what the page offers for a question.

        Args:
            question: As a person asks it.
        """
        if not self.sentences:
            return Offer((), asked(question), None)
        wanted = asked(question, self.sentences[0].language)
        every = (*self._in_cells(question), *self._in_sentences(wanted))
        best = quoted(question, self.prose, self.misread) if self.prose.exists else None
        return Offer(every, wanted, best)

    def _in_cells(self, question: str) -> Iterator[Option]:
        for one in candidates(question, self.rows, self.misread):
            pair, value = one.pair, one.pair.value
            if _cuts_a_word(value, one.start, one.end):
                continue
            yield Option(
                one.text,
                (one.box,),
                pair.label,
                pair.over,
                pair.section,
                value[: one.start],
                value[one.end :],
                one.scalars,
                in_sentence=False,
            )

    def _in_sentences(self, wanted: Asked) -> Iterator[Option]:
        order = ranked(wanted, self.sentences, self.misread)
        by_number = {one.number: one for one in order}
        typed: dict[tuple[int, str], float] = {}
        for one in order[:LOOKED_AT]:
            for found in answers_in(wanted, one, self.sentences):
                key = (found.sentence.block, found.text)
                typed[key] = max(typed.get(key, 0.0), found.score)
        for said in self._said:
            sentence = self.sentences[said.sentence]
            yield Option(
                said.text,
                said.boxes,
                "",
                "",
                sentence.heading,
                said.before,
                said.after,
                (
                    *_suits(said, wanted, by_number.get(said.sentence)),
                    *said.known,
                    float(self.misread),
                    typed.get((sentence.block, said.text), 0.0),
                ),
                in_sentence=True,
            )


def _said(number: int, sentence: Sentence, start: int, end: int, kinds: frozenset[str]) -> _Said:
    """Return a part of a sentence with what is known of it whatever is asked."""
    text = sentence.text[start:end]
    known = (
        float(bool({"tail", "clause", "joined"} & kinds)),
        float(start > 0),
        float("name" in kinds),
        float(bool(sentence.heading)),
        float("reason" in kinds),
        float(kinds == _PHRASE),
        min(len(text.split()), 10) / 10,
        sum(map(str.isdigit, text)) / max(1, len(text)),
        float(sentence.is_running),
    )
    boxes = tuple(word.box for word in sentence.words_at(start, end))
    return _Said(number, text, boxes, sentence.text[:start], sentence.text[end:], kinds, known)


def _suits(said: _Said, wanted: Asked, rank: Ranked | None) -> tuple[float, ...]:
    """Return how a part of a sentence suits a question."""
    ranks = [number for number, want in enumerate(wanted.wants) if want in said.kinds]
    return (
        rank.own if rank is not None else 0.0,
        rank.score if rank is not None else 0.0,
        LESS_WANTED ** min(ranks) if ranks else 0.0,
        float(not wanted.wants),
    )


def _parts(sentence: Sentence) -> dict[tuple[int, int], set[str]]:
    """Return the parts of a sentence that may be answers, each with what it may be."""
    text, parts = sentence.text, dict[tuple[int, int], set[str]]()

    def add(start: int, end: int, kind: str) -> None:
        while end > start and text[end - 1] in _EDGE_RIGHT:
            end -= 1
        while start < end and text[start] in _EDGE_LEFT:
            start += 1
        if end > start and not _cuts_a_word(text, start, end):
            parts.setdefault((start, end), set()).add(kind)

    for kind in KINDS:
        for start, end in of_kind(kind, text):
            add(start, end, kind)
    for start, end in names_in(text, sentence.language):
        add(start, end, "name")
    for start, end, _ in places_in(text, sentence.language):
        add(start, end, "place")
    for start, end, _ in reasons_in(text):
        add(start, end, "reason")
    for clause in _CLAUSE.finditer(text):
        add(*clause.span(), "clause")
    for start in (0, *(cut.end() for cut in _BEHIND.finditer(text))):
        add(start, len(text), "tail")
    for cut in _BEFORE.finditer(text):
        add(0, cut.start(), "head")
    for clause in _CLAUSE.finditer(text):
        for cut in _JOINS.finditer(text, *clause.span()):
            add(cut.start(), clause.end(), "joined")
            add(cut.end(), clause.end(), "joined")
            add(clause.start(), cut.start(), "joined")
    for clause in _CLAUSE.finditer(text):
        for start, end in _phrases(text, *clause.span(), COMMON[sentence.language]):
            add(start, end, "phrase")
    return parts


def _cuts_a_word(text: str, start: int, end: int) -> bool:
    """Tell whether a part of a text begins or ends inside of a word or a number."""
    return any(
        0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
        for place in (start, end)
    )


def _phrases(text: str, start: int, end: int, small: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the phrases of a clause: runs of telling words, alone and with what leads to them.

    Each run of words that are not small ones, the same with one or two of the small words right
    before it, and all with the next run; each to its end, or to where a word in small letters
    follows one with a capital: "das Dach der Leichenhalle" of "das Dach der Leichenhalle gedeckt".
    """
    words = [(one.start(), one.end()) for one in _WORD.finditer(text, start, end)]
    telling = [text[left:right].casefold().strip(_EDGES) not in small for left, right in words]
    runs = list[tuple[int, int, int]]()  # where the small words before it begin, it, and its end
    lead = first = None
    for number, tells in enumerate([*telling, False]):
        if tells:
            first = number if first is None else first
        elif first is not None:
            runs.append((lead if lead is not None else first, first, number - 1))
            lead, first = number, None
        elif lead is None:
            lead = number
    for number, (before, begin, _) in enumerate(runs):
        begins = {words[one][0] for one in range(max(before, begin - MOST_LEADING), begin + 1)}
        ends = {
            words[end][1]
            for _, first, final in runs[number : number + 2]
            for end in range(first, final + 1)
            if end == final or (text[words[end][0]].isupper() and text[words[end + 1][0]].islower())
        }
        yield from ((left, right) for left in begins for right in ends)
