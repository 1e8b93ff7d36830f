"""The training loop: one stage, from a checkpoint or from nothing, for some minutes.

The learning rate stays constant after its warm-up and the running average of the weights is what
is measured and saved, so that a run may be stopped and continued at any step.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from pretrain import checkpoint, dora, export, fonts, gates, many, stages, stream
from pretrain.batches import Batch
from pretrain.checkpoint import Position
from pretrain.levels import Level
from pretrain.muon import Muon
from pretrain.quick import autocast, choose_attention, make_quick, quickest
from pretrain.reader import Inputs, Reader, Weights, to_device

log = logging.getLogger(__name__)

CURVES = "curves.jsonl"
AVERAGE_DECAY = 0.998
COOLEST = 0.02
"""Where the rate ends that cools down, times the rate."""


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """What one call trains.

    Attributes:
        stage: name of the stage.
        out: folder for checkpoint and curves.
        resume: folder of a checkpoint to continue, of this stage or the one before.
        preset: size of a model that starts from nothing.
        device: where it runs.
        minutes: how long to train.
        most_steps: stop after so many steps in all, None for no bound.
        seed: what data and weights come from.
        font_folder: written by ``python -m pretrain fonts``; None for Pillow's own font.
        workers: drawing processes.
        level: start at this level instead of where the checkpoint stands.
        lr: learning rate instead of the stage's.
        patches_per_batch: size of a batch instead of the stage's.
        checkpoint_s: seconds between checkpoints.
        log_every: steps between lines of the curves.
        gate_s: seconds between measurements of the gate.
        compiled: use torch.compile.
        cooldown: share of the minutes, at their end, in which the rate falls to almost nothing.
        replay: how often a batch may be taught again while the next one is not drawn yet; what is
            taught then depends on how quick the processes are.
    """

    stage: str
    out: Path
    resume: Path | None = None
    preset: str = "cpu"
    device: str = "cpu"
    minutes: float = 1.0
    most_steps: int | None = None
    seed: int = 0
    font_folder: Path | None = None
    workers: int = 1
    level: int | None = None
    lr: float | None = None
    patches_per_batch: int | None = None
    checkpoint_s: float = 120.0
    log_every: int = 20
    gate_s: float = 400.0
    compiled: bool = False
    cooldown: float = 0.0
    replay: int = 0


def make_optimizers(reader: Reader, lr: float) -> list[Optimizer]:
    """Muon for the matrices inside layers, AdamW for everything else.

    Muon after Jordan et al. 2024, scaled so that both take the same learning rate.
    """
    inside: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in reader.named_parameters():
        if not parameter.requires_grad:
            continue
        hidden = ".layers." in name and parameter.ndim == 2
        (inside if hidden else others).append(parameter)
    return [
        Muon(inside, lr, dtype=quickest(inside[0].device.type)),
        AdamW(others, lr=lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]


class Run:
    """A stage in progress: weights, optimizers and where it stands."""

    def __init__(self, plan: TrainPlan, stop: Callable[[], bool] = lambda: False) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.stop = stop
        self.stage = stages.STAGES[plan.stage]
        self.device = torch.device(plan.device)
        start = checkpoint.position_of(plan.resume) if plan.resume else None
        preset = start.preset if start else plan.preset
        self.at = Position(plan.stage, plan.level or 0, 0, 0, 0, 0.0, preset, plan.seed)
        same = start is not None and start.stage == plan.stage
        if plan.resume is None or same:
            reader = Reader.fresh(preset, plan.seed)
        else:
            reader, _ = export.load_reader(plan.resume)
            if start is not None and start.stage == "encoder":
                reader.warm_start()
        if self.stage.adapter_rank:
            dora.attach(reader.model, self.stage.adapter_rank)
        self.reader = reader.to(self.device).train()
        self.average = {
            name: value.detach().clone() for name, value in self.reader.named_parameters()
        }
        self.lr = plan.lr or self.stage.peak_lr
        self.heat = 1.0
        self.optimizers = make_optimizers(self.reader, self.lr)
        if plan.resume and start and same:
            self._continue(plan.resume, start)
        make_quick(self.reader.model, self.device)
        self._enter_level()
        if plan.compiled:
            for layer in self.reader.model.model.vision_model.encoder.layers:
                layer.compile(dynamic=True)

    def _continue(self, folder: Path, start: Position) -> None:
        """Go on where a checkpoint of this stage stands."""
        checkpoint.load_weights(folder, self.reader, averaged=False)
        checkpoint.load_average(folder, self.average)
        checkpoint.load_optimizers(folder, self.optimizers)
        self.at = start
        if self.plan.level is not None and self.plan.level != start.level:
            self.at = replace(start, level=self.plan.level, batch=0)

    @property
    def level(self) -> Level:
        """The curriculum level in progress."""
        return self.stage.levels[self.at.level]

    @property
    def weights(self) -> Weights:
        """What the next step counts."""
        level = self.level
        chance = random.Random(f"{self.at.seed}/{level.name}/{self.at.batch}/dense")
        return stages.DENSE if chance.random() < level.dense else level.weights

    def source(self) -> stages.Source:
        """What the next batches are drawn from."""
        seen = fonts.load(self.plan.font_folder).seen
        patches = self.plan.patches_per_batch or self.stage.patches_per_batch
        most = max(stages.MOST_SAMPLES, patches // 64)
        return stages.Source(self.level, seen, self.at.seed, patches, most)

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoint.save(self.plan.out, self.at, self.reader, self.average, self.optimizers)

    def step(self, inputs: Inputs, weights: Weights) -> dict[str, Tensor]:
        """Make one optimizer step; return the parts of its loss."""
        rate = self.lr * min(1.0, (self.at.step + 1) / 100) * self.heat
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        with autocast(self.device):
            loss, parts = self.reader(inputs, weights)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        decay = min(AVERAGE_DECAY, (1 + self.at.step) / (10 + self.at.step))
        self._follow(1 - decay)
        return {**parts, "loss": loss.detach(), "norm": norm.detach()}

    @torch.no_grad()
    def _follow(self, share: float) -> None:
        """Move the running average towards the weights."""
        own = dict(self.reader.named_parameters())
        many.approach([self.average[name] for name in own], list(own.values()), share)

    def cool(self, left: float) -> None:
        """Lower the rate by what is left of the run's time, in [0, 1]."""
        part = self.plan.cooldown
        self.heat = max(min(1.0, left / part), COOLEST) if part > 0 else 1.0

    def ended(self, ends: float) -> bool:
        """Whether time (a ``time.monotonic``) or steps are over, or a stop was asked for."""
        most = self.plan.most_steps
        return (
            self.stop() or time.monotonic() >= ends or (most is not None and self.at.step >= most)
        )

    def promote(self) -> bool:
        """Go to the next level; False when this was the last."""
        if self.at.level + 1 >= len(self.stage.levels):
            return False
        self.at = replace(self.at, level=self.at.level + 1, batch=0)
        self._enter_level()
        return True

    def _enter_level(self) -> None:
        """Set up what the level trains and which attention it runs."""
        choose_attention(self.reader.model, self.level.weights.guide > 0, self.device)
        if self.stage.adapter_rank is None:
            self.reader.see(learning=not self.level.frozen_encoder)

    @contextmanager
    def averaged(self) -> Generator[None]:
        """Put the averaged weights into the reader while open."""
        own = {name: value.detach().clone() for name, value in self.reader.named_parameters()}
        self._put(self.average)
        try:
            yield
        finally:
            self._put(own)

    @torch.no_grad()
    def _put(self, weights: dict[str, Tensor]) -> None:
        for name, value in self.reader.named_parameters():
            value.copy_(weights[name])

    def advance(self, samples: int, seconds: float) -> None:
        """Count a step."""
        at = self.at
        self.at = replace(
            at,
            batch=at.batch + 1,
            step=at.step + 1,
            samples=at.samples + samples,
            seconds=at.seconds + seconds,
        )


def train(plan: TrainPlan, stop: Callable[[], bool] = lambda: False) -> Run:
    """Train one stage for ``plan.minutes`` or until ``stop()``; return it as it stands.

    Leaves the checkpoint and one line of curves every ``plan.log_every`` steps in ``plan.out``.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    run = Run(plan, stop)
    ends = time.monotonic() + 60 * plan.minutes
    while not run.ended(ends):
        with stream.batches(run.source(), run.at.batch, plan.workers, plan.replay) as ready:
            _train_level(run, ready, ends)
    run.save()
    return run


def _train_level(run: Run, ready: Iterator[Batch], ends: float) -> None:
    """Step until the time is over or the level's gate is passed."""
    plan = run.plan
    saved = gated = time.monotonic()
    waited = worked = 0.0
    samples = 0
    while not run.ended(ends):
        began = time.monotonic()
        run.cool((ends - began) / (60 * plan.minutes))
        batch = next(ready)
        drawn = time.monotonic()
        inputs = to_device(batch, run.device)
        parts = run.step(inputs, run.weights)
        done = time.monotonic()
        waited, worked = waited + drawn - began, worked + done - drawn
        samples += len(batch.input_ids)
        run.advance(len(batch.input_ids), done - began)
        if run.at.step % plan.log_every == 0:
            pace = {
                "samples_per_s": samples / (waited + worked),
                "utilisation": worked / (waited + worked),
            }
            _write(run, {name: float(value) for name, value in parts.items()} | pace)
            waited, worked, samples = 0.0, 0.0, 0
        if done - saved > plan.checkpoint_s:
            run.save()
            saved = done
        if run.level.weights.answer > 0 and done - gated > plan.gate_s:
            passed = _gate(run, inputs)
            gated = time.monotonic()
            if passed and run.promote():
                return


def _gate(run: Run, inputs: Inputs) -> bool:
    """Measure the averaged weights; tell whether the level's gate is passed."""
    with run.averaged():
        seen = fonts.load(run.plan.font_folder).seen
        found = gates.measure(run.reader, seen)
        own, swapped = gates.swapped_loss(run.reader, inputs)
    _write(run, {f"gate_{k}": v for k, v in asdict(found).items()})
    _write(run, {"gate_loss": own, "gate_loss_swapped": swapped})
    limit = run.level.gate_cer
    return limit is not None and found.noise_cer < limit


def _write(run: Run, values: dict[str, float]) -> None:
    """Append one line to the curves and to the log."""
    at = run.at
    line = {
        "stage": at.stage,
        "level": run.level.name,
        "step": at.step,
        "samples": at.samples,
        "minutes": round(at.seconds / 60, 2),
    } | {name: round(value, 4) for name, value in values.items()}
    with (run.plan.out / CURVES).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    log.info("%s", json.dumps(line))
