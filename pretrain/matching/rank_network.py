"""The network of `vlm.option_ranker` in torch, to be learned, and pages for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn

from pretrain.matching.cuttings import Bags, Cuttings, Rows, Words, cut_into_words
from pretrain.matching.network import of_length_1
from pretrain.matching.word_network import thinned
from vlm.match_texts import ROLES, Cut, Role, single_words, units
from vlm.option_numbers import FAR, Around
from vlm.option_ranker import ASKED, LEAST, PLACES, WEIGHTS, WORDS
from vlm.text_vectors import GRAMS, NOTHING, TINY

SEEN, COVERED, TOLD, NONE = 32, 16, 24, 24
"""Numbers that are made of what is found of a word, of what that says, of two texts multiplied, and
of "none"."""

KIND = 8
"""Numbers that tell of which kind a word of a question is."""

HIDDEN = 64
"""Numbers of the first hidden layer, half as many of the second."""

JOINED = 2
"""Texts that are made of several of an option's."""

DROPPED = 0.1
"""Share of the hidden numbers that are not seen while learning."""

FEW = 2
"""Words of a question of which none is left out."""

LOW = -1e9
"""A logarithm of nothing."""


@dataclass
class AskedPage:
    """A page, what it offers, and questions about it.

    Attributes:
        name: Of its sheet.
        questions: About it.
        stands: What is around its options, the same for all questions.
        known: See `vlm.option_numbers.numbers`, float16 of shape (questions, options, numbers).
        right: Whether an option answers, bool of shape (questions, options).
        answers: Texts that are right; none where the page has none.
        cuttings: Its texts, where they were cut before.
    """

    name: str
    questions: list[str]
    stands: Around
    known: npt.NDArray[np.float16]
    right: npt.NDArray[np.bool_]
    answers: list[tuple[str, ...]]
    cuttings: Cuttings | None = field(default=None, compare=False)

    @property
    def places(self) -> Tensor:
        """Of texts around options, int64 of shape (options, PLACES)."""
        return torch.from_numpy(self.stands.places)


class ByWords(nn.Module):
    """What words say, whose vectors stay as they are."""

    def __init__(self, words: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Begin with the gates and turns that the vectors were learned with.

        Args:
            words: As `pretrain.matching.words` saves them.
        """
        super().__init__()
        self.cut = Cut(len(words["table"]), tuple(words[GRAMS].tolist()))
        scales = words["scales"].astype(np.float32)[:, None]
        self._table = words["table"].astype(np.float32) * scales

        def own(name: str, roles: Sequence[Role]) -> nn.Parameter:
            every = np.stack([words[f"{name}_{role}"] for role in roles]).astype(np.float32)
            return nn.Parameter(torch.from_numpy(every))

        self.text_gate, self.text_bias, self.text_turn = (
            own(name, ROLES) for name in ("gate", "bias", "turn")
        )
        self.word_gate, self.word_bias, self.word_turn = (
            own(name, ROLES[:2]) for name in ("gate", "bias", "turn")
        )
        width = self._table.shape[1]
        self.word_kind = nn.Parameter(torch.randn(width, KIND) * 0.1)
        self.covered = nn.Linear(2 * PLACES + KIND + 1, SEEN)
        self.covered_out = nn.Linear(SEEN, COVERED)
        self.asked = nn.Parameter(torch.randn(width, ASKED) * 0.3)
        self.products = nn.ParameterList(
            [nn.Parameter(torch.randn(width, TOLD) * 0.1) for _ in range(JOINED + 1)]
        )

    def forward(self, page: AskedPage, rng: np.random.Generator | None) -> tuple[Tensor, ...]:
        """Return what words say, see `vlm.option_ranker`: (questions, options, some) each."""
        seen, stands = self._cuttings(page), page.stands
        words = Words()
        whole = words.bags(
            [thinned(units(one, "question", self.cut), rng, FEW) for one in page.questions]
        )
        single = words.bags(
            [thinned(single_words(one, self.cut), rng, FEW) for one in page.questions]
        )
        count = len(seen.words.lengths)
        for one in (whole, single):
            one.words += count
        vectors = self._vectors(seen.words, words.rows())
        labels, theirs, values = seen.labels, seen.theirs, seen.values
        covered, share = self._covered(vectors, single, theirs, page)
        asked = self._turned(0, self._sums(0, vectors, whole))
        sums = self._sums(1, vectors, labels)[page.places]
        joined = torch.stack([sums[:, 0] + sums[:, 1], sums[:, :5].sum(1)], 1)
        each = self._turned(1, torch.cat([sums, joined], 1))
        value = self._turned(2, self._sums(2, vectors, values))
        like = torch.cat(
            [torch.einsum("nkw,qw->qnk", each, asked), (asked @ value.T)[..., None]], 2
        )
        told = (each[:, PLACES], each[:, PLACES + 1], value)
        products = [
            (asked[:, None] * one[None]) @ turn
            for one, turn in zip(told, self.products, strict=True)
        ]
        itself = (asked @ self.asked)[:, None].expand(-1, len(stands.values), -1)
        return *covered, like, *products, share, itself

    def _cuttings(self, page: AskedPage) -> Cuttings:
        if page.cuttings is None:
            with torch.inference_mode(mode=False):  # to be learned from later, too
                page.cuttings = cut_into_words(page.stands, self.cut)
        return page.cuttings

    def _vectors(self, *some: Rows) -> Tensor:
        """Return the mean of the rows of each word, (words, width)."""
        lengths = np.concatenate([one.lengths for one in some])
        rows = np.concatenate([one.rows for one in some])
        sums = np.add.reduceat(self._table[rows], np.cumsum(lengths) - lengths)
        return torch.from_numpy(sums / lengths[:, None]).float()

    def _sums(self, role: int, vectors: Tensor, bags: Bags) -> Tensor:
        """Return the sum of each text's words by their gates and, last, that of the gates."""
        some = vectors[bags.words]
        gates = nn.functional.softplus(some @ self.text_gate[role] + self.text_bias[role, 0])
        gated = torch.cat([some * gates[:, None], gates[:, None]], 1)
        return vectors.new_zeros(bags.count, gated.shape[1]).index_add(0, bags.text_of, gated)

    def _turned(self, role: int, sums: Tensor) -> Tensor:
        return of_length_1((sums[..., :-1] / (sums[..., -1:] + NOTHING)) @ self.text_turn[role])

    def weights(self) -> dict[str, Tensor]:
        """Return what was learned, as `vlm.option_ranker` reads it."""
        weights: dict[str, Tensor] = {}
        for kind, roles in (("text", ROLES), ("word", ROLES[:2])):
            for part in ("gate", "bias", "turn"):
                every = getattr(self, f"{kind}_{part}")
                weights |= {f"{kind}_{part}_{role}": every[n] for n, role in enumerate(roles)}
        for layer in ("covered", "covered_out"):
            weights |= _of_layer(layer, getattr(self, layer))
        weights |= {"word_kind": self.word_kind, "asked": self.asked}
        return weights | {f"product_{number}": one for number, one in enumerate(self.products)}

    def _covered(
        self, vectors: Tensor, asked: Bags, theirs: Bags, page: AskedPage
    ) -> tuple[tuple[Tensor, Tensor], Tensor]:
        """Return what is said of the questions' words, and the share of texts that they ask.

        Returns:
            Float32 of shape (questions, options, COVERED), the mean over the words and the most of
            them, and (questions, options, PLACES).
        """
        gates = [
            nn.functional.softplus(vectors @ self.word_gate[role] + self.word_bias[role, 0])
            for role in (0, 1)
        ]
        mine, others = (of_length_1(vectors @ self.word_turn[role]) for role in (0, 1))
        likeness = (mine[asked.words] @ others.T).clamp_min(0)
        most = likeness.new_zeros(len(asked.words), theirs.count)
        index = theirs.text_of.expand(len(asked.words), -1)
        most = most.scatter_reduce(1, index, likeness[:, theirs.words], "amax")[:, page.places]
        weights = gates[0][asked.words]
        whole = weights.new_zeros(asked.count).index_add(0, asked.text_of, weights) + TINY
        shares = weights / whole[asked.text_of]
        word = torch.cat([mine[asked.words] @ self.word_kind, shares[:, None]], 1)
        word = word[:, None].expand(-1, most.shape[1], -1)
        seen = torch.cat([most, most - most.amax(1, keepdim=True), word], 2)
        told = self.covered_out(self.covered(seen).relu())
        mean = told.new_zeros(asked.count, *told.shape[1:])
        mean = mean.index_add(0, asked.text_of, told * shares[:, None, None])
        of_text = asked.text_of[:, None, None].expand_as(told)
        top = torch.full_like(mean, LEAST).scatter_reduce(0, of_text, told, "amax")
        best = likeness.new_zeros(asked.count, len(vectors))
        best = best.scatter_reduce(
            0, asked.text_of[:, None].expand(-1, len(vectors)), likeness, "amax"
        )
        weighed = best[:, theirs.words] * gates[1][theirs.words]
        share = weighed.new_zeros(asked.count, theirs.count).index_add(1, theirs.text_of, weighed)
        all_gates = gates[1].new_zeros(theirs.count)
        all_gates = all_gates.index_add(0, theirs.text_of, gates[1][theirs.words])
        return (mean, top), (share / (all_gates + NOTHING))[:, page.places]


class RankNetwork(nn.Module):
    """See `vlm.option_ranker`; the same numbers, with gradients."""

    def __init__(
        self, mean: Tensor, spread: Tensor, hidden: int = HIDDEN, words: Path = WORDS
    ) -> None:
        """Draw the first weights.

        Args:
            mean: Of the numbers that are known of options, float32 (numbers,).
            spread: Their standard deviations.
            hidden: Numbers of the first hidden layer.
            words: File of their vectors.
        """
        super().__init__()
        self.mean, self.spread = mean, spread
        self.by_words = ByWords(load_file(words))
        said = 2 * COVERED + PLACES + JOINED + 1 + (JOINED + 1) * TOLD + PLACES + ASKED
        wide = len(mean) + said
        self.first = nn.Linear(wide, hidden)
        self.second = nn.Linear(hidden, hidden // 2)
        self.out = nn.Parameter(torch.randn(hidden // 2) * (hidden // 2) ** -0.5)
        self.none_first = nn.Linear(wide, NONE)
        self.none_out = nn.Linear(NONE, 1)
        self.dropout = nn.Dropout(DROPPED)

    def forward(self, page: AskedPage, rng: np.random.Generator | None = None) -> Tensor:
        """Return how likely each option is and, last, that there is no answer, as logarithms.

        Args:
            page: With one question or more.
            rng: Leaves words of questions out; None for measuring.

        Returns:
            Float32 of shape (questions, options + 1).
        """
        known = torch.from_numpy(page.known).float()
        own = ((known - self.mean) / self.spread).clamp(-FAR, FAR)
        wide = torch.cat([own, *self.by_words(page, rng)], 2)
        hidden = self.dropout(self.first(wide).relu())
        hidden = self.dropout(self.second(hidden).relu())
        none = self.none_out(self.none_first(wide.max(1).values).relu())
        return torch.cat([hidden @ self.out, none], 1)

    def loss(self, page: AskedPage, rng: np.random.Generator) -> tuple[Tensor, int]:
        """Return how surprising what is right is, summed over the questions that can be answered.

        Returns:
            The sum and the number of questions: without those whose answer no option has.
        """
        logits = self(page, rng)
        absent = torch.tensor([not one for one in page.answers])[:, None]
        right = torch.cat([torch.from_numpy(page.right), absent], 1)
        told = right.any(1)
        best = logits.masked_fill(~right, LOW)
        losses = torch.logsumexp(logits, 1) - torch.logsumexp(best, 1)
        return losses[told].sum(), int(told.sum())

    def weights(self) -> dict[str, Tensor]:
        """Return what was learned, as `vlm.option_ranker` reads it."""
        weights: dict[str, Tensor] = {"mean": self.mean, "spread": self.spread, "out": self.out}
        for layer in ("first", "second", "none_first", "none_out"):
            weights |= _of_layer(layer, getattr(self, layer))
        own = self.by_words.weights()
        return weights | {f"words_{name}": some for name, some in own.items()}

    def restore(self, file: Path) -> None:
        """Take the weights that `save` wrote.

        Raises:
            OSError: If they cannot be read.
        """
        known = load_file(file)
        with torch.no_grad():
            for name, one in self.weights().items():
                one.copy_(torch.from_numpy(known[name]))

    def save(self, folder: Path, name: str = WEIGHTS) -> None:
        """Write the weights as `vlm.option_ranker` reads them.

        Raises:
            OSError: If they cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            name: one.detach().numpy().astype(np.float32) for name, one in self.weights().items()
        }
        save_file({n: np.ascontiguousarray(one) for n, one in told.items()}, folder / name)


def _of_layer(name: str, layer: nn.Linear) -> dict[str, Tensor]:
    return {name: layer.weight, f"{name}_bias": layer.bias}
