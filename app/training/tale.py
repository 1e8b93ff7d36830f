"""What a run's events add up to. Pure: no files, no widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import assert_never

from finetune.protocol import (
    NOTHING_KEPT,
    Ended,
    Event,
    Failed,
    Measured,
    Measuring,
    NamesLearned,
    Paused,
    Placed,
    Preparing,
    Resumed,
    Started,
    StepDone,
    Waiting,
    Watched,
)

_RECENT = 16
"""Steps whose median tells how fast the run is now."""


@dataclass(frozen=True, slots=True)
class Point:
    """A number at a step; steps count from 1."""

    step: int
    value: float


@dataclass(slots=True)
class Tale:
    """A run as its events tell it, in their order.

    Attributes:
        process: The id of the process that spoke last, 0 before any did.
        steps: In all, 0 while unknown.
        step: The last one that is done.
        losses: What each step learned from, per answer token.
        scores: The same on examples that it does not learn from.
        best_step: The step with the best score, 0 before any.
        now: What it does or waits for now; None between two steps.
        ended: No more steps.
        asked: How far the measure is.
        placed: For how many rows about whole pages it is known where their answers stand; None
            when that does not matter or is not known yet.
        names: What its documents call what was asked for, a sentence for each label.
        seconds_left: Until the last step, -1 while unknown.
        memory_bytes: The most it took.
        examples_a_second: 0 while unknown.
    """

    process: int = 0
    steps: int = 0
    step: int = 0
    losses: list[Point] = field(default_factory=list)
    scores: list[Point] = field(default_factory=list)
    best_step: int = 0
    now: Preparing | Paused | Waiting | Measuring | Measured | Failed | None = None
    ended: Ended | None = None
    asked: Measuring = Measuring(0, 0)
    placed: Placed | None = None
    names: tuple[str, ...] = ()
    seconds_left: float = -1.0
    memory_bytes: int = 0
    _paces: list[float] = field(default_factory=list)

    @property
    def examples_a_second(self) -> float:
        """How fast it has been lately, 0 while unknown."""
        return median(self._paces) if self._paces else 0.0

    @property
    def kept_nothing(self) -> bool:
        """Whether it ended before it had learned anything."""
        return self.ended is not None and self.ended.kept_step == NOTHING_KEPT

    @property
    def best(self) -> float | None:
        """The best score so far."""
        return min((point.value for point in self.scores), default=None)

    def take_all(self, events: Iterable[Event]) -> None:
        """Take events in their order."""
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case Started():
                self._start(event)
            case StepDone():
                self._count(event)
            case Watched():
                self.scores.append(Point(event.step, event.score))
                self.best_step = max(0, event.best_step)
            case Resumed():
                self.now = None
            case Ended():
                self.ended, self.now, self.seconds_left = event, None, -1.0
            case Placed():
                self.placed, self.steps, self.now = event, event.steps, None
            case Measuring():
                self.asked = self.now = event
            case NamesLearned():
                self.names = event.sentences
            case Preparing() | Paused() | Waiting() | Measured() | Failed():
                self.now = event
            case _:
                assert_never(event)

    def _start(self, event: Started) -> None:
        """Forget what a process that was cut off had done but not kept."""
        self.process, self.steps, self.step = event.process, event.steps, event.step
        self.losses = [point for point in self.losses if point.step <= event.step]
        self.scores = [point for point in self.scores if point.step <= event.step]
        self.now = self.ended = None
        self.seconds_left = -1.0
        self._paces = []

    def _count(self, event: StepDone) -> None:
        self.now = None
        self.step = event.step
        self.losses.append(Point(event.step, event.loss))
        self.seconds_left = event.seconds_left
        self.memory_bytes = max(self.memory_bytes, event.memory_bytes)
        if event.seconds > 0:
            self._paces = [*self._paces, event.examples / event.seconds][-_RECENT:]
