"""The training loop: steps, checkpoints, pauses, and when to end. Knows no torch and no files.

A step counts once its checkpoint is on the disk. All that decides about the next step is in the
checkpoint, so a run that was cut off anywhere ends with the same bits as one that was not.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median
from typing import Protocol

import msgspec

from finetune.checkpoint import Checkpoint, Progress
from finetune.disk import FULL
from finetune.protocol import (
    Control,
    Ended,
    Outcome,
    Paused,
    Resumed,
    StepDone,
    StepEvent,
    Waiting,
    Watched,
    Wish,
)
from finetune.tensors import Raw, Tensors

RECENT = 8
"""Losses whose mean is compared with the lowest such mean to notice divergence."""
LOOK_SECONDS = 0.2
"""How often a run that waits looks whether it may go on."""
FULL_SECONDS = 2.0
"""How often a run tries again to write to a full disk."""
DISK_FULL = "The disk is full. Free some space and the run goes on."
_STOPPED_FULL = "Stopped while the disk was full; the last step that was saved is kept."


@dataclass(frozen=True, slots=True)
class Taught:
    """What one step did: its loss per answer token (not finite: nothing was changed), its size."""

    loss: float
    examples: int
    memory_bytes: int = 0


class Learner(Protocol):
    """What is trained. Its steps depend on nothing but its state and the step's number."""

    def step(self, number: int) -> Taught:
        """Take step `number`, from 0; leave everything as it was when the loss is not finite."""
        ...

    def watch(self) -> float:
        """Return the loss per answer token on the watched examples, without changing anything."""
        ...

    def state(self) -> Tensors:
        """Return all that the next step depends on."""
        ...

    def restore(self, tensors: Tensors) -> None:
        """Take back what `state` gave."""
        ...

    def adapter(self) -> Tensors:
        """Return the trained weights alone."""
        ...


class Keeper(Protocol):
    """Where states are kept; see `checkpoint.Checkpoints`."""

    def newest(self) -> Checkpoint | None:
        """Return the newest undamaged state."""
        ...

    def save(self, progress: Progress, tensors: Tensors) -> None:
        """Keep a state."""
        ...

    def save_best(self, step: int, tensors: Tensors) -> None:
        """Keep the best adapter."""
        ...

    def best(self) -> dict[str, Raw] | None:
        """Return the best adapter, None where there is none that is whole."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to watch and when to end.

    Attributes:
        steps: Steps in all.
        watch_every: Steps between two looks at the watched examples; the last step is one too.
        patience: Looks without a better score after which the run ends.
    """

    steps: int
    watch_every: int
    patience: int


def _nothing(_: Control) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the loop asks of the world, replaced in tests.

    Attributes:
        control: Returns what the person wants now; among several processes all get the same.
        alone: The same without asking the others, for the one that waits for its disk.
        wait: Waits so many seconds.
        clock: Seconds, monotonic.
        hindrance: Says in a sentence why the run should wait now, given what the person wants; ""
            when it need not. Among several processes all get the same.
    """

    control: Callable[[], Control]
    alone: Callable[[], Control]
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    hindrance: Callable[[Control], str] = _nothing


def train(
    learner: Learner, schedule: Schedule, keeper: Keeper, world: Surroundings
) -> Iterator[StepEvent]:
    """Go on from the newest checkpoint to the end, yielding what happens; the last is `Ended`.

    The adapter to keep is then `keeper.best()`, or the learner's when nothing was watched.
    """
    progress = Progress()
    found = keeper.newest()
    if found is not None:
        progress = found.progress
        learner.restore(found.tensors)
        if progress.best_step >= 0 and keeper.best() is None:
            progress = _without_best(progress, learner.watch())
            if not (yield from _keep(partial(_begin_anew, learner, keeper, progress), 0, world)):
                yield _ended("stopped", progress, _STOPPED_FULL)
                return
    pace = _Pace(schedule.steps, world.clock)
    while (ending := _ending(progress, schedule)) is None:
        if (yield from obey(progress.step, world)) == "stop":
            yield _ended("stopped", progress, "Stopped as you asked; what was learned is kept.")
            return
        pace.begin()
        taught = learner.step(progress.step)
        if not math.isfinite(taught.loss):
            text = "The numbers overflowed; the last good step is kept. Try a lower learning rate."
            yield _ended("diverged", progress, text)
            return
        before, progress = progress, _count(progress, taught.loss)
        watched = _is_due(progress.step, schedule)
        if watched:
            progress = _compare(progress, learner.watch())
        if watched and progress.best_step == progress.step:
            write = partial(keeper.save_best, progress.step, learner.adapter())
            if not (yield from _keep(write, before.step, world)):
                yield _ended("stopped", before, _STOPPED_FULL)
                return
        write = partial(keeper.save, progress, learner.state())
        if not (yield from _keep(write, before.step, world)):
            yield _ended("stopped", before, _STOPPED_FULL)
            return
        yield pace.done(progress.step, taught)
        if watched:
            yield Watched(progress.step, progress.last_score, progress.best_step)
    yield ending


def _is_due(step: int, schedule: Schedule) -> bool:
    return step % schedule.watch_every == 0 or step == schedule.steps


def _count(progress: Progress, loss: float) -> Progress:
    """Count a step; a mean over too few losses says nothing about divergence yet."""
    recent = (*progress.recent, loss)[-RECENT:]
    mean = fmean(recent)
    lowest = progress.lowest_mean
    if len(recent) == RECENT:
        lowest = mean if lowest < 0 else min(lowest, mean)
    return msgspec.structs.replace(
        progress, step=progress.step + 1, recent=recent, lowest_mean=lowest
    )


def _compare(progress: Progress, score: float) -> Progress:
    """Note a watched score; one that is not a number is never the best."""
    if math.isfinite(score) and (progress.best_step < 0 or score < progress.best_score):
        return msgspec.structs.replace(
            progress, last_score=score, best_step=progress.step, best_score=score, misses=0
        )
    return msgspec.structs.replace(progress, last_score=score, misses=progress.misses + 1)


def _without_best(progress: Progress, score: float) -> Progress:
    """Take the state that is whole for the best one, whose adapter is damaged on the disk."""
    lost = msgspec.structs.replace(progress, best_step=-1, lost_best=progress.step)
    return msgspec.structs.replace(_compare(lost, score), misses=progress.misses)


def _begin_anew(learner: Learner, keeper: Keeper, progress: Progress) -> None:
    """Keep a state as the best one there is."""
    keeper.save_best(progress.step, learner.adapter())
    keeper.save(progress, learner.state())


def _ending(progress: Progress, schedule: Schedule) -> Ended | None:
    """Tell whether the state calls for an end; it says the same again after a restart."""
    limit = 3 * progress.lowest_mean + 1
    if progress.lowest_mean >= 0 and fmean(progress.recent) > limit:
        text = "The loss rose far above where it had been; the best step before that is kept."
        return _ended("diverged", progress, text)
    if progress.misses >= schedule.patience:
        text = "No longer getting better on examples it does not learn from, so it ended early."
        return _ended("early", progress, text)
    if progress.step >= schedule.steps:
        return _ended("finished", progress, "All steps are done.")
    return None


def _ended(outcome: Outcome, progress: Progress, text: str) -> Ended:
    kept = progress.best_step if progress.best_step >= 0 else progress.step
    if progress.lost_best >= 0:
        text += (
            " What was best before was damaged on the disk, so the best from step "
            f"{progress.lost_best} on is kept."
        )
    return Ended(outcome, progress.step, kept, text)


def obey(step: int, world: Surroundings, end: Wish = "stop") -> Generator[StepEvent, None, Wish]:
    """Wait while the person wants a pause or something is in the way.

    Args:
        step: The last one that is done.
        world: Says what is wanted, and what is in the way.
        end: The wish that ends what is being done now.

    Returns:
        `end` when the person wants that, else "run".
    """
    said: Paused | Waiting | None = None
    while True:
        control = world.control()
        if control.wish == end:
            return end
        now: Paused | Waiting | None = None
        if control.wish == "pause":
            now = Paused(step, control.why)
        elif reason := world.hindrance(control):
            now = Waiting(step, reason)
        if now is None:
            if said is not None:
                yield Resumed(step)
            return "run"
        if now != said:
            said = now
            yield now
        world.wait(LOOK_SECONDS)


def _keep(
    write: Callable[[], None], step: int, world: Surroundings
) -> Generator[StepEvent, None, bool]:
    """Write, waiting for room on a full disk; return False when the person stops meanwhile."""
    waited = False
    while True:
        try:
            write()
        except OSError as error:
            if error.errno not in FULL:
                raise
            if not waited:
                yield Waiting(step, DISK_FULL)
            waited = True
            if world.alone().wish == "stop":
                return False
            world.wait(FULL_SECONDS)
            continue
        if waited:
            yield Resumed(step)
        return True


class _Pace:
    """Says how long steps take; the median of the last few tells what is left."""

    def __init__(self, steps: int, clock: Callable[[], float]) -> None:
        self._steps = steps
        self._clock = clock
        self._begun = 0.0
        self._seconds: deque[float] = deque(maxlen=32)

    def begin(self) -> None:
        """Note that a step begins."""
        self._begun = self._clock()

    def done(self, step: int, taught: Taught) -> StepDone:
        """Return the event of a step that is on the disk, saving included in its time."""
        seconds = self._clock() - self._begun
        self._seconds.append(seconds)
        left = median(self._seconds) * (self._steps - step) if len(self._seconds) > 2 else -1.0
        return StepDone(step, taught.loss, taught.examples, seconds, left, taught.memory_bytes)
