"""Learns vectors of words from pairs of texts that mean the same; measures them on other pairs.

A pair is told from the others of its batch (InfoNCE: van den Oord et al., "Representation Learning
with Contrastive Predictive Coding", section 2.3) by the best match of each word (Khattab and
Zaharia, "ColBERT", section 3.2) and by the means of their vectors.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pretrain.matching.network import optimisers_of
from pretrain.matching.word_network import CUT, WIDTH, WordNetwork
from pretrain.matching.word_pairs import Pair, WordPairs, shipped
from pretrain.muon import step_at, warmed

_LOG = logging.getLogger(__name__)

MEANT, NAMED, LINES = 76, 52, 64
"""Pairs of a step: of meanings, of the bank's labels, and of questions with lines, which are told
apart for themselves."""

OF_LINES, OF_MEANS = 0.5, 0.5
"""What lines count beside short pairs, and means of vectors beside the best matches."""

HEAT = 0.07
"""What likenesses are divided by to be told from one another."""

RATE, WARM, COOLS = 3e-3, 100, 0.3
"""Learning rate, steps until it is reached, and the share of the time after which it falls."""

TOGETHER = 14
"""Pairs that are told from one another to be measured."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        out: File for the weights.
        minutes: How long.
        seed: Of all chance.
        buckets: Rows of the table.
        width: Numbers of a vector.
    """

    out: Path
    minutes: float
    seed: int = 1
    buckets: int = CUT.buckets
    width: int = WIDTH


def learn(plan: Plan) -> None:
    """Learn for so long, save, and print how it went."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    rng, chance = random.Random(plan.seed), np.random.default_rng(plan.seed)
    pairs = shipped()
    _LOG.info("%d meanings, %d lines", len(pairs.meanings), len(pairs.lines))
    network = WordNetwork(CUT._replace(buckets=plan.buckets), plan.width)
    optimisers = optimisers_of(network, RATE)
    start, mean, step = time.monotonic(), 0.0, 0
    while (spent := (time.monotonic() - start) / (60 * plan.minutes)) < 1:
        step += 1
        loss = _loss(network, pairs.short(rng, MEANT, NAMED), chance)
        loss = loss + OF_LINES * _loss(network, pairs.long(rng, LINES), chance)
        for one in optimisers:
            one.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        step_at(optimisers, RATE * warmed(step, WARM, spent, COOLS))
        mean += (loss.item() - mean) / min(step, 200)
        if step % 1000 == 0:
            _LOG.info("step %d, %.0f%%: loss %.3f", step, 100 * spent, mean)
    network.save(plan.out)
    for line in report(network, pairs, plan.seed):
        _LOG.info(line)


def _loss(network: WordNetwork, some: list[Pair], chance: np.random.Generator) -> Tensor:
    by_words, by_means = network([one for one, _ in some], [one for _, one in some], chance)
    return _told_apart(by_words) + OF_MEANS * _told_apart(by_means)


def _told_apart(likeness: Tensor) -> Tensor:
    own = torch.arange(len(likeness))
    both = (likeness / HEAT, likeness.T / HEAT)
    return sum((nn.functional.cross_entropy(one, own) for one in both), torch.zeros(())) / 2


@torch.inference_mode()
def report(network: WordNetwork, pairs: WordPairs, seed: int) -> Iterator[str]:
    """Yield how often what a question means is told from others, of pairs never learned from."""
    yield f"{'':<12}{'pairs':>7}{'by words':>10}{'by means':>10}"
    for name, some in pairs.measured(random.Random(seed)).items():
        right = np.zeros(2)
        count = len(some) // TOGETHER * TOGETHER
        for start in range(0, count, TOGETHER):
            told = network(*zip(*some[start : start + TOGETHER], strict=True))
            own = torch.arange(TOGETHER)
            right += [float((one.argmax(1) == own).sum()) for one in told]
        by_words, by_means = right / max(1, count)
        yield f"{name:<12}{count:>7}{by_words:>10.3f}{by_means:>10.3f}"
