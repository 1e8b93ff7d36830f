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
from vlm.text_vectors import Array, TextVectors

FOLDER = Path(assets.__file__).parent / "matcher"
WEIGHTS = "field-matcher.safetensors"
EVERY = "field-matcher*.safetensors"
"""What a network is saved as, and those that come with the program."""

LEAST = 1e-9
"""What probabilities are larger by, that none is log 0."""

ALONE = ("own", "joint", "like", "hidden", "hidden_bias", "out", "none")
"""Weights that are no role's."""

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
        self.vectors = TextVectors(weights)
        self._w = {name: weights[name].astype(np.float32) for name in ALONE}

    def weigh(self, question: str, found: Sequence[Candidate]) -> Weighed:
        """Return how likely each candidate is the answer to a question.

        Args:
            question: As a person asks it.
            found: Of the page, see `field_candidates.candidates`.
        """
        if not found:
            return Weighed(np.zeros(0, np.float32), 1.0)
        pairs = [one.pair for one in found]
        label, over, section = (
            self.vectors.sums("label", texts)
            for texts in zip(*((one.label, one.over, one.section) for one in pairs), strict=True)
        )
        value = self.vectors.sums("value", [one.text for one in found])
        scalars = np.array([one.scalars for one in found], np.float32)
        asked = self.asked(question)
        logits = self.logits(asked, self.told(label, over, section, value), scalars)
        every = np.append(logits, 0.0)
        shares = np.exp(every - every.max())
        shares /= shares.sum()
        return Weighed(shares[:-1], float(shares[-1]))

    def asked(self, question: str) -> Array:
        """Return the vector of a question, float32 (width,)."""
        sums = self.vectors.sums("question", [question])
        return np.asarray(self.vectors.turned("question", sums)[0], np.float32)

    def told(self, label: Array, over: Array, section: Array, value: Array) -> Array:
        """Return the vectors of what is known of candidates.

        Args:
            label: Sums of their labels, see `TextVectors.sums`.
            over: Of the headings of their columns.
            section: Of those of their sections.
            value: Of what stands there.

        Returns:
            Of label, heading, section, label and heading, label and section, and value; float32 of
            shape (6, candidates, width).
        """
        labels = np.stack([label, over, section, label + over, label + section])
        flat = labels.reshape(-1, labels.shape[-1])
        turned = self.vectors.turned("label", flat).reshape(*labels.shape[:2], -1)
        return np.concatenate([turned, self.vectors.turned("value", value)[None]])

    def logits(self, asked: Array, told: Array, scalars: Array) -> Array:
        """Return how much likelier each candidate is than that there is none, as a logarithm.

        Args:
            asked: Vector of the question.
            told: See `told`.
            scalars: Of each candidate, float32 (candidates, SCALARS).

        Returns:
            Float32 of shape (candidates,).
        """
        parts = [np.einsum("knw,w->nk", told, asked)]
        parts += [
            (told[number] * asked) @ self._w[name]
            for number, name in ((0, "own"), (3, "joint"), (5, "like"))
        ]
        wide = np.concatenate([*parts, scalars], axis=1)
        hidden = np.maximum(wide @ self._w["hidden"] + self._w["hidden_bias"], 0)
        return np.asarray(hidden @ self._w["out"] - self._w["none"][0], np.float32)


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
def networks() -> tuple[FieldMatcher, ...]:
    """Return the networks that come with the program."""
    return tuple(FieldMatcher(load_file(one)) for one in sorted(FOLDER.glob(EVERY)))


@lru_cache(maxsize=1)
def shipped() -> FieldMatchers:
    """Return them as one."""
    return FieldMatchers(networks(), value_kinds.shipped())
