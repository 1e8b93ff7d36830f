"""Gives questions, labels and values the vectors that a network of `pretrain.matching` has learned.

A text is the mean of the vectors of its words, weighed by a gate of their own, then turned by what
it is: a question, a label or a value. Knows no torch.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from vlm.match_texts import ROLES, Cut, Role, Unit, single_words, units

Array = npt.NDArray[np.float32]

GRAMS = "grams"
"""Name of the lengths of runs of letters among the weights."""

NOTHING = 0.1
"""What is added to the sum of the gates, so that a text of words that say nothing is near zero."""

TINY = 1e-6
"""What lengths are longer by, that nothing is divided by 0."""

REMEMBERED = 40_000
"""Texts and words whose vectors are kept: the next question about a page has most of them."""


class TextVectors:
    """A table of vectors, gates and turns, with what they made of texts so far."""

    def __init__(self, weights: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Keep the weights.

        Args:
            weights: As `pretrain.matching` saves them; the table of vectors in 8 bits.
        """
        self._table = weights["table"].astype(np.int8, copy=False)
        self._scales = weights["scales"].astype(np.float32)
        self.cut = Cut(len(self._table), tuple(weights[GRAMS].tolist()))
        self._units: dict[Unit, Array] = {}
        own = {name: one for name, one in weights.items() if name.startswith(_OWN)}
        self._take({name: one.astype(np.float32) for name, one in own.items()})

    def _take(self, weights: Mapping[str, Array]) -> None:
        """Keep gates and turns; what was made of texts with others is forgotten."""
        self._gates = {
            role: (weights[f"gate_{role}"], float(weights[f"bias_{role}"][0])) for role in ROLES
        }
        self._turns = {role: weights[f"turn_{role}"] for role in ROLES}
        self._sums: dict[tuple[Role, str], Array] = {}
        self._words: dict[tuple[Role, str], Array] = {}

    def with_own(self, weights: Mapping[str, Array]) -> TextVectors:
        """Return the same table of words with other gates and turns.

        Args:
            weights: For each role, as `pretrain.matching` saves them: ``gate_question`` and so on.
        """
        own = copy.copy(self)
        own._take(weights)  # noqa: SLF001 - its own class
        return own

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        return int(self._table.shape[1])

    def sums(self, role: Role, texts: Sequence[str]) -> Array:
        """Return for each text the sum of its words by their gates and, last, that of the gates.

        The sum for two texts as one is the sum of theirs.

        Returns:
            Float32 of shape (texts, width + 1).
        """
        for text in dict.fromkeys(texts):
            if (role, text) not in self._sums:
                self._sums[role, text] = self._sum(role, text)
        found = np.stack([self._sums[role, text] for text in texts])
        if len(self._sums) > REMEMBERED:
            self._sums.clear()
        return found

    def turned(self, role: Role, sums: Array) -> Array:
        """Return the vectors of texts from their sums, each of length 1, or 0 without words.

        Args:
            role: What they are.
            sums: Float32 of shape (texts, width + 1).

        Returns:
            Float32 of shape (texts, width).
        """
        mean = sums[:, :-1] / (sums[:, -1:] + NOTHING)
        return _of_length_1(np.asarray(mean @ self._turns[role], np.float32))

    def words(self, role: Role, text: str) -> Array:
        """Return the vector of each single word of a text, of length 1, and its gate last.

        Returns:
            Float32 of shape (words, width + 1).
        """
        if len(self._words) > REMEMBERED:
            self._words.clear()
        if (role, text) not in self._words:
            own = self.of_units(single_words(text, self.cut))
            self._words[role, text] = self.turned_words(role, own)
        return self._words[role, text]

    def of_units(self, some: Sequence[Unit]) -> Array:
        """Return the vectors of units as the table has them, float32 of shape (units, width)."""
        if not some:
            return np.zeros((0, self.width), np.float32)
        if len(self._units) > REMEMBERED:
            self._units.clear()
        for unit in some:
            if unit not in self._units:
                rows = np.array(unit)
                vectors = self._table[rows] * self._scales[rows, None]
                self._units[unit] = vectors.mean(axis=0)
        return np.stack([self._units[unit] for unit in some]).astype(np.float32, copy=False)

    def turned_words(self, role: Role, vectors: Array) -> Array:
        """Return vectors of single words turned, of length 1, and the gate of each last.

        Args:
            role: Of which text they are.
            vectors: As the table has them, float32 of shape (words, width).

        Returns:
            Float32 of shape (words, width + 1).
        """
        turned = _of_length_1(np.asarray(vectors @ self._turns[role], np.float32))
        return np.concatenate([turned, self._gates_of(role, vectors)], axis=1)

    def alike(self, asked: Array, texts: Sequence[str]) -> tuple[Array, Array]:
        """Return how much texts say of a question's words, and how much of theirs it asks.

        Args:
            asked: Its words, see `words`.
            texts: Labels and the like, one or more.

        Returns:
            The largest likeness of each word of the question to one of each text, float32 of shape
            (words, texts), and the mean, by their gates, of that of each text's words to one of the
            question's, float32 of shape (texts,); all in [0, 1].
        """
        each = [self.words("label", text) for text in texts]
        counts = np.array([len(one) for one in each])
        most = np.zeros((len(asked), len(texts)), np.float32)
        share = np.zeros(len(texts), np.float32)
        if not len(asked) or not counts.any():
            return most, share
        theirs = np.concatenate(each)
        likeness = np.maximum(asked[:, :-1] @ theirs[:, :-1].T, 0)
        some = counts > 0
        starts = (np.cumsum(counts) - counts)[some]
        most[:, some] = np.maximum.reduceat(likeness, starts, axis=1)
        gates = theirs[:, -1]
        weighed = np.add.reduceat(likeness.max(axis=0) * gates, starts)
        share[some] = weighed / (np.add.reduceat(gates, starts) + NOTHING)
        return most, share

    def _sum(self, role: Role, text: str) -> Array:
        gated = self._gated(role, units(text, role, self.cut) if text else ())
        return np.append(gated[:, -1] @ gated[:, :-1], gated[:, -1].sum()).astype(np.float32)

    def _gated(self, role: Role, some: Sequence[Unit]) -> Array:
        """Return the vectors of units as the table has them, and the gate of each last."""
        vectors = self.of_units(some)
        return np.concatenate([vectors, self._gates_of(role, vectors)], axis=1)

    def _gates_of(self, role: Role, vectors: Array) -> Array:
        weights, bias = self._gates[role]
        return np.asarray(np.logaddexp(0, vectors @ weights + bias)[:, None], np.float32)


_OWN = ("gate_", "bias_", "turn_")


def _of_length_1(vectors: Array) -> Array:
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True)) + TINY
    return np.asarray(vectors / lengths, np.float32)
