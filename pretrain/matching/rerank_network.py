"""The network of `vlm.option_reranker` in torch, to be learned, and batches for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pretrain.matching.word_network import thinned
from vlm.match_texts import Unit
from vlm.option_numbers import FAR
from vlm.option_reranker import (
    FOUND,
    GATES,
    HEADS,
    LAYERS,
    LEAST,
    LENGTHS,
    LOGITS,
    LOUDER,
    NOTHING,
    OPTIONS,
    OWN_ROWS,
    QUESTION,
    VALUE,
    own_numbers,
    sequences,
)
from vlm.text_vectors import TextVectors

WIDTH = 128
"""Numbers that a word is while it is read."""

DROPPED, FEW = 0.1, 3
"""Share of what is not seen while learning, and words of a question of which none is left out."""

OWN_DROPPED = 0.2
"""How often a word's own vector is not seen while learning."""

LOW = -1e9
"""A logarithm of nothing."""

Texts = tuple[list[int], ...]
"""The words of what stands around an option, as numbers."""


@dataclass
class Item:
    """A question with the options that are read for it.

    Attributes:
        name: Of its sheet, or of what it was made of.
        asked: Its words as numbers.
        options: Of each its six texts, see `vlm.option_reranker.LENGTHS`.
        values: The options' texts, for measuring.
        known: How likely they were and, last, that there is no answer, as logarithms.
        right: Which answer.
        answers: Texts that are right; none where there is none.
        told: Of each option, see `vlm.option_numbers.numbers`, float16 of shape (options, numbers);
            None where nobody said.
    """

    name: str
    asked: list[int]
    options: list[Texts]
    values: list[str]
    known: list[float]
    right: list[bool]
    answers: tuple[str, ...]
    told: npt.NDArray[np.float16] | None = None

    @property
    def can_be_learned(self) -> bool:
        """Whether what is right is among the options, or that there is nothing."""
        return any(self.right) or not self.answers

    @property
    def length(self) -> int:
        """Words of its longest option."""
        return len(self.asked) + max(sum(map(len, one)) for one in self.options)


class Tables(NamedTuple):
    """What is known of words.

    Attributes:
        plain: Their vectors, float32 of shape (words, width).
        asked: Turned as those of questions, with the gate of each, (words, width + 1).
        told: Turned as those of papers, the same.
        own: Which vector of its own each has, int64 (words,).
    """

    plain: Tensor
    asked: Tensor
    told: Tensor
    own: Tensor


class Vocabulary:
    """Numbers words, and tells their vectors."""

    def __init__(self, vectors: TextVectors) -> None:
        """Begin with none."""
        self.vectors = vectors
        self._numbers: dict[Unit, int] = {}

    def numbers(self, words: Sequence[Unit]) -> list[int]:
        """Return the numbers of words."""
        return [self._numbers.setdefault(word, len(self._numbers)) for word in words]

    def frequent(self, items: Sequence[Item], least: int) -> npt.NDArray[np.int64]:
        """Return the first rows of the words that so many items have at least, in their order."""
        first = np.array([one[0] for one in self._numbers], np.int64)
        counts = np.zeros(len(first), np.int64)
        for one in items:
            counts[list({*one.asked, *chain.from_iterable(chain.from_iterable(one.options))})] += 1
        rows, of_word = np.unique(first, return_inverse=True)
        return rows[np.bincount(of_word, counts, len(rows)) >= least]

    def tables(self, rows: npt.NDArray[np.int64]) -> Tables:
        """Return what is known of all words.

        Args:
            rows: First rows of the words that have vectors of their own.
        """
        units = list(self._numbers)
        own = self.vectors.of_units(units)
        turned = [self.vectors.turned_words(role, own) for role in ("question", "label")]
        return Tables(*map(torch.from_numpy, (own, *turned, own_numbers(units, rows))))


@dataclass
class Batch:
    """Items as tensors.

    Attributes:
        words: Int64 of shape (items, OPTIONS, words), as are the next two.
        parts: Which of `LENGTHS`.
        places: In these.
        are: Whether a word is there, bool.
        options: Whether an option is there, bool of shape (items, OPTIONS).
        known: Float32 of shape (items, OPTIONS + 1).
        right: Bool of the same shape.
        told: Float32 of shape (items, OPTIONS, numbers); NaN where nobody said.
    """

    words: Tensor
    parts: Tensor
    places: Tensor
    are: Tensor
    options: Tensor
    known: Tensor
    right: Tensor
    told: Tensor


def batch_of(items: Sequence[Item], count: int, rng: np.random.Generator | None = None) -> Batch:
    """Return items as tensors.

    Args:
        items: One or more.
        count: Numbers that are told of an option.
        rng: Leaves words of questions out, for learning; None for measuring.
    """
    longest = max(one.length for one in items)
    shape = len(items), OPTIONS, max(1, longest)
    words, parts, places = (np.zeros(shape, np.int64) for _ in range(3))
    are = np.zeros(shape, np.bool_)
    known = np.full((len(items), OPTIONS + 1), LEAST, np.float32)
    right = np.zeros((len(items), OPTIONS + 1), np.bool_)
    options = np.zeros((len(items), OPTIONS), np.bool_)
    told = np.full((len(items), OPTIONS, count), np.nan, np.float32)
    for row, item in enumerate(items):
        some = len(item.options)
        seen = sequences(thinned(item.asked, rng, FEW), item.options)
        long = seen.words.shape[1]
        words[row, :some, :long], parts[row, :some, :long] = seen.words, seen.parts
        places[row, :some, :long], are[row, :some, :long] = seen.places, seen.are
        options[row, :some] = True
        if item.told is not None:
            told[row, :some] = item.told
        known[row, :some], known[row, -1] = item.known[:-1], item.known[-1]
        right[row, :some], right[row, -1] = item.right, not item.answers
    are[:, :, 0] = True  # attention needs a word, also where an option is none
    known = np.maximum(known, LEAST)
    arrays = words, parts, places, are, options, known, right, told
    return Batch(*map(torch.from_numpy, arrays))


class RerankNetwork(nn.Module):
    """See `vlm.option_reranker`; the same numbers, with gradients."""

    mean: Tensor
    spread: Tensor
    own_rows: Tensor

    def __init__(
        self, vectors: int, rows: npt.NDArray[np.int64], mean: Tensor, spread: Tensor
    ) -> None:
        """Draw the first weights.

        Args:
            vectors: Numbers of a word's vector.
            rows: First rows of the words that have vectors of their own.
            mean: Of the numbers that are told of options, float32 (numbers,).
            spread: Their standard deviations.
        """
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)
        self.register_buffer(OWN_ROWS, torch.from_numpy(rows))
        self.own = nn.Parameter(torch.zeros(len(rows) + 1, WIDTH))
        self.words = nn.Linear(vectors, WIDTH)
        self.found = nn.Linear(FOUND, WIDTH)
        self.parts = nn.Parameter(torch.randn(len(LENGTHS), WIDTH) * 0.1)
        self.places = nn.Parameter(torch.randn(sum(LENGTHS), WIDTH) * 0.1)
        self.blocks = nn.ModuleList([_block() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.option = nn.Linear(3 * WIDTH + 2 + len(mean), WIDTH)
        self.none = nn.Parameter(torch.randn(1, WIDTH) * 0.1)
        self.none_known = nn.Linear(2, WIDTH)
        self.beside = _block()
        self.out = nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, batch: Batch, tables: Tables) -> Tensor:
        """Return how likely options are and, last, that there is no answer, as logarithms.

        Args:
            batch: Items.
            tables: Of all words, see `Vocabulary.tables`.

        Returns:
            Float32 of shape (items, OPTIONS + 1).
        """
        words, parts, places, are = (
            one.flatten(0, 1) for one in (batch.words, batch.parts, batch.places, batch.are)
        )
        plain, asked, told, own = tables
        asks = (parts == QUESTION) & are
        tells = ~asks & are
        like = asked[words, :-1] @ told[words, :-1].transpose(1, 2)
        like = like.clamp_min(0) * asks[:, :, None] * tells[:, None, :]
        best = torch.where(asks, like.amax(2), like.amax(1))
        found = torch.stack([best, asked[words, -1] / GATES * asks, asks.float()], 2)
        x = self.words(plain[words] * LOUDER) + self.parts[parts] + self.places[places]
        x = x + self.found(found) + self._own(own[words])
        for block in self.blocks:
            x = block(x, src_key_padding_mask=~are)
        x = self.norm(x)
        means = [_mean(x, some) for some in ((parts == VALUE) & are, asks, tells)]
        about = torch.stack([batch.known / LOGITS, batch.known.exp()], 2)
        rows = torch.cat(means, 1).unflatten(0, batch.options.shape)  # type: ignore[no-untyped-call]
        numbers = ((batch.told - self.mean) / self.spread).clamp(-FAR, FAR).nan_to_num(0.0)
        rows = self.option(torch.cat([rows, about[:, :-1], numbers], 2))
        none = self.none + self.none_known(about[:, -1])
        every = torch.cat([rows, none[:, None]], 1)
        there = torch.cat([batch.options, batch.options.new_ones(len(every), 1)], 1)
        every = self.beside(every, src_key_padding_mask=~there)
        logits: Tensor = batch.known + self.out(every)[..., 0]
        return logits

    def _own(self, numbers: Tensor) -> Tensor:
        """Return words' own vectors; while learning, some are not seen."""
        if self.training:
            seen = torch.rand(len(self.own)) >= OWN_DROPPED
            numbers = torch.where(seen[numbers], numbers, len(self.own) - 1)
        return self.own[numbers]

    def loss(self, batch: Batch, tables: Tables) -> Tensor:
        """Return how surprising what is right is, the mean over items that can be learned."""
        logits = self(batch, tables)
        best = logits.masked_fill(~batch.right, LOW)
        return (torch.logsumexp(logits, 1) - torch.logsumexp(best, 1)).mean()

    def save(self, file: Path) -> None:
        """Write the weights as `vlm.option_reranker` reads them.

        Raises:
            OSError: If they cannot be written.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        weights: Mapping[str, Tensor] = self.state_dict()
        save_file({name: one.contiguous() for name, one in weights.items()}, file)


def saved(file: Path) -> RerankNetwork:
    """Return the network that was saved.

    Raises:
        OSError: If it cannot be read.
    """
    known = load_file(file)
    rows = known[OWN_ROWS].numpy()
    vectors = known["words.weight"].shape[1]
    network = RerankNetwork(vectors, rows, known["mean"], known["spread"])
    network.load_state_dict(known)
    return network


def _block() -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(
        WIDTH, HEADS, 2 * WIDTH, DROPPED, "relu", batch_first=True, norm_first=True
    )


def _mean(x: Tensor, some: Tensor) -> Tensor:
    total = (x * some[:, :, None]).sum(1)
    return total / (some.sum(1, keepdim=True) + NOTHING)
