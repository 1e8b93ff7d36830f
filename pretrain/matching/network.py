"""The network of `vlm.field_matcher` in torch, to be learned, and batches for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn

from pretrain.matching.lessons import Lesson
from vlm.field_candidates import SCALARS
from vlm.field_matcher import ALONE, WEIGHTS
from vlm.match_texts import LEARNED, ROLES, Role, units
from vlm.text_vectors import GRAMS, NOTHING, TINY

Numbers = npt.NDArray[np.int64]

WIDTH, HIDDEN, TOLD = 64, 48, 12
"""Numbers of a vector, of the hidden layer, and of what two vectors tell when multiplied."""

LIKENESSES = 6
SPREAD = 0.01
"""Of the first vectors: small ones learn faster, those of words never seen say little."""

HEAT = 0.07
"""What likenesses are divided by to be told from one another."""

DROPPED_ROWS, DROPPED_WORDS = 0.15, 0.1
"""Share of a word's rows and of a question's words that are not seen while learning."""


@dataclass
class Words:
    """The words of some texts as tensors.

    Attributes:
        rows: Of the table, of all words one behind the other, int64 (rows,).
        starts: Where each word begins in it, int64 (words,).
        text_of: The text of each word, int64 (words,).
        role: Of each text, int64 (texts,).
    """

    rows: Tensor
    starts: Tensor
    text_of: Tensor
    role: Tensor


@dataclass
class Batch:
    """Lessons as tensors.

    Attributes:
        words: Of all their texts.
        asked: The text of each lesson's question, int64 (lessons,).
        texts: Label, heading of the column, of the section, and value of each candidate, int64
            (candidates, 4).
        lesson: Of each candidate, int64 (candidates,).
        scalars: Of each candidate, float32 (candidates, SCALARS).
        right: Whether each answers, bool (candidates,).
        answered: Whether a lesson has an answer, bool (lessons,).
    """

    words: Words
    asked: Tensor
    texts: Tensor
    lesson: Tensor
    scalars: Tensor
    right: Tensor
    answered: Tensor


@lru_cache(maxsize=400_000)
def _rows_of(text: str, role: Role) -> tuple[Numbers, Numbers]:
    """Return the rows of a text's units one behind the other, and how many each has."""
    some = units(text, role)
    rows = np.array([row for unit in some for row in unit], np.int64)
    return rows, np.array([len(unit) for unit in some], np.int64)


@dataclass
class _Texts:
    """Numbers the texts of a batch; some words and rows are left out where there is chance."""

    rng: random.Random | None
    numbers: dict[tuple[Role, str], int] = field(default_factory=dict)

    def number(self, role: Role, text: str) -> int:
        """Return the number of a text."""
        return self.numbers.setdefault((role, text), len(self.numbers))

    def words(self) -> Words:
        """Return the words of all texts."""
        told = [_rows_of(text, role) for role, text in self.numbers]
        rows = np.concatenate([some for some, _ in told])
        lengths = np.concatenate([some for _, some in told])
        counts = np.array([len(some) for _, some in told], np.int64)
        role = np.array([ROLES.index(role) for role, _ in self.numbers])
        text_of = np.repeat(np.arange(len(told)), counts)
        if self.rng is not None:
            chance = np.random.default_rng(self.rng.getrandbits(64))
            long = (role == ROLES.index("question")) & (counts > 2)
            seen = ~long[text_of] | (chance.random(len(text_of)) >= DROPPED_WORDS)
            rows = rows[np.repeat(seen, lengths)]
            lengths, text_of = lengths[seen], text_of[seen]
            rows, lengths = _thinned(rows, lengths, chance)
        starts = np.cumsum(lengths) - lengths
        return Words(*map(torch.from_numpy, (rows, starts, text_of, role)))


def _thinned(
    rows: Numbers, lengths: Numbers, chance: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """Leave some rows out; a word of which none would stay keeps all of them."""
    word_of = np.repeat(np.arange(len(lengths)), lengths)
    stays = chance.random(len(rows)) >= DROPPED_ROWS
    stays |= (np.bincount(word_of[stays], minlength=len(lengths)) == 0)[word_of]
    return rows[stays], np.bincount(word_of[stays], minlength=len(lengths))


def batch_of(lessons: Sequence[Lesson], rng: random.Random | None = None) -> Batch:
    """Return lessons as one batch.

    Args:
        lessons: At least one, each with candidates.
        rng: Leaves words and rows out, for learning; None for measuring.
    """
    texts = _Texts(rng)
    asked, told, lesson_of, scalars, right = [], [], [], [], []
    for number, one in enumerate(lessons):
        asked.append(texts.number("question", one.question))
        answers = set(one.right)
        for place, candidate in enumerate(one.found):
            pair = candidate.pair
            labels = [texts.number("label", text) for text in (pair.label, pair.over, pair.section)]
            told.append([*labels, texts.number("value", candidate.text)])
            lesson_of.append(number)
            scalars.append(candidate.scalars)
            right.append(place in answers)
    return Batch(
        texts.words(),
        torch.tensor(asked),
        torch.tensor(told),
        torch.tensor(lesson_of),
        torch.tensor(scalars),
        torch.tensor(right),
        torch.tensor([bool(one.right) for one in lessons]),
    )


@dataclass
class Pairs:
    """Questions with a label each, as tensors.

    Attributes:
        words: Of all their texts.
        texts: A question, another one for the same, a label and a value, int64 (pairs, 4).
    """

    words: Words
    texts: Tensor


def pairs_of(said: Sequence[tuple[str, str, str, str]], rng: random.Random) -> Pairs:
    """Return questions, others for the same, labels and values as tensors.

    Args:
        said: Of as many things.
        rng: Leaves words and rows out.
    """
    texts = _Texts(rng)
    roles: tuple[Role, ...] = ("question", "question", "label", "value")
    numbers = [[texts.number(r, t) for r, t in zip(roles, one, strict=True)] for one in said]
    return Pairs(texts.words(), torch.tensor(numbers))


class Network(nn.Module):
    """See `vlm.field_matcher`; the same numbers, with gradients."""

    def __init__(self) -> None:
        """Draw the first weights."""
        super().__init__()
        self.table = nn.Parameter(torch.randn(LEARNED.buckets, WIDTH) * SPREAD)
        self.gates = nn.Parameter(torch.zeros(len(ROLES), WIDTH))
        self.biases = nn.Parameter(torch.zeros(len(ROLES)))
        self.turns = nn.Parameter(torch.eye(WIDTH).repeat(len(ROLES), 1, 1))
        self.own = nn.Parameter(torch.randn(WIDTH, TOLD) * 0.1)
        self.joint = nn.Parameter(torch.randn(WIDTH, TOLD) * 0.1)
        self.like = nn.Parameter(torch.randn(WIDTH, TOLD) * 0.1)
        wide = LIKENESSES + 3 * TOLD + SCALARS
        self.hidden = nn.Parameter(torch.randn(wide, HIDDEN) * wide**-0.5)
        self.hidden_bias = nn.Parameter(torch.zeros(HIDDEN))
        self.out = nn.Parameter(torch.randn(HIDDEN) * HIDDEN**-0.5)
        self.none = nn.Parameter(torch.zeros(1))

    def forward(self, batch: Batch) -> Tensor:
        """Return the logit of each candidate, float32 (candidates,)."""
        sums, weights = self._sums(batch.words)
        asked = self._vectors(0, sums[batch.asked], weights[batch.asked])[batch.lesson]
        label, over, section, value = batch.texts.T
        told = [
            self._vectors(1, some, gate)
            for some, gate in (
                (sums[label], weights[label]),
                (sums[over], weights[over]),
                (sums[section], weights[section]),
                (sums[label] + sums[over], weights[label] + weights[over]),
                (sums[label] + sums[section], weights[label] + weights[section]),
            )
        ]
        like = self._vectors(2, sums[value], weights[value])
        parts = [torch.stack([(one * asked).sum(1) for one in (*told, like)], 1)]
        parts += [
            (one * asked) @ turn
            for one, turn in ((told[0], self.own), (told[3], self.joint), (like, self.like))
        ]
        hidden = torch.cat([*parts, batch.scalars], 1) @ self.hidden + self.hidden_bias
        return hidden.relu() @ self.out

    def _sums(self, words: Words) -> tuple[Tensor, Tensor]:
        """Return the sum of each text's words by their gates, (texts, WIDTH), and of its gates."""
        vectors = nn.functional.embedding_bag(
            words.rows, self.table, words.starts, mode="mean", sparse=True
        )
        role, count = words.role[words.text_of], len(words.role)
        gates = nn.functional.softplus((vectors * self.gates[role]).sum(1) + self.biases[role])
        gated = vectors * gates[:, None]
        sums = vectors.new_zeros(count, WIDTH).index_add(0, words.text_of, gated)
        return sums, vectors.new_zeros(count).index_add(0, words.text_of, gates)

    def _vectors(self, role: int, sums: Tensor, weights: Tensor) -> Tensor:
        return of_length_1((sums / (weights + NOTHING)[:, None]) @ self.turns[role])

    def losses(self, batch: Batch) -> Tensor:
        """Return how surprising what is right is in each lesson, float32 (lessons,)."""
        logits, count = self(batch), len(batch.asked)
        every = _log_sums(logits, batch.lesson, count, self.none.expand(count))
        low = torch.full_like(logits, -1e4)
        right = _log_sums(
            torch.where(batch.right, logits, low),
            batch.lesson,
            count,
            torch.where(batch.answered, -1e4, self.none.expand(count)),
        )
        return every - right

    def contrast(self, pairs: Pairs) -> Tensor:
        """Return how surprising each question's own label and value are among all of the pairs.

        InfoNCE (van den Oord et al., "Representation Learning with Contrastive Predictive Coding",
        section 2.3) of questions with labels, with values, and with other wordings.

        Returns:
            Float32 (pairs,).
        """
        sums, weights = self._sums(pairs.words)
        asked, again, label, value = (
            self._vectors(number, sums[one], weights[one])
            for number, one in zip((0, 0, 1, 2), pairs.texts.T, strict=True)
        )
        own = torch.arange(len(asked))
        return sum(
            (
                share * nn.functional.cross_entropy(asked @ one.T / HEAT, own, reduction="none")
                for one, share in ((label, 1.0), (again, 0.5), (value, 0.3))
            ),
            start=torch.zeros(len(asked)),
        )

    def save(self, folder: Path) -> None:
        """Write the weights as `vlm.field_matcher` reads them, the table in 8 bits.

        Raises:
            OSError: If they cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        table, scales = in_8_bits(self.table)
        weights = {
            "table": table,
            "scales": scales,
            GRAMS: np.array(LEARNED.grams),
        }
        for number, role in enumerate(ROLES):
            weights[f"gate_{role}"] = self.gates[number].detach().numpy()
            weights[f"bias_{role}"] = self.biases[number : number + 1].detach().numpy()
            weights[f"turn_{role}"] = self.turns[number].detach().numpy()
        for name in ALONE:
            weights[name] = getattr(self, name).detach().numpy()
        save_file({k: np.ascontiguousarray(v) for k, v in weights.items()}, folder / WEIGHTS)

    def restore(self, folder: Path) -> None:
        """Take the weights that `save` wrote.

        Raises:
            OSError: If they cannot be read.
        """
        weights = {name: torch.from_numpy(one) for name, one in load_file(folder / WEIGHTS).items()}
        with torch.no_grad():
            self.table.copy_(weights["table"].float() * weights["scales"].float()[:, None])
            for number, role in enumerate(ROLES):
                self.gates[number].copy_(weights[f"gate_{role}"])
                self.biases[number].copy_(weights[f"bias_{role}"][0])
                self.turns[number].copy_(weights[f"turn_{role}"])
            for name in ALONE:
                getattr(self, name).copy_(weights[name])


def of_length_1(vectors: Tensor) -> Tensor:
    """Return vectors, (..., width), as long as 1."""
    # The root of 0 has no gradient: texts without words are 0.
    return vectors / (vectors.square().sum(-1, keepdim=True) + TINY**2).sqrt()


def optimisers_of(network: nn.Module, rate: float) -> tuple[torch.optim.Optimizer, ...]:
    """Return what learns a network's table, of which a step changes some rows, and the rest."""
    named = dict(network.named_parameters())
    table = named.pop("table")
    return torch.optim.SparseAdam([table], rate), torch.optim.Adam(named.values(), rate)


def in_8_bits(table: Tensor) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
    """Return a table of vectors, (rows, WIDTH), in 8 bits and the scale of each row, (rows,)."""
    whole = table.detach().numpy()
    scales = np.abs(whole).max(axis=1) / 127 + 1e-12
    return np.round(whole / scales[:, None]).astype(np.int8), scales.astype(np.float16)


def _log_sums(logits: Tensor, lesson: Tensor, count: int, none: Tensor) -> Tensor:
    """Return the logarithm of the sum over each lesson's candidates, "none" among them."""
    most = none.detach().clone().scatter_reduce(0, lesson, logits.detach(), "amax")
    sums = (none - most).exp().index_add(0, lesson, (logits - most[lesson]).exp())
    return most + sums.log()
