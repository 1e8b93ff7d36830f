"""Tells how much of a question the words of a label say: the same or like ones. Pure.

Headings of columns and of sections count as well. What no word tells is for `vlm.field_matcher`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vlm.label_pairs import Pair
from vlm.prose_questions import Asked
from vlm.prose_ranking import Said, alike, said_in
from vlm.question_words import FORMS, LIGHT_WORDS
from vlm.stems import COMMON, Language

ROW, COLUMN, SECTION = 1.0, 0.9, 0.5
"""What a word of a question counts in a label, over the column, and in the heading of a section."""

SHAPE_WORD, LIGHT = 0.3, 0.2
"""What is left of the weight of a word that says what an answer looks like, such as "number" or
"date", and of a verb that goes with anything."""

UNASKED = 0.35
"""What a label loses at most for words that the question has not."""

UNSAID, VERB = 0.6, 0.4
"""Weight of a word that no label has, beside that of one that a single one has, and what is left
for a verb: forms name things, and people say what is done with them."""

SAID = 0.5
"""What a word of a label counts at least to be one of the question's."""

_LETTER = {"t": "tel", "f": "fax", "m": "mobile", "e": "mail", "w": "web"}
"""What a letter alone stands for on cards and letterheads."""


class Wording:
    """How the labels of a page say what one question asks."""

    def __init__(
        self, wanted: Asked, pairs: Sequence[Pair], theirs: Language, misread: bool
    ) -> None:
        """Look at every label.

        Args:
            wanted: The question.
            pairs: Of the page.
            theirs: Its language.
            misread: Whether letters of it may be wrong.
        """
        self._wanted, self._misread = wanted, misread
        self._theirs: Language = theirs
        self._best: dict[str, dict[str, float]] = {}
        self._asked: dict[str, float] = {}
        labels = {pair.label for pair in pairs}
        self._weights = {word: self._weight(word, labels) for word in wanted.about}
        self._all = sum(self._weights.values())

    def of(self, pair: Pair) -> float:
        """Return how much of the question a label and its headings say, and how little else.

        Returns:
            In [0, 1]; 0 where the label itself has no word of it.
        """
        own = self._of(pair.label)
        if max(own.values(), default=0.0) < SAID:
            return 0.0
        return self._share(pair) * (1 - UNASKED * (1 - self._asked_in(pair.label)))

    def around(self, pair: Pair) -> float:
        """Return the same share where the headings alone may say it, in [0, 1]."""
        return self._share(pair) if self._all else 0.0

    def _share(self, pair: Pair) -> float:
        parts = ((pair.label, ROW), (pair.over, COLUMN), (pair.section, SECTION))
        each = [(self._of(text), counts) for text, counts in parts if text]
        covered = sum(
            weight * max((counts * some[word] for some, counts in each), default=0.0)
            for word, weight in self._weights.items()
        )
        return covered / self._all

    def _weight(self, word: str, labels: set[str]) -> float:
        """Return what a word of the question weighs: more the fewer labels have it."""
        count = sum(self._of(label)[word] > SAID for label in labels)
        rare = math.log((len(labels) + 1) / count) if count else UNSAID * math.log(len(labels) + 1)
        verb = VERB if word in self._wanted.verbs else 1.0
        left = LIGHT if word in LIGHT_WORDS else SHAPE_WORD if word in FORMS else verb
        return max(0.4, rare) * left

    def _of(self, text: str) -> dict[str, float]:
        """Return what a text counts for each word of the question."""
        if text not in self._best:
            said = _said(text)
            self._best[text] = {word: self._most(word, said) for word in self._wanted.about}
        return self._best[text]

    def _most(self, word: str, said: Sequence[Said]) -> float:
        mine, theirs = self._wanted.language, self._theirs
        each = (alike(word, mine, one.word, theirs, self._misread) for one in said)
        return max(each, default=0.0)

    def _asked_in(self, label: str) -> float:
        """Return the share of a label's words that the question has."""
        if label not in self._asked:
            words = [one for one in _said(label) if one.word not in COMMON[self._theirs]]
            hit = sum(
                max(self._most(word, [one]) for word in self._weights) > SAID for one in words
            )
            self._asked[label] = hit / max(1, len(words))
        return self._asked[label]


def _said(text: str) -> list[Said]:
    """Return the words of a label; one that is a letter is what it stands for."""
    said = said_in(text)
    if len(said) == 1 and said[0].word in _LETTER:
        return [Said(_LETTER[said[0].word], said[0].start, said[0].end)]
    return said
