"""Learns the network from random forms, measures it on wordings and things it never learned of."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader, IterableDataset

from pretrain.matching.bank import Domain, domains
from pretrain.matching.lessons import Lesson, lessons, wordings
from pretrain.matching.network import Batch, Network, Pairs, batch_of, optimisers_of, pairs_of
from pretrain.muon import step_at, warmed

_LOG = logging.getLogger(__name__)

LESSONS = 32
"""Of a batch."""

PAIRS, CONTRAST = 160, 0.3
"""Questions with a label each beside every batch, and what telling them apart counts."""

RATE, WARM, COOLS = 3e-3, 100, 0.3
"""Learning rate, steps until it is reached, and the share of the time after which it falls."""

ROUND, USES = 16 * LESSONS, 2
"""Lessons that are shuffled together at least, and how often each is used: to make one takes longer
than to learn from it."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        out: Folder for the weights.
        minutes: How long.
        seed: Of all chance.
        workers: Processes that make lessons; 0 for none beside this one.
        forms: Random forms of each kind that it is measured on.
        resume: Folder of weights to go on from.
    """

    out: Path
    minutes: float
    seed: int = 1
    workers: int = 1
    forms: int = 250
    resume: Path | None = None


class _Batches(IterableDataset[tuple[Batch, Pairs]]):
    """Batches of random forms without end."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[tuple[Batch, Pairs]]:
        info = torch.utils.data.get_worker_info()
        rng = random.Random(self.seed * 1000 + (info.id if info else 0))
        torch.set_num_threads(1)
        kept: list[Lesson] = []
        while True:
            kept += lessons(rng, domains())
            if len(kept) < ROUND:
                continue
            for _ in range(USES):
                rng.shuffle(kept)
                for start in range(0, ROUND, LESSONS):
                    pairs = pairs_of(wordings(rng, domains(), PAIRS), rng)
                    yield batch_of(kept[start : start + LESSONS], rng), pairs
            kept.clear()


def learn(plan: Plan) -> None:
    """Learn for so long, save, and print what it can."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    network = Network()
    if plan.resume is not None:
        network.restore(plan.resume)
    optimisers = optimisers_of(network, RATE)
    loader = DataLoader(
        _Batches(plan.seed),
        batch_size=None,
        num_workers=plan.workers,
        prefetch_factor=8 if plan.workers else None,
    )
    start, mean = time.monotonic(), 0.0
    for step, (batch, pairs) in enumerate(loader, 1):
        spent = (time.monotonic() - start) / (60 * plan.minutes)
        if spent >= 1:
            break
        rate = RATE * warmed(step, WARM, spent, COOLS)
        loss = network.losses(batch).mean()
        both = loss + CONTRAST * network.contrast(pairs).mean()
        network.zero_grad()
        both.backward()  # type: ignore[no-untyped-call]
        step_at(optimisers, rate)
        mean += (loss.item() - mean) / min(step, 200)
        if step % 500 == 0:
            _LOG.info("step %d, %.0f%%: loss %.3f", step, 100 * spent, mean)
            network.save(plan.out)
    network.save(plan.out)
    for line in report(network, plan.seed, plan.forms):
        _LOG.info(line)


def report(network: Network, seed: int, forms: int = 250) -> Iterator[str]:
    """Yield how often the network finds the answer, and says that there is none."""
    yield f"{'':<12}{'asked':>7}{'found':>8}{'absent':>8}{'said':>7}{'sure: wrong':>14}"
    for kind in ("", "wording", "concept"):
        some = _measured(domains(), kind, seed, forms)
        yield _line(kind or "learned", network, some)


def _measured(every: Sequence[Domain], kind: str, seed: int, forms: int) -> list[Lesson]:
    rng = random.Random(f"measure {seed} {kind}")
    return [one for _ in range(forms) for one in lessons(rng, every, kind) if one.found]


@torch.inference_mode()
def _line(name: str, network: Network, some: Sequence[Lesson]) -> str:
    found = said = sure = wrong = 0
    for one in some:
        logits = network(batch_of([one]))
        shares = torch.softmax(torch.cat([logits, network.none]), 0)
        by_text: dict[str, float] = {}
        for candidate, share in zip(one.found, shares.tolist(), strict=False):
            by_text[candidate.text] = by_text.get(candidate.text, 0.0) + share
        best = max(by_text, key=lambda text: by_text[text])
        right = {one.found[number].text for number in one.right}
        if one.right:
            found += best in right
        else:
            said += float(shares[-1]) > 0.5
        if by_text[best] > 0.9:
            sure += 1
            wrong += best not in right
    answered = sum(bool(one.right) for one in some)
    absent = len(some) - answered
    return (
        f"{name:<12}{answered:>7}{found / max(1, answered):>8.3f}{absent:>8}"
        f"{said / max(1, absent):>7.3f}{wrong:>7} of {sure}"
    )
