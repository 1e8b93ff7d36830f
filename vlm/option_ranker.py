"""Weighs what a page offers for a question: at labels, without one, and in sentences.

Small networks that come with the program, trained by `pretrain.matching` on sheets: made-up pages
with questions of lay people. Each word of a question is looked for in all that stands around an
option, by vectors of words that were learned for it, turned anew (Parikh et al., "A Decomposable
Attention Model for Natural Language Inference", sections 3.1 to 3.3, with the best match in place
of a sum); what is found, the likeness of whole texts, the question itself and the numbers of
`vlm.option_numbers` go through two layers. Every option is weighed against the others and against
"not on this page"; the likeliest are read by `vlm.option_reranker`. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from vlm import field_matcher, option_reranker, value_kinds
from vlm.field_matcher import FOLDER, FieldMatcher
from vlm.option_numbers import Around, Seen, around, numbers, standard
from vlm.option_reranker import READ, OptionReranker
from vlm.page_options import Offer, Option, PageOptions
from vlm.text_vectors import TINY, Array, TextVectors
from vlm.types import Box, Word
from vlm.value_kinds import ValueKinds

WEIGHTS = "option-ranker.safetensors"
EVERY = "option-ranker*.safetensors"
"""What a network is saved as, and those that come with the program."""

WORDS = FOLDER / "word-vectors.safetensors"
"""What it knows of words."""

FEWEST = 0.01
"""Probability below which an option is not told of."""

PLACES = 7
"""Texts around an option, see `option_numbers.Around`."""

ASKED, LEAST = 16, -20.0
"""Numbers that a question itself is in, and what is said of no word at least."""

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
        self, weights: Mapping[str, npt.NDArray[np.generic]], vectors: TextVectors
    ) -> None:
        """Keep its weights.

        Args:
            weights: As `pretrain.matching` saves them.
            vectors: Of words, that it was learned with.
        """
        self._w = {name: one.astype(np.float32) for name, one in weights.items()}
        self._by_words = _ByWords(_of(self._w, "words_"), vectors)

    def logits(self, question: str, stands: Around, known: Array) -> Array:
        """Return how likely each option is and, last, that there is no answer, as logarithms.

        Args:
            question: As a person asks it.
            stands: Around the options.
            known: Of each, see `option_numbers.numbers`.

        Returns:
            Float32 of shape (options + 1,).
        """
        own = standard(known, self._w["mean"], self._w["spread"])
        wide = np.concatenate([own, *self._by_words.said(question, stands)], axis=1)
        hidden = np.maximum(_layer(self._w, "first", wide), 0)
        hidden = np.maximum(_layer(self._w, "second", hidden), 0)
        most = np.maximum(_layer(self._w, "none_first", wide.max(axis=0)), 0)
        none = _layer(self._w, "none_out", most)
        return np.append(hidden @ self._w["out"], none).astype(np.float32)


class _ByWords:
    """What words say of a question and of what stands around options."""

    def __init__(self, weights: Mapping[str, Array], vectors: TextVectors) -> None:
        self._w = weights
        # Single words have no values: these are turned as whole texts are.
        whole, single = _of(weights, "text_"), _of(weights, "word_")
        self._texts, self._words = vectors.with_own(whole), vectors.with_own({**whole, **single})

    def said(self, question: str, stands: Around) -> tuple[Array, ...]:
        """Return what is said of its words, likenesses and products of whole texts, and itself.

        Args:
            question: As a person asks it.
            stands: Around the options.

        Returns:
            Numbers of each option, float32 of shape (options, some).
        """
        asked = self._words.words("question", question)
        most, share = self._words.alike(asked, stands.texts)
        most = most[:, stands.places]
        gates = asked[:, -1] / (asked[:, -1].sum() + TINY)
        word = np.concatenate([asked[:, :-1] @ self._w["word_kind"], gates[:, None]], axis=1)
        word = np.broadcast_to(word[:, None], (*most.shape[:2], word.shape[1]))
        seen = np.concatenate([most, most - most.max(axis=1, keepdims=True), word], axis=2)
        hidden = np.maximum(_layer(self._w, "covered", seen), 0)
        told = _layer(self._w, "covered_out", hidden)
        covered = np.einsum("q,qnk->nk", gates, told), told.max(axis=0, initial=LEAST)
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
        itself = np.broadcast_to(whole @ self._w["asked"], (len(stands.values), ASKED))
        return *covered, like, *products, share[stands.places], itself


def _of(weights: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Return the weights whose names begin so, by the rest of their names."""
    return {n.removeprefix(prefix): one for n, one in weights.items() if n.startswith(prefix)}


def _layer(weights: Mapping[str, Array], name: str, x: Array) -> Array:
    return np.asarray(x @ weights[name].T + weights[f"{name}_bias"], np.float32)


class OptionRankers:
    """Several networks that were learned apart, and one that reads what they think likeliest."""

    def __init__(
        self,
        rankers: Sequence[OptionRanker],
        networks: Sequence[FieldMatcher],
        kinds: ValueKinds,
        reranker: OptionReranker,
    ) -> None:
        """Take rankers, the mean of which counts, and what `option_numbers.numbers` asks."""
        self._rankers, self._networks, self._kinds = rankers, networks, kinds
        self._reranker = reranker
        self._last: tuple[PageOptions, Seen] | None = None

    def weigh(self, question: str, page: PageOptions) -> Weighed:
        """Return what a page says for a question.

        Args:
            question: As a person asks it.
            page: It.
        """
        offer = page.of(question)
        if not offer.options:
            return Weighed((), 1.0)
        seen = self._seen(page, offer)
        stands = seen.stands
        known = numbers(question, offer, seen, page)
        logits = np.stack([one.logits(question, stands, known) for one in self._rankers])
        shares = self._read(question, stands, known, logits.mean(axis=0))
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

    def _seen(self, page: PageOptions, offer: Offer) -> Seen:
        """Return what of a page is the same for all questions: looked at once where it was last."""
        last = self._last
        if last is None or last[0] is not page:
            last = self._last = page, Seen(around(offer.options), self._networks, self._kinds)
        return last[1]

    def _read(self, question: str, stands: Around, told: Array, mean: Array) -> Array:
        """Return how likely options are, and that there is no answer, the likeliest read again."""
        known = mean - np.logaddexp.reduce(mean)
        some = np.argsort(-known[:-1])[:READ]
        best = np.append(some, len(known) - 1)
        known[best] = self._reranker.logits(
            question, stands, some.tolist(), told[some], known[best]
        )
        shares = np.exp(known - known.max())
        return np.asarray(shares / shares.sum(), np.float32)


@lru_cache(maxsize=1)
def shipped() -> OptionRankers:
    """Return the networks that come with the program."""
    vectors = TextVectors(load_file(WORDS))
    rankers = [OptionRanker(load_file(one), vectors) for one in sorted(FOLDER.glob(EVERY))]
    reranker = OptionReranker(load_file(option_reranker.WEIGHTS), vectors)
    return OptionRankers(rankers, field_matcher.networks(), value_kinds.shipped(), reranker)


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
