"""Learns to weigh what pages offer, from sheets laid out at random; measures it on other sheets."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from pretrain.matching import kept_pages
from pretrain.matching.bank import is_kept
from pretrain.matching.laid_out import laid_out
from pretrain.matching.rank_network import HIDDEN, AskedPage, RankNetwork
from pretrain.matching.sheets import Asked, Place, Sheet, sheets
from pretrain.muon import step_at, warmed
from vlm import field_matcher, value_kinds
from vlm.absence import NOT_ON_PAGE
from vlm.option_numbers import Seen, around, numbers
from vlm.option_ranker import WEIGHTS, WORDS
from vlm.page_options import Option, PageOptions
from vlm.scoring import anls
from vlm.types import Box, Word, union

_LOG = logging.getLogger(__name__)

RATE, WARM, DECAY = 2e-3, 100, 1e-2
"""Learning rate, steps until it is reached, and weight decay."""

PAGES = 2
"""Of a step."""

NEAR = 0.002
"""How far, of the page's width or height, the edges of an option are from those of its answer."""

SURE = 0.9


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        out: Folder for the weights.
        epochs: How often each page is learned from.
        seed: Of all chance.
        workers: Processes that look at pages; 0 for none beside this one.
        every: Whether sheets that are kept for measuring are learned of as well.
        name: Of the file.
        resume: File of weights to go on from, of as many numbers.
        hidden: Numbers of its hidden layer.
        words: File of vectors of words.
        half: Of the sheets, 0 or 1, that is learned from alone; None for all.
        rate: Learning rate.
        pages: Folder for pages that were looked at, see `asked_pages`.
    """

    out: Path
    epochs: int
    seed: int = 1
    workers: int = 0
    every: bool = False
    name: str = WEIGHTS
    resume: Path | None = None
    hidden: int = HIDDEN
    words: Path = WORDS
    half: int | None = None
    rate: float = RATE
    pages: Path | None = None


def learn(plan: Plan) -> None:
    """Learn, save, and print what it can."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    start = time.monotonic()
    pages = list(asked_pages(sheets(), plan.seed, plan.workers, plan.pages))
    kept = {one.name for one in sheets() if one.held_out}
    learned = [
        one
        for one in pages
        if (plan.every or one.name not in kept) and plan.half in (None, half_of(one.name))
    ]
    questions = sum(len(one.questions) for one in learned)
    spent = time.monotonic() - start
    _LOG.info("%d pages, %d questions to learn from, %.0f s", len(learned), questions, spent)
    network = RankNetwork(*moments(learned), plan.hidden, plan.words)
    if plan.resume is not None:
        network.restore(plan.resume)
    optimiser = torch.optim.AdamW(network.parameters(), plan.rate, weight_decay=DECAY)
    rng = np.random.default_rng(plan.seed)
    steps, step = plan.epochs * (len(learned) // PAGES), 0
    for epoch in range(plan.epochs):
        order, mean = rng.permutation(len(learned)), 0.0
        for place in range(0, len(order) - PAGES + 1, PAGES):
            some = [learned[number] for number in order[place : place + PAGES]]
            told = [network.loss(one, rng) for one in some]
            loss = sum((one for one, _ in told), start=torch.zeros(()))
            loss = loss / max(1, sum(count for _, count in told))
            network.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            step += 1
            step_at(
                (optimiser,),
                plan.rate * warmed(step, WARM, step / steps),
            )
            mean += loss.item()
        _LOG.info("epoch %d: loss %.3f", epoch + 1, mean / max(1, len(order) // PAGES))
        network.save(plan.out, plan.name)
    network.eval()
    for line in report(
        network, {"learned": learned[:80], "sheets": [p for p in pages if p.name in kept]}
    ):
        _LOG.info(line)


def half_of(name: str) -> int:
    """Return the half of the sheets, 0 or 1, that a sheet belongs to."""
    return int(is_kept(f"half {name}", 2))


def moments(pages: Sequence[AskedPage]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and standard deviation of each number of some of the options."""
    some = [one.known.reshape(-1, one.known.shape[2])[::7] for one in pages]
    every = np.concatenate(some).astype(np.float32)
    return torch.from_numpy(every.mean(axis=0)), torch.from_numpy(every.std(axis=0) + 1e-3)


def asked_pages(
    every: Sequence[Sheet], seed: int, workers: int, folder: Path | None = None
) -> Iterator[AskedPage]:
    """Yield the pages of sheets laid out at random, in their order, with what they offer.

    Args:
        every: The sheets.
        seed: Of all chance.
        workers: Processes; 0 for none beside this one.
        folder: Where pages that were looked at are kept and found again, for as long as nothing
            is changed by which they are looked at; None for nowhere.

    Raises:
        OSError: If a page cannot be kept or read there.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    page_of = partial(asked_page, seed=seed, folder=folder)
    if not workers:
        yield from filter(None, map(page_of, every))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from filter(None, pool.map(page_of, every, chunksize=8))


def asked_page(sheet: Sheet, seed: int, folder: Path | None = None) -> AskedPage | None:
    """Return one sheet laid out at random, with what it offers; None for one that offers nothing.

    Args:
        sheet: It.
        seed: Of all chance.
        folder: See `asked_pages`.

    Raises:
        OSError: If it cannot be kept or read there.
    """
    file = None if folder is None else kept_pages.file_of(folder, sheet, seed)
    if file is not None and file.exists():
        return kept_pages.kept(file, sheet.name)
    page = _looked_at(sheet, seed)
    if page is not None and file is not None:
        kept_pages.keep(file, page)
    return page


def _looked_at(sheet: Sheet, seed: int) -> AskedPage | None:
    page = laid_out(sheet, random.Random(f"{seed} {sheet.name}"))
    asked = [
        (one.question, tuple(place.text for place in one.answers), _boxes(one, page.words_of))
        for one in sheet.asked
    ]
    return page_with(sheet.name, PageOptions(page.words, page.misread), asked)


def page_with(
    name: str,
    page: PageOptions,
    asked: Sequence[tuple[str, tuple[str, ...], Sequence[Sequence[Box]]]],
) -> AskedPage | None:
    """Return a page with what it offers for questions; None for one that offers nothing.

    Args:
        name: Of it.
        page: It.
        asked: Questions, texts that are right, and the boxes of the words of each of them.
    """
    told = [(one, page.of(one[0])) for one in asked]
    if not told or not told[0][1].options:
        return None
    stands = around(told[0][1].options)
    seen = Seen(stands, field_matcher.networks(), value_kinds.shipped())
    known = [numbers(question, offer, seen, page) for (question, *_), offer in told]
    right = [
        [any(_answers(option, boxes) for boxes in places) for option in offer.options]
        for (_, _, places), offer in told
    ]
    return AskedPage(
        name,
        [question for question, *_ in asked],
        stands,
        np.stack(known).astype(np.float16),
        np.array(right),
        [answers for _, answers, _ in asked],
    )


def _boxes(asked: Asked, words_of: Callable[[Place], tuple[Word, ...]]) -> list[list[Box]]:
    """Return the boxes of the words of each answer that stands on the page."""
    found = ([word.box for word in words_of(place)] for place in asked.answers)
    return [boxes for boxes in found if boxes]


def _answers(option: Option, boxes: Sequence[Box]) -> bool:
    """Tell whether an option is of the words in some boxes, no more and no less."""
    if option.in_sentence:
        return set(option.boxes) == set(boxes)
    one, other = option.boxes[0], union(boxes)
    pairs = ((one.x0, other.x0), (one.x1, other.x1), (one.y0, other.y0), (one.y1, other.y1))
    return all(abs(mine - theirs) < NEAR for mine, theirs in pairs)


def report(network: RankNetwork, every: Mapping[str, Sequence[AskedPage]]) -> Iterator[str]:
    """Yield how well a network answers the questions of some pages.

    ANLS of all questions, of those with an answer, and the shares of those without one that are
    told so and of wrong answers among the sure ones.
    """
    yield f"{'':<12}{'asked':>7}{'ANLS':>7}{'there':>7}{'absent':>8}{'said':>7}{'sure: wrong':>14}"
    for name, pages in every.items():
        told = [one for page in pages for one in answers_of(network, page)]
        if not told:
            continue
        here = [score for score, absent, _ in told if not absent]
        gone = [score for score, absent, _ in told if absent]
        sure = [score for score, _, share in told if share > SURE]
        yield (
            f"{name:<12}{len(told):>7}{np.mean([one[0] for one in told]):>7.3f}"
            f"{np.mean(here or [0]):>7.3f}{len(gone):>8}{np.mean(gone or [0]):>7.3f}"
            f"{sum(score == 0 for score in sure):>7} of {len(sure)}"
        )


@torch.inference_mode()
def answers_of(network: RankNetwork, page: AskedPage) -> Iterator[tuple[float, bool, float]]:
    """Yield how right each answer about a page is, whether it has none, and how sure that is."""
    shares = torch.softmax(network(page), 1).numpy()
    for answers, own in zip(page.answers, shares, strict=True):
        told, share = likeliest(page.stands.values, own)
        yield anls(told, answers or (NOT_ON_PAGE,)), not answers, share


def likeliest(values: Sequence[str], shares: npt.NDArray[np.floating]) -> tuple[str, float]:
    """Return the likeliest text of options, or that there is none, and how likely it is.

    Args:
        values: The options' texts; shares of the same text add up.
        shares: Of each and, last, of there being no answer, of shape (options + 1,).
    """
    by_text: dict[str, float] = {}
    for text, share in zip(values, shares.tolist(), strict=False):
        by_text[text] = by_text.get(text, 0.0) + share
    best = max(by_text, key=lambda text: by_text[text])
    none = float(shares[-1])
    return (NOT_ON_PAGE, none) if none > by_text[best] else (best, by_text[best])
