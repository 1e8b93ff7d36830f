"""Weighs what a page offers for a question: at labels, without one, and in sentences.

Small networks that come with the program, trained by `pretrain.matching` on sheets: made-up pages
with questions of lay people. Each word of a question is looked for in all that stands around an
option, by vectors that `vlm.field_matcher` knows, turned anew (Parikh et al., "A Decomposable
Attention Model for Natural Language Inference", sections 3.1 to 3.3, with the best match in place
of a sum); what is found, the likeness of whole texts and the numbers of `vlm.option_numbers` go
through two layers. Every option is weighed against the others and against "not on this page".
Knows no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from vlm import field_matcher, value_kinds
from vlm.field_matcher import FOLDER, FieldMatcher
from vlm.option_numbers import Around, around, numbers
from vlm.page_options import Option, PageOptions
from vlm.text_vectors import TINY, Array, TextVectors
from vlm.types import Box, Word
from vlm.value_kinds import ValueKinds

WEIGHTS = "option-ranker.safetensors"
EVERY = "option-ranker*.safetensors"
"""What a network is saved as, and those that come with the program."""

MOST = 5.0
"""How far a number may be from its mean, in standard deviations."""

FEWEST = 0.01
"""Probability below which an option is not told of."""

PLACES = 7
"""Texts around an option, see `option_numbers.Around`."""

CACHED = 4
"""Pages that are kept in rows and sentences: the next question is often about the same."""


@dataclass(frozen=True, slots=True)
class Likely:
    """What may be the answer.

    Attributes:
        text: As the page has it.
        boxes: Of its words, or one around them.
        share: How likely it is, in (0, 1].
    """

    text: str
    boxes: tuple[Box, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a page says for a question.

    Attributes:
        found: The likeliest first.
        none: How likely it is that the page has no answer, in [0, 1].
    """

    found: tuple[Likely, ...]
    none: float


class OptionRanker:
    """One network."""

    def __init__(
        self, weights: Mapping[str, npt.NDArray[np.generic]], networks: Sequence[FieldMatcher]
    ) -> None:
        """Keep its weights.

        Args:
            weights: As `pretrain.matching` saves them.
            networks: That know words; a ranker may go by those of the first alone.
        """
        self._w = {name: one.astype(np.float32) for name, one in weights.items()}
        self._by_words = [
            _ByWords(own, network.vectors)
            for number, network in enumerate(networks)
            if (own := _of(self._w, f"words_{number}_"))
        ]

    def logits(self, question: str, stands: Around, known: Array) -> Array:
        """Return how likely each option is and, last, that there is no answer, as logarithms.

        Args:
            question: As a person asks it.
            stands: Around the options.
            known: Of each, see `option_numbers.numbers`.

        Returns:
            Float32 of shape (options + 1,).
        """
        own = np.clip((known - self._w["mean"]) / self._w["spread"], -MOST, MOST)
        said = [part for one in self._by_words for part in one.said(question, stands)]
        wide = np.concatenate([own, *said], axis=1)
        hidden = np.maximum(_layer(self._w, "first", wide), 0)
        hidden = np.maximum(_layer(self._w, "second", hidden), 0)
        most = np.maximum(_layer(self._w, "none_first", wide.max(axis=0)), 0)
        none = _layer(self._w, "none_out", most)
        return np.append(hidden @ self._w["out"], none).astype(np.float32)


class _ByWords:
    """What the words of one network say of a question and of what stands around options."""

    def __init__(self, weights: Mapping[str, Array], vectors: TextVectors) -> None:
        self._w = weights
        # Single words have no values: these are turned as whole texts are.
        whole, single = _of(weights, "text_"), _of(weights, "word_")
        self._texts, self._words = vectors.with_own(whole), vectors.with_own({**whole, **single})

    def said(self, question: str, stands: Around) -> tuple[Array, ...]:
        """Return what is said of each word, likenesses and products of whole texts, and more.

        Args:
            question: As a person asks it.
            stands: Around the options.

        Returns:
            Numbers of each option, float32 of shape (options, some).
        """
        asked = self._words.words("question", question)
        most, share = self._words.alike(asked, stands.texts)
        most = most[:, stands.places]
        seen = np.concatenate([most, most - most.max(axis=1, keepdims=True)], axis=2)
        hidden = np.maximum(_layer(self._w, "covered", seen), 0)
        told = _layer(self._w, "covered_out", hidden)
        gates = asked[:, -1] / (asked[:, -1].sum() + TINY)
        covered = np.einsum("q,qnk->nk", gates, told)
        texts = self._texts
        whole = texts.turned("question", texts.sums("question", [question]))[0]
        sums = texts.sums("label", stands.texts)[stands.places]
        joined = np.stack([sums[:, 0] + sums[:, 1], sums[:, :5].sum(axis=1)], axis=1)
        each = np.concatenate([sums, joined], axis=1)
        labels = texts.turned("label", each.reshape(-1, each.shape[-1]))
        labels = labels.reshape(*each.shape[:2], -1)
        values = texts.turned("value", texts.sums("value", stands.values))
        like = np.concatenate([labels @ whole, (values @ whole)[:, None]], axis=1)
        products = [
            (one * whole) @ self._w[f"product_{number}"]
            for number, one in enumerate((labels[:, PLACES], labels[:, PLACES + 1], values))
        ]
        return covered, like, *products, share[stands.places]


def _of(weights: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Return the weights whose names begin so, by the rest of their names."""
    return {n.removeprefix(prefix): one for n, one in weights.items() if n.startswith(prefix)}


def _layer(weights: Mapping[str, Array], name: str, x: Array) -> Array:
    return np.asarray(x @ weights[name].T + weights[f"{name}_bias"], np.float32)


class OptionRankers:
    """Several networks that were learned apart; what they say is the mean of it."""

    def __init__(
        self,
        rankers: Sequence[OptionRanker],
        networks: Sequence[FieldMatcher],
        kinds: ValueKinds,
    ) -> None:
        """Take one or more, and what `option_numbers.numbers` asks."""
        self._rankers, self._networks, self._kinds = rankers, networks, kinds

    def weigh(self, question: str, page: PageOptions) -> Weighed:
        """Return what a page says for a question.

        Args:
            question: As a person asks it.
            page: It.
        """
        offer = page.of(question)
        if not offer.options:
            return Weighed((), 1.0)
        stands = around(offer.options)
        known = numbers(question, offer, page, self._networks, self._kinds)
        logits = np.stack([one.logits(question, stands, known) for one in self._rankers])
        mean = logits.mean(axis=0)
        shares = np.exp(mean - mean.max())
        shares /= shares.sum()
        best: dict[str, tuple[float, Option]] = {}
        whole: dict[str, float] = {}
        for one, share in zip(offer.options, shares.tolist(), strict=False):
            whole[one.text] = whole.get(one.text, 0.0) + share
            if one.text not in best or share > best[one.text][0]:
                best[one.text] = share, one
        found = [
            Likely(text, one.boxes, min(whole[text], 1.0))
            for text, (_, one) in best.items()
            if whole[text] >= FEWEST
        ]
        found.sort(key=lambda one: -one.share)
        return Weighed(tuple(found), float(shares[-1]))


@lru_cache(maxsize=1)
def shipped() -> OptionRankers:
    """Return the networks that come with the program."""
    networks = field_matcher.networks()
    rankers = [OptionRanker(load_file(one), networks) for one in sorted(FOLDER.glob(EVERY))]
    return OptionRankers(rankers, networks, value_kinds.shipped())


@lru_cache(maxsize=CACHED)
def page_of(words: tuple[Word, ...], misread: bool = False) -> PageOptions:
    """Return a page of words, one that was asked for lately as it was.

    Args:
        words: As the page is shown.
        misread: Whether letters of them may be wrong.
    """
    return PageOptions(words, misread)


def weigh(question: str, words: Sequence[Word], misread: bool = False) -> Weighed:
    """Return what the words of a page say for a question.

    Args:
        question: As a person asks it.
        words: As the page is shown.
        misread: Whether letters of them may be wrong.
    """
    return shipped().weigh(question, page_of(tuple(words), misread))
