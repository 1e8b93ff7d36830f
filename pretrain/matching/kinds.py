"""Learns which kind of value a question asks for, and of which kind a value is, from the bank."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from pretrain.documents.texts import Writer
from pretrain.matching.bank import LANGUAGES, ROW, Domain, Kind, domains
from pretrain.matching.network import in_8_bits, optimisers_of
from pretrain.matching.values import value_of
from pretrain.muon import step_at
from vlm.match_texts import units
from vlm.value_kinds import CUT, FILE, Side

_LOG = logging.getLogger(__name__)

KINDS: tuple[Kind, ...] = get_args(Kind)

WIDTH, SPREAD = 32, 0.02
"""Numbers of a vector, and how far the first ones are from 0."""

STEPS: dict[Side, int] = {"question": 2500, "value": 1500}
BATCH, RATE, LAST = 512, 4e-3, 1e-5
"""Texts of a step, and the first and the last learning rate."""

DROPPED, SMOOTHED = 0.3, 0.05
"""Share of a text's rows that are not seen, and what all other kinds together are said to be."""

VALUES = 4
"""Of each thing in each language."""

Texts = Sequence[tuple[str, Kind]]


@dataclass
class _Rows:
    """Texts as the rows of their units, and the number of each one's kind."""

    rows: list[npt.NDArray[np.int64]]
    kinds: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Texts, side: Side) -> _Rows:
        """Cut texts."""
        cut = (
            np.array([row for unit in units(text, side, CUT) for row in unit], np.int64)
            for text, _ in texts
        )
        return cls(list(cut), np.array([KINDS.index(kind) for _, kind in texts]))

    def some(
        self, numbers: Sequence[int], chance: np.random.Generator | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the rows, where each text begins, and the kinds of so many texts."""
        rows = [self.rows[number] for number in numbers]
        if chance is not None:
            rows = [one[chance.random(len(one)) >= DROPPED] for one in rows]
        starts = np.cumsum([0, *map(len, rows[:-1])])
        every = np.concatenate(rows)
        return tuple(map(torch.from_numpy, (every, starts, self.kinds[list(numbers)])))  # type: ignore[return-value]


class _Linear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(CUT.buckets, WIDTH) * SPREAD)
        self.out = nn.Parameter(torch.randn(WIDTH, len(KINDS)) * 4 * WIDTH**-0.5)
        self.bias = nn.Parameter(torch.zeros(len(KINDS)))

    def forward(self, rows: Tensor, starts: Tensor) -> Tensor:
        means = nn.functional.embedding_bag(rows, self.table, starts, mode="mean", sparse=True)
        return means @ self.out + self.bias


def questions(
    every: Sequence[Domain], held_out: str, rng: random.Random
) -> Iterator[tuple[str, Kind]]:
    """Yield questions with the kind of what they ask for.

    Args:
        every: The bank.
        held_out: As for `lessons.lessons`.
        rng: Names the rows of tables.
    """
    for domain in every:
        for concept in domain.concepts:
            if concept.held_out != (held_out == "concept"):
                continue
            for language in LANGUAGES:
                names = domain.rows.get(language) or ("",)
                for question in concept.asked(language, held_out == "wording"):
                    yield question.replace(ROW, rng.choice(names)), concept.kind


def values(every: Sequence[Domain], rng: random.Random) -> Iterator[tuple[str, Kind]]:
    """Yield values of all things with their kind."""
    writer = Writer(rng)
    for domain in every:
        for concept in domain.concepts:
            for writer.language in LANGUAGES:
                for _ in range(VALUES):
                    yield value_of(concept, writer), concept.kind


def learn(file: Path = FILE, share: float = 1.0, seed: int = 1) -> None:
    """Learn both models, save them, and print how often they are right.

    Args:
        file: For the weights.
        share: Of the steps.
        seed: Of all chance.

    Raises:
        OSError: If the weights cannot be written.
    """
    torch.manual_seed(seed)
    rng, every = random.Random(seed), domains()
    asked = partial(questions, every, rng=rng)
    measured = {kind: list(asked(held_out=kind)) for kind in ("wording", "concept")}
    taught: dict[Side, Texts] = {
        "question": list(asked(held_out="")),
        "value": list(values(every, rng)),
    }
    weights: dict[str, npt.NDArray[np.generic]] = {}
    for side, texts in taught.items():
        network = _learned(_Rows.of(texts, side), round(STEPS[side] * share), seed)
        table, scales = in_8_bits(network.table)
        weights |= {f"{side}_table": table, f"{side}_scales": scales}
        weights |= {f"{side}_out": network.out.detach().numpy()}
        weights |= {f"{side}_bias": network.bias.detach().numpy()}
        for name, some in measured.items() if side == "question" else ():
            _LOG.info("%s: %.3f of %d", name, _right(network, _Rows.of(some, side)), len(some))
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, file)


def _learned(texts: _Rows, steps: int, seed: int) -> _Linear:
    network, chance = _Linear(), np.random.default_rng(seed)
    optimisers = optimisers_of(network, RATE)
    for step in range(steps):
        rows, starts, kinds = texts.some(
            chance.integers(0, len(texts.rows), BATCH).tolist(), chance
        )
        logits = network(rows, starts)
        loss = nn.functional.cross_entropy(logits, kinds, label_smoothing=SMOOTHED)
        network.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        step_at(optimisers, LAST + (RATE - LAST) * (1 - step / steps))
    return network


@torch.inference_mode()
def _right(network: _Linear, texts: _Rows) -> float:
    rows, starts, kinds = texts.some(range(len(texts.rows)), None)
    return float((network(rows, starts).argmax(1) == kinds).float().mean())
