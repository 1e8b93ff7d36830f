"""Learns to read the likeliest options once more: first of forms and lines, then of sheets."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from pretrain.matching.rank import asked_pages, half_of, likeliest
from pretrain.matching.rank_network import AskedPage, RankNetwork
from pretrain.matching.rerank_lessons import of_forms, of_lines, of_pages
from pretrain.matching.rerank_network import (
    Item,
    RerankNetwork,
    Tables,
    Vocabulary,
    batch_of,
    saved,
)
from pretrain.matching.sheets import sheets
from pretrain.matching.word_pairs import Line, lines
from pretrain.muon import step_at, warmed
from vlm.absence import NOT_ON_PAGE
from vlm.option_ranker import WORDS
from vlm.option_reranker import WEIGHTS
from vlm.scoring import anls
from vlm.text_vectors import TextVectors

_LOG = logging.getLogger(__name__)

RATE, WARM, DECAY, CLIPPED = 1e-3, 200, 0.05, 1.0
"""Learning rate, steps until it is reached, weight decay, and the longest gradient."""

ITEMS = 8
"""Questions of a step."""

ALIKE = 6.0
"""Words by which the items of a step may differ in length, more or less."""

OFTEN = 300
"""Questions in which a word stands at least that has a vector of its own."""

KEPT = 1500
"""Questions about forms and lines that are kept for measuring."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        rankers: Files of two rankers, of the first and of the second half of the sheets.
        first: Minutes with forms and lines.
        minutes: Minutes with sheets after that.
        out: File for the weights.
        seed: Of all chance.
        workers: Processes that look at pages; 0 for none beside this one.
        forms: Questions about random forms.
        rounds: How often pages are put together from all lines.
        words: File of vectors of words.
        resume: File of weights to go on from.
        pages: Folder for pages that were looked at, see `rank.asked_pages`.
        threads: That learn.
    """

    rankers: tuple[Path, Path]
    first: float
    minutes: float
    out: Path = WEIGHTS
    seed: int = 1
    workers: int = 0
    forms: int = 20_000
    rounds: int = 3
    words: Path = WORDS
    resume: Path | None = None
    pages: Path | None = None
    threads: int = 1


def learn(plan: Plan) -> None:
    """Learn for so long, save, and print what it can."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    vectors = TextVectors(load_file(plan.words))
    vocabulary = Vocabulary(vectors)
    rng = random.Random(plan.seed)
    invented = list(_invented(plan, rng, vocabulary))
    rng.shuffle(invented)
    learned, kept = _of_sheets(plan, vocabulary)
    _LOG.info("%d invented, %d of sheets to learn from", len(invented), len(learned))
    rows = vocabulary.frequent([*invented, *learned], OFTEN)
    _LOG.info("%d words have vectors of their own", len(rows))
    own = ranker_of(plan.rankers[0], plan.words)
    network = RerankNetwork(vectors.width, rows, own.mean, own.spread)
    lesson = _Learning(network if plan.resume is None else saved(plan.resume), vocabulary, plan)
    measured = {"invented": invented[:KEPT], "sheets": kept}
    lesson.take(invented[KEPT:], plan.first, "invented")
    lesson.take(learned, plan.minutes, "sheets")
    for line in report(lesson.network, vocabulary, measured):
        _LOG.info(line)


def _invented(plan: Plan, rng: random.Random, vocabulary: Vocabulary) -> Iterator[Item]:
    count = 0
    while count < plan.forms:
        for one in of_forms(rng, vocabulary):
            count += 1
            yield one
    every: list[Line] = [one for one in lines() if not one.held_out]
    for _ in range(plan.rounds):
        yield from of_lines(every, rng, vocabulary)


def _of_sheets(plan: Plan, vocabulary: Vocabulary) -> tuple[list[Item], list[Item]]:
    """Return the questions about sheets to learn from, and those to measure on."""
    pages = list(asked_pages(sheets(), plan.seed, plan.workers, plan.pages))
    held_out = {one.name for one in sheets() if one.held_out}
    rankers = [ranker_of(file, plan.words) for file in plan.rankers]
    learned: list[Item] = []
    for half, own in enumerate(rankers):
        # A ranker is too sure of what it learned: the other half's is asked.
        some = [one for one in pages if half_of(one.name) != half and one.name not in held_out]
        learned += of_pages(some, [own], vocabulary)
    kept: Sequence[AskedPage] = [one for one in pages if one.name in held_out]
    return [one for one in learned if one.can_be_learned], list(of_pages(kept, rankers, vocabulary))


def ranker_of(file: Path, words: Path = WORDS) -> RankNetwork:
    """Return a ranker that was learned.

    Raises:
        OSError: If it cannot be read.
    """
    known = load_file(file)
    mean, spread = torch.from_numpy(known["mean"]), torch.from_numpy(known["spread"])
    network = RankNetwork(mean, spread, len(known["first_bias"]), words)
    network.restore(file)
    return network.eval()


class _Learning:
    """A network while it learns."""

    def __init__(self, network: RerankNetwork, vocabulary: Vocabulary, plan: Plan) -> None:
        self.network = network
        self._tables, self._plan = vocabulary.tables(network.own_rows.numpy()), plan
        self._optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
        self._rng = np.random.default_rng(plan.seed)

    def take(self, items: Sequence[Item], minutes: float, name: str) -> None:
        """Learn from items for so long."""
        self.network.train()
        start, mean, step = time.monotonic(), 0.0, 0
        waiting: list[Sequence[Item]] = []
        while (spent := (time.monotonic() - start) / (60 * max(minutes, 1e-9))) < 1 and items:
            if not waiting:
                waiting = self._steps(items)
            step += 1
            count = len(self.network.mean)
            batch = batch_of(waiting.pop(), count, self._rng)
            loss = self.network.loss(batch, self._tables)
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIPPED)
            step_at((self._optimiser,), RATE * warmed(step, WARM, spent))
            mean += (loss.item() - mean) / min(step, 500)
            if step % 1000 == 0:
                _LOG.info("%s: step %d, %.0f%%, loss %.3f", name, step, 100 * spent, mean)
                self.network.save(self._plan.out)
        self.network.eval()
        self.network.save(self._plan.out)

    def _steps(self, items: Sequence[Item]) -> list[Sequence[Item]]:
        """Return all items in steps, those of a step about as long, in any order."""
        longer = self._rng.random(len(items)) * ALIKE
        order = np.argsort(np.array([one.length for one in items]) + longer)
        some = [order[start : start + ITEMS] for start in range(0, len(order), ITEMS)]
        self._rng.shuffle(some)
        return [[items[number] for number in numbers] for numbers in some]


def report(
    network: RerankNetwork, vocabulary: Vocabulary, every: Mapping[str, Sequence[Item]]
) -> Iterator[str]:
    """Yield how well questions are answered before and after options are read."""
    yield f"{'':<12}{'asked':>7}{'before':>8}{'now':>8}{'there':>8}{'absent':>8}{'said':>7}"
    tables = vocabulary.tables(network.own_rows.numpy())
    for name, items in every.items():
        if not items:
            continue
        told = [_scores(network, one, tables) for one in items]
        before, now = np.mean(told, axis=0)
        there = [after for (_, after), item in zip(told, items, strict=True) if item.answers]
        gone = [after for (_, after), item in zip(told, items, strict=True) if not item.answers]
        yield (
            f"{name:<12}{len(items):>7}{before:>8.3f}{now:>8.3f}{np.mean(there or [0]):>8.3f}"
            f"{len(gone):>8}{np.mean(gone or [0]):>7.3f}"
        )


@torch.inference_mode()
def _scores(network: RerankNetwork, item: Item, tables: Tables) -> tuple[float, float]:
    logits = network(batch_of([item], len(network.mean)), tables)[0].numpy()
    count = len(item.options)
    now = np.append(logits[:count], logits[-1])
    return _score(item, np.array(item.known)), _score(item, now)


def _score(item: Item, logits: np.ndarray) -> float:
    told, _ = likeliest(item.values, np.exp(logits - logits.max()))
    return anls(told, item.answers or (NOT_ON_PAGE,))
