"""Lays random forms out: labels and values as words with boxes, and what each value tells.

Nothing is drawn: the network that learns from them sees words where a text layer or a reading has
them.
"""

import random
from collections.abc import Callable, Sequence

from pretrain.documents.texts import Language, Writer
from pretrain.matching.bank import LANGUAGES, Concept, Domain
from pretrain.matching.glossary import glossary
from pretrain.matching.lines import COLUMNS, name_of_line
from pretrain.matching.told import GENERAL, Fact, Form
from pretrain.matching.values import value_of
from vlm.types import Box, Word

MISREAD_PAGES, MISREAD = 0.15, 0.04
"""How often letters of a page are wrong, as a model reads them, and how many of them."""

NAMED_LINES = 0.15
"""How often a block is one of lines that no bank has the names of."""

LAST_BLOCK = 0.75
"""How far down the page the last block begins."""

LANGUAGE_WEIGHTS = (5, 3, 3)
MOST_WORDS_OF_VALUE = 10

_LIKE = {
    "o": "0",
    "0": "o",
    "l": "1",
    "1": "l",
    "i": "l",
    "s": "5",
    "5": "s",
    "e": "c",
    "a": "o",
    "n": "m",
    "u": "v",
    "8": "3",
    "r": "n",
    "t": "f",
}


class Drawer:
    """Lays one form out."""

    def __init__(self, rng: random.Random, every: Sequence[Domain], held_out: bool = False) -> None:
        """Choose its language, its domain and its print.

        Args:
            rng: The only source of chance.
            every: The bank.
            held_out: Whether concepts that are kept for measuring may stand there.
        """
        self.rng = rng
        self.writer = Writer(rng)
        self.writer.language = rng.choices(LANGUAGES, LANGUAGE_WEIGHTS)[0]
        self.form = Form(self.writer.language, misread=rng.random() < MISREAD_PAGES)
        self.domain = rng.choice(every)
        self.other = rng.choice(every)
        self.held_out = held_out
        self.letter = rng.uniform(0.0065, 0.0105)
        self.high = rng.uniform(0.008, 0.013)
        self.step = self.high * rng.uniform(1.25, 2.0)
        self.colon = rng.random() < 0.4
        self.capitals = rng.random() < 0.12
        self.right = rng.random() < 0.35

    def drawn(self) -> Form:
        """Return the form."""
        rng, y = self.rng, 0.04
        concepts = self._chosen()
        blocks: list[Callable[[list[Concept], float, float, float], float]]
        blocks = [self._left, self._left, self._inline, self._above, self._four, self._leaders]
        y = self._letterhead(concepts, y)
        while concepts and y < LAST_BLOCK:
            if self.domain.columns and rng.random() < 0.25:
                y = self._table(concepts, y) + self.step
                continue
            if rng.random() < NAMED_LINES:
                y = self._lines(y) + self.step
                continue
            if rng.random() < 0.3 and len(concepts) > 3:  # two beside each other
                some, others = self._taken(concepts), self._taken(concepts)
                y = max(
                    self._block(rng.choice(blocks), some, 0.06, 0.46, y),
                    self._block(rng.choice(blocks), others, 0.54, 0.95, y),
                )
            else:
                right = rng.choice((0.6, 0.95, 0.95))
                y = self._block(rng.choice(blocks), self._taken(concepts), 0.06, right, y)
            y += self.step * rng.uniform(0.3, 1.5)
            if rng.random() < 0.2:
                y = self._sentences(y)
        return self.form

    def _chosen(self) -> list[Concept]:
        """Return the concepts of the form in a random order; none that has another's label."""
        own = [one for one in self.domain.concepts if one.key not in self.domain.columns]
        count = self.rng.randint(min(5, len(own)), len(own))
        some = self.rng.sample(own, count)
        if self.rng.random() < 0.35:
            more = self.other.concepts
            some += self.rng.sample(more, self.rng.randint(1, min(6, len(more))))
        words = glossary().concepts
        if words and self.rng.random() < 0.5:
            some += self.rng.sample(words, self.rng.randint(1, 8))
        taken, result = set[str](), list[Concept]()
        for concept in some:
            labels = {label.casefold() for label in concept.labels[self.form.language]}
            if not taken & labels and (self.held_out or not concept.held_out):
                taken |= labels
                result.append(concept)
        self.rng.shuffle(result)
        return result

    def _taken(self, concepts: list[Concept]) -> list[Concept]:
        count = self.rng.randint(1, min(8, len(concepts))) if concepts else 0
        taken, concepts[:] = concepts[:count], concepts[count:]
        return taken

    def _block(
        self,
        layout: Callable[[list[Concept], float, float, float], float],
        concepts: list[Concept],
        left: float,
        right: float,
        y: float,
    ) -> float:
        if concepts and self.rng.random() < 0.45:
            heads = self.domain.sections.get(self.form.language, ())
            own = heads if heads and self.rng.random() < 0.7 else GENERAL[self.form.language]
            self._put(self.rng.choice(own), left, y)
            y += self.step
        return layout(concepts, left, right, y)

    def _label(self, concept: Concept) -> str:
        text = self.rng.choice(concept.labels[self.form.language])
        if self.capitals:
            text = text.upper()
        chance = self.rng.random()
        if chance < 0.04:
            text = f"{self.rng.randint(1, 30)}{self.rng.choice(('.', ')', ''))} {text}"
        elif chance < 0.07:
            others: list[Language] = [one for one in LANGUAGES if one != self.form.language]
            other = self.rng.choice(others)
            text = f"{text} / {self.rng.choice(concept.labels[other])}"
        return text

    def _fact(
        self, concept: Concept, row: str, x: float, y: float, end: float | None = None
    ) -> float:
        """Put a value; returns where it ends."""
        text = " ".join(value_of(concept, self.writer).split()[:MOST_WORDS_OF_VALUE])
        before = len(self.form.words)
        right = self._put(text, x, y, end)
        words = self.form.words[before:]
        box = Box(words[0].box.x0, words[0].box.y0, words[-1].box.x1, words[-1].box.y1)
        said = " ".join(word.text for word in words)
        self.form.facts.append(Fact(concept, row, said, box))
        return right

    def _put(self, text: str, x: float, y: float, end: float | None = None) -> float:
        """Put words in a line from `x` on, or up to `end`; returns where they end."""
        if end is not None:
            x = max(x, end - len(text) * self.letter)
        for said in text.split():
            word = self._seen(said)
            right = x + len(said) * self.letter
            y = min(y, 1 - self.high)  # what is below the page stands on its last line
            self.form.words.append(Word(word, Box(min(x, 0.99), y, min(right, 1.0), y + self.high)))
            x = right + self.letter
        return x - self.letter

    def _seen(self, word: str) -> str:
        return misread(word, self.rng, MISREAD) if self.form.misread else word

    def _left(self, concepts: list[Concept], left: float, right: float, y: float) -> float:
        """Labels in a column, values in the next, aligned left or right."""
        named = [(self._label(one), one) for one in concepts]
        widest = max((len(label) for label, _ in named), default=0) * self.letter
        tab = min(left + widest + self.rng.uniform(0.03, 0.12), right - 0.1)
        for label, concept in named:
            ends = self._put(label + ":" * self.colon, left, y)
            x = max(tab, ends + 3 * self.letter)
            self._fact(concept, "", x, y, right if self.right else None)
            y += self.step
        return y

    def _inline(self, concepts: list[Concept], left: float, right: float, y: float) -> float:
        """A label, a colon, and its value behind."""
        for concept in concepts:
            ends = self._put(self._label(concept) + ":", left, y)
            self._fact(concept, "", ends + self.letter, y)
            y += self.step
        return y

    def _leaders(self, concepts: list[Concept], left: float, right: float, y: float) -> float:
        """A label, dots, and its value."""
        for concept in concepts:
            label = self._label(concept)
            dots = max(4, int((right - left) / self.letter) - len(label) - 14)
            ends = self._put(f"{label} {'.' * dots}", left, y)
            self._fact(concept, "", ends + self.letter, y)
            y += self.step
        return y

    def _above(self, concepts: list[Concept], left: float, right: float, y: float) -> float:
        """Labels in a row, the values below them."""
        columns = self.rng.randint(1, 4 if right - left > 0.6 else 2)
        wide = (right - left) / columns
        for start in range(0, len(concepts), columns):
            some = concepts[start : start + columns]
            for number, concept in enumerate(some):
                label = self._label(concept)[: max(6, int(wide / self.letter) - 3)]
                self._put(label, left + number * wide, y)
            y += self.high * self.rng.uniform(1.05, 1.4)
            for number, concept in enumerate(some):
                self._fact(concept, "", left + number * wide, y)
            y += self.step * 1.2
        return y

    def _four(self, concepts: list[Concept], left: float, right: float, y: float) -> float:
        """Two labels with their values in each row."""
        half = (right - left) / 2
        for number, concept in enumerate(concepts):
            x = left + (number % 2) * half
            ends = self._put(self._label(concept) + ":" * self.colon, x, y)
            self._fact(concept, "", max(x + half * 0.5, ends + 3 * self.letter), y)
            if number % 2 or number == len(concepts) - 1:
                y += self.step
        return y

    def _table(self, concepts: list[Concept], y: float) -> float:
        """Named rows below the headings of columns."""
        by_key = {one.key: one for one in self.domain.concepts}
        heads = [by_key[key] for key in self.domain.columns if key in by_key]
        names = list(self.domain.rows.get(self.form.language, ()))
        heads = [one for one in heads if self.held_out or not one.held_out][:5]
        if not heads or not names:
            return self._left(self._taken(concepts), 0.06, 0.9, y)
        self.rng.shuffle(names)
        first = self.rng.choice(("", "Item", "Description", "Pos.", "Bezeichnung", "Désignation"))
        wide = 0.6 / len(heads)
        self._put(first, 0.06, y)
        ends = [0.35 + (number + 1) * wide for number in range(len(heads))]
        for concept, end in zip(heads, ends, strict=True):
            label = self._label(concept)[: int(wide / self.letter) - 3]
            self._put(label, end - wide, y, end)
        for name in names[: self.rng.randint(1, 6)]:
            y += self.step
            shown = name[: int(0.27 / self.letter)]
            self._put(shown, 0.06, y)
            for concept, end in zip(heads, ends, strict=True):
                if self.rng.random() < 0.9:
                    self._fact(concept, shown, end - wide + 2 * self.letter, y, end)
        self.domain = Domain(self.domain.name, self.domain.concepts, self.domain.sections)
        return y + self.step

    def _lines(self, y: float) -> float:
        """Lines with names of their own, a kind of value in each of some columns."""
        heads = self.rng.sample(COLUMNS, self.rng.choice((1, 1, 2, 3)))
        wide = 0.55 / len(heads)
        ends = [0.4 + (number + 1) * wide for number in range(len(heads))]
        if len(heads) > 1 or self.rng.random() < 0.5:
            for concept, end in zip(heads, ends, strict=True):
                self._put(self._label(concept)[: int(wide / self.letter) - 3], end - wide, y, end)
            y += self.step
        for name in dict.fromkeys(name_of_line(self.writer) for _ in range(self.rng.randint(2, 7))):
            shown = name[: int(0.32 / self.letter)].strip()
            self._put(shown, 0.06, y)
            for concept, end in zip(heads, ends, strict=True):
                self._fact(concept, shown, end - wide + 2 * self.letter, y, end)
            y += self.step
        return y

    def _letterhead(self, concepts: list[Concept], y: float) -> float:
        """Some of the names and places without any label, as at the head of letters and cards."""
        loose = [one for one in concepts if one.kind in ("company", "name", "place", "mail", "web")]
        for concept in loose:
            if self.rng.random() < 0.25:
                concepts.remove(concept)
                self._fact(concept, "", self.rng.choice((0.06, 0.06, 0.6)), y)
                y += self.step
        if self.rng.random() < 0.5:
            self._put(self.domain.name.split("-")[0].capitalize(), 0.06, y)
            y += self.step
        return y + self.step

    def _sentences(self, y: float) -> float:
        for _ in range(self.rng.randint(1, 3)):
            self._put(self.writer.sentence(self.rng.randint(30, 80)), 0.06, y)
            y += self.step
        return y


def misread(word: str, rng: random.Random, share: float) -> str:
    """Return a word of which so large a share of letters is taken for others."""
    wrong = (_LIKE.get(one.lower(), one) if rng.random() < share else one for one in word)
    return "".join(wrong)
