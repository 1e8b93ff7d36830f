"""Finds the label that a question means, also where it has none of the question's words.

Small networks that come with the program, trained by `pretrain.matching` on the names that
documents of everyday life have for things and on the ways people ask for them. A question, a label
with its headings and a value are each the mean of the vectors of their words, weighed by a gate of
their own; how like they are, and what `vlm.field_candidates` knows besides, goes through one hidden
layer. Every candidate of the page is weighed against the others and against "none of these".
Knows no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

import assets
from vlm import value_kinds
from vlm.field_candidates import Candidate
from vlm.match_texts import Cut, Role, units

_Key = tuple[Role, str, str]
Array = npt.NDArray[np.float32]

FOLDER = Path(assets.__file__).parent / "matcher"
WEIGHTS = "field-matcher.safetensors"
EVERY = "field-matcher*.safetensors"
"""What a network is saved as, and those that come with the program."""

GRAMS = "grams"
"""Name of the lengths of runs of letters among the weights."""

NOTHING = 0.1
"""What is added to the sum of the gates, so that a text of words that say nothing is near zero."""

TINY, LEAST = 1e-6, 1e-9
"""What lengths are longer by, and probabilities larger, that nothing is divided by or is log 0."""

REMEMBERED = 20_000
"""Texts whose vectors are kept: the next question about a page has most of them."""


HEED, DOUBT, NEITHER = 0.7, 0.1, 0.3
"""What the kind of a value counts beside one network, how likely it is of any kind besides, and how
likely what is asked for is of another kind than all that the page offers."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """How likely each candidate is.

    Attributes:
        shares: Probabilities, float32 of shape (candidates,).
        none: That of there being no answer; all add up to 1.
    """

    shares: Array
    none: float


class FieldMatcher:
    """The network, with what it made of texts so far."""

    def __init__(self, weights: dict[str, npt.NDArray[np.generic]]) -> None:
        """Keep its weights.

        Args:
            weights: As `pretrain.matching` saves them; the table of vectors in 8 bits.
        """
        self._table = weights["table"].astype(np.int8)
        self._scales = weights["scales"].astype(np.float32)
        self._cut = Cut(len(self._table), tuple(weights[GRAMS].tolist()))
        self._w = {
            name: one.astype(np.float32)
            for name, one in weights.items()
            if name not in ("table", "scales", GRAMS)
        }
        self._known: dict[_Key, Array] = {}

    def weigh(self, question: str, found: Sequence[Candidate]) -> Weighed:
        """Return how likely each candidate is the answer to a question.

        Args:
            question: As a person asks it.
            found: Of the page, see `field_candidates.candidates`.
        """
        if not found:
            return Weighed(np.zeros(0, np.float32), 1.0)
        logits = self._logits(question, found)
        every = np.append(logits, self._w["none"][0])
        shares = np.exp(every - every.max())
        shares /= shares.sum()
        return Weighed(shares[:-1], float(shares[-1]))

    def _logits(self, question: str, found: Sequence[Candidate]) -> Array:
        asked = self._vectors([("question", question, "")])[0]
        pairs = [one.pair for one in found]
        label = self._vectors([("label", one.label, "") for one in pairs])
        joint = self._vectors([("label", one.label, one.over) for one in pairs])
        value = self._vectors([("value", one.text, "") for one in found])
        told = [
            label,
            self._vectors([("label", one.over, "") for one in pairs]),
            self._vectors([("label", one.section, "") for one in pairs]),
            joint,
            self._vectors([("label", one.label, one.section) for one in pairs]),
            value,
        ]
        parts = [np.stack([one @ asked for one in told], axis=1)]
        parts += [
            (one * asked) @ self._w[name]
            for one, name in ((label, "own"), (joint, "joint"), (value, "like"))
        ]
        parts.append(np.array([one.scalars for one in found], np.float32))
        hidden = np.concatenate(parts, axis=1) @ self._w["hidden"] + self._w["hidden_bias"]
        return np.asarray(np.maximum(hidden, 0) @ self._w["out"], np.float32)

    def _vectors(self, keys: Sequence[_Key]) -> Array:
        """Return the vector of each text, or of two as one, of length 1 or 0: (texts, width)."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        for key in dict.fromkeys(keys):
            if key not in self._known:
                self._known[key] = self._vector(*key)
        return np.stack([self._known[key] for key in keys])

    def _vector(self, role: Role, *texts: str) -> Array:
        some = [unit for text in texts for unit in units(text, role, self._cut)]
        if not some:
            return np.zeros(self._table.shape[1], np.float32)
        rows = np.concatenate([np.array(one) for one in some])
        vectors = self._table[rows] * self._scales[rows, None]
        lengths = np.array([len(one) for one in some])
        starts = np.cumsum(lengths) - lengths
        words = np.add.reduceat(vectors, starts, axis=0) / lengths[:, None]
        gates = np.logaddexp(0, words @ self._w[f"gate_{role}"] + self._w[f"bias_{role}"][0])
        mean = (gates @ words) / (gates.sum() + NOTHING)
        turned = mean @ self._w[f"turn_{role}"]
        return np.asarray(turned / (np.sqrt(turned @ turned) + TINY), np.float32)


class FieldMatchers:
    """Several networks that were learned apart: what each of them doubts counts less.

    Their probabilities are multiplied, see Hinton, "Training products of experts by minimizing
    contrastive divergence", section 1, and the root is taken of that for as many. What is not of
    the kind that is asked for is less likely.
    """

    def __init__(self, networks: Sequence[FieldMatcher], kinds: value_kinds.ValueKinds) -> None:
        """Take one network or more, and what knows kinds of values."""
        self._networks, self._kinds = networks, kinds

    def weigh(self, question: str, found: Sequence[Candidate]) -> Weighed:
        """Do as each network does, see `FieldMatcher.weigh`."""
        every = [one.weigh(question, found) for one in self._networks]
        logs = np.log(np.stack([np.append(one.shares, one.none) for one in every]) + LEAST)
        suit = self._kinds.suit(question, [one.text for one in found])
        kinds = np.log(np.append(suit + DOUBT, NEITHER))
        mean = np.exp(logs.mean(axis=0) + HEED * kinds)
        mean /= mean.sum()
        return Weighed(mean[:-1].astype(np.float32), float(mean[-1]))


@lru_cache(maxsize=1)
def shipped() -> FieldMatchers:
    """Return the networks that come with the program."""
    files = sorted(FOLDER.glob(EVERY))
    return FieldMatchers([FieldMatcher(load_file(one)) for one in files], value_kinds.shipped())
