"""Vectors of words in torch, to be learned: a question and a line of a paper, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from pretrain.matching.network import DROPPED_ROWS, DROPPED_WORDS, in_8_bits, of_length_1
from vlm.match_texts import ROLES, Cut, Unit, single_words
from vlm.text_vectors import GRAMS, NOTHING, TINY

CUT = Cut(1 << 18, (3, 4))
"""How words are cut, and rows of the table."""

WIDTH = 64
"""Numbers of a vector."""

SPREAD = 0.01
"""Of the first vectors: small ones learn faster, those of words never seen say little."""

FEW_ROWS, FEW_WORDS = 2, 3
"""Rows and words of which none is left out."""

_Any = TypeVar("_Any")

SIDES = 2
"""Of a pair: a question, and what a paper says."""


class _Texts:
    """The words of some texts, each once, and of which words every text is."""

    def __init__(self, texts: Sequence[str], cut: Cut, rng: np.random.Generator | None) -> None:
        numbers: dict[Unit, int] = {}
        told = [
            [numbers.setdefault(unit, len(numbers)) for unit in _seen(text, cut, rng)]
            for text in texts
        ]
        most = max(map(len, told))
        self.words = torch.tensor([one + [0] * (most - len(one)) for one in told])
        self.is_word = torch.tensor([[1.0] * len(one) + [0.0] * (most - len(one)) for one in told])
        rows = [_thinned(np.array(unit), rng) for unit in numbers]
        lengths = np.array([len(one) for one in rows])
        self.rows = torch.from_numpy(np.concatenate(rows))
        self.starts = torch.from_numpy(np.cumsum(lengths) - lengths)


def _seen(text: str, cut: Cut, rng: np.random.Generator | None) -> Sequence[Unit]:
    # A text without a word, such as "?", is one that nothing is like.
    words = single_words(text, cut) or single_words("x", cut)
    return thinned(words, rng, FEW_WORDS)


def thinned(words: Sequence[_Any], rng: np.random.Generator | None, few: int) -> Sequence[_Any]:
    """Return the words of a text that are seen: where there is chance, not all of many.

    Args:
        words: Of the text.
        rng: Leaves words out; None to see all.
        few: So many are all seen.
    """
    if rng is None or len(words) <= few:
        return words
    return [one for one in words if rng.random() >= DROPPED_WORDS] or words


def _thinned(rows: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
    if rng is None or len(rows) <= FEW_ROWS:
        return rows
    stays = rng.random(len(rows)) >= DROPPED_ROWS
    return rows[stays] if stays.any() else rows


class WordNetwork(nn.Module):
    """See `vlm.text_vectors`; the same numbers, with gradients."""

    def __init__(self, cut: Cut = CUT, width: int = WIDTH) -> None:
        """Draw the first weights.

        Args:
            cut: How words are cut, and rows of the table.
            width: Numbers of a vector.
        """
        super().__init__()
        self.cut = cut
        self.table = nn.Parameter(torch.randn(cut.buckets, width) * SPREAD)
        self.gates = nn.Parameter(torch.zeros(SIDES, width))
        self.biases = nn.Parameter(torch.zeros(SIDES))
        self.turns = nn.Parameter(torch.eye(width).repeat(SIDES, 1, 1))

    def forward(
        self, asked: Sequence[str], told: Sequence[str], rng: np.random.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return how like questions and lines are.

        Args:
            asked: Questions, or words of them.
            told: What papers say.
            rng: Leaves words and rows out, for learning; None for measuring.

        Returns:
            Float32 of shape (questions, lines), twice: by the best match of each word of both, the
            mean by gates; and of the means of their vectors.
        """
        texts = _Texts([*asked, *told], self.cut, rng)
        vectors = nn.functional.embedding_bag(
            texts.rows, self.table, texts.starts, mode="mean", sparse=True
        )
        mine, gates, is_mine, whole = self._side(0, vectors, texts, slice(0, len(asked)))
        theirs, others, is_theirs, all_told = self._side(1, vectors, texts, slice(len(asked), None))
        flat = mine.flatten(0, 1) @ theirs.flatten(0, 1).T
        like = flat.view(*mine.shape[:2], *theirs.shape[:2]).clamp_min(0) * is_theirs
        said = torch.einsum("qwn,qw->qn", like.amax(3), gates) / (gates.sum(1)[:, None] + TINY)
        most = (like * is_mine[:, :, None, None]).amax(1)
        heard = torch.einsum("qnw,nw->qn", most, others) / (others.sum(1) + NOTHING)
        return (said + heard) / 2, whole @ all_told.T

    def _side(
        self, side: int, vectors: Tensor, texts: _Texts, some: slice
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the words of texts, turned, their gates, which there are, and whole texts."""
        words, is_word = texts.words[some], texts.is_word[some]
        gates = nn.functional.softplus(vectors @ self.gates[side] + self.biases[side])
        gates = gates[words] * is_word
        mean = torch.einsum("twv,tw->tv", vectors[words], gates)
        mean = mean / (gates.sum(1)[:, None] + NOTHING)
        turned = of_length_1(vectors @ self.turns[side])[words]
        return turned, gates, is_word, of_length_1(mean @ self.turns[side])

    def save(self, file: Path) -> None:
        """Write the weights as `vlm.text_vectors` reads them, the table in 8 bits.

        Raises:
            OSError: If they cannot be written.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        table, scales = in_8_bits(self.table)
        weights = {"table": table, "scales": scales, GRAMS: np.array(self.cut.grams)}
        for number, role in enumerate(ROLES):
            side = min(number, 1)  # a value is what a paper says, as a label is
            weights[f"gate_{role}"] = self.gates[side].detach().numpy()
            weights[f"bias_{role}"] = self.biases[side : side + 1].detach().numpy()
            weights[f"turn_{role}"] = self.turns[side].detach().numpy()
        save_file({name: np.ascontiguousarray(one) for name, one in weights.items()}, file)
