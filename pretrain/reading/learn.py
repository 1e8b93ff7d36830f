"""Teaches the network that reads lines, on lines that are drawn while it learns."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from pretrain import many
from pretrain.fonts import FontSet
from pretrain.muon import Muon, step_at
from pretrain.reading import measure
from pretrain.reading.lessons import PIXELS, Batch, Lessons
from pretrain.reading.lines import LinePlan
from vlm.line_network import CLASSES, LineNetwork
from vlm.line_reader import load, save

_LOG = logging.getLogger(__name__)

RATE, WARM, LAST = 2e-3, 200, 0.02
"""Learning rate, steps until it is reached, and what is left of it at the end."""

DECAY = 0.01
"""Weight decay of what is no matrix inside the network."""

GUIDED, GUIDE, NOTHING = 1500, 3.0, 0.2
"""Steps at the start in which the middle of each character is told, what that counts at first, and
what a place without one does."""

AVERAGED = 0.999
"""What stays of the running average of the weights at each step."""

TOLD, SAVED = 100, 500
"""Steps between two lines of the log, and between two saved averages."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        out: Folder for the weights.
        minutes: How long.
        fonts: To draw with.
        seed: Of all chance.
        workers: Processes that draw.
        threads: Of this process.
        rate: Learning rate.
        cooled: Share of the time in which it falls.
        resume: Folder of weights to go on from; None to learn from nothing.
        device: Where it learns.
        pixels: Width of a batch.
        lines: Of each kind on which it is measured at the end.
    """

    out: Path
    minutes: float
    fonts: FontSet
    seed: int = 1
    workers: int = 1
    threads: int = 1
    rate: float = RATE
    cooled: float = 0.6
    resume: Path | None = None
    device: str = "cpu"
    pixels: int = PIXELS
    lines: int = 200


def losses(network: LineNetwork, batch: Batch, guide: float) -> Tensor:
    """Return the loss of a character in the mean.

    Args:
        network: Learns.
        batch: Lines.
        guide: What it counts that each character is told at the place of its middle.
    """
    device = next(network.parameters()).device
    with torch.autocast(device.type, torch.bfloat16):
        scores = network(batch.pictures.to(device).float() / 255)
    logs = functional.log_softmax(scores.float(), dim=-1)
    lines, places, _ = logs.shape
    loss = functional.ctc_loss(
        logs.transpose(0, 1),
        batch.classes.to(device),
        torch.full((lines,), places),
        batch.counts,
        reduction="sum",
        zero_infinity=True,
    )
    loss = loss / batch.counts.sum().clamp(min=1)
    if guide:
        wanted = torch.zeros((lines, places), dtype=torch.long)
        rows = torch.repeat_interleave(torch.arange(lines), batch.counts)
        wanted[rows, batch.places] = batch.classes
        weights = torch.ones(CLASSES, device=device)
        weights[0] = NOTHING
        there = functional.nll_loss(logs.flatten(0, 1), wanted.flatten().to(device), weights)
        loss = loss + guide * there
    return loss


def learn(plan: Plan) -> None:
    """Learn for so long, saving the average of the weights, and print what it can."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    network = LineNetwork() if plan.resume is None else load(plan.resume).train()
    network = network.to(plan.device)
    average = copy.deepcopy(network)
    optimisers = _optimisers(network, plan.rate)
    for step, spent, batch in _batches(plan):
        guide = GUIDE * max(0.0, 1 - step / GUIDED) if plan.resume is None else 0.0
        share = min(1.0, step / WARM) * max(LAST, min(1.0, (1 - spent) / plan.cooled))
        loss = losses(network, batch, guide)
        network.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        step_at(optimisers, plan.rate * share)
        _approach(average, network, AVERAGED)
        if step % TOLD == 0:
            _LOG.info("step %d, %.0f%%: loss %.4f", step, 100 * spent, loss.item())
        if step % SAVED == 0:
            save(average, plan.out)
    save(average, plan.out)
    for line in measure.report(average.cpu(), plan.fonts, plan.lines):
        _LOG.info(line)


def _approach(average: LineNetwork, network: LineNetwork, stays: float) -> None:
    """Take the weights of a step into their running average."""
    with torch.no_grad():
        many.approach(list(average.parameters()), list(network.parameters()), 1 - stays)


def _batches(plan: Plan) -> Iterator[tuple[int, float, Batch]]:
    """Yield batches with the number of the step and the share of the time that is spent."""
    lessons = Lessons(LinePlan(plan.fonts.seen), plan.pixels, plan.seed)
    ahead = 8 if plan.workers else None
    loader = DataLoader(lessons, batch_size=None, num_workers=plan.workers, prefetch_factor=ahead)
    start = time.monotonic()
    for step, batch in enumerate(loader, 1):
        spent = (time.monotonic() - start) / max(1e-9, 60 * plan.minutes)
        if spent >= 1:
            return
        yield step, spent, batch


def _optimisers(network: LineNetwork, rate: float) -> list[torch.optim.Optimizer]:
    inner = [one for one in network.blocks.parameters() if one.dim() == 2]
    inner += [one for one in network.column.parameters() if one.dim() == 2]
    known = {id(one) for one in inner}
    rest = [one for one in network.parameters() if id(one) not in known]
    return [
        Muon(inner, rate),
        torch.optim.AdamW(rest, rate, betas=(0.9, 0.98), weight_decay=DECAY),
    ]
