"""What the training window shows. Plain values, no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from app.training.tale import Tale
from finetune.estimate import Estimate
from finetune.gate import Gate
from finetune.hygiene import Preview
from finetune.plan import TrainPlan
from finetune.protocol import Event, Failed, Measured, Measuring, Paused, Preparing, Waiting, Wish
from finetune.split import Split
from finetune.types import Example, InUse, Refusal


@dataclass(frozen=True, slots=True)
class Base:
    """A model that can be taught: its folder and what to call it.

    `named` tells whether it is asked by the names of things, so that these can be learned alone.
    """

    folder: str
    name: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that would be frozen into a run, and what it would take.

    Attributes:
        plan: What would be done; its name is not the person's yet.
        examples: All, with those that say "not on this page" after the person's own.
        shown: For each example that borrows a picture, the id of the example it is from.
        split: Their sides.
        refusals: What speaks against it.
        preview: What would be taught and measured.
        estimate: What it would take.
        flops: How fast this machine was found to be.
        name_problem: Why the name cannot be used, "" when it can.
        readers: Which tuned version reads a document now, by the ids of those it is tested on.
    """

    plan: TrainPlan
    examples: tuple[Example, ...]
    shown: dict[str, str]
    split: Split
    refusals: tuple[Refusal, ...]
    preview: Preview
    estimate: Estimate
    flops: float
    name_problem: str = ""
    readers: dict[str, InUse] = field(default_factory=dict[str, InUse])

    @property
    def documents(self) -> int:
        """How many documents the examples are of."""
        return len({example.document for example in self.examples})


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a run learns from and is measured on."""

    learned: int = 0
    watched: int = 0
    held_out: int = 0
    learned_documents: int = 0
    held_out_documents: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What is new of a run since the last look.

    Attributes:
        folder: The run.
        plan: What it does.
        made_at: When it was made, seconds since 1970.
        sizes: Of its rows.
        afresh: Whether `events` are all there are, not only the new ones.
        events: What happened.
        process: The id of its process, 0 when there is none.
        said: The last thing its process said without writing it down: why it did not begin.
        wish: What the person wants of it.
        gate: Its measure, None before there is one.
    """

    folder: Path
    plan: TrainPlan
    made_at: float
    sizes: Sizes
    afresh: bool
    events: tuple[Event, ...]
    process: int
    said: Failed | None
    wish: Wish
    gate: Gate | None


class Phase(Enum):
    """What a run does now."""

    STARTING = "starting"
    PREPARING = "preparing"
    LEARNING = "learning"
    PAUSED = "paused"
    WAITING = "waiting"
    SAVING = "saving"
    MEASURING = "measuring"
    MEASURED = "measured"
    STOPPED = "stopped"
    FAILED = "failed"
    DIED = "died"


AT_WORK = frozenset(
    {
        Phase.STARTING,
        Phase.PREPARING,
        Phase.LEARNING,
        Phase.PAUSED,
        Phase.WAITING,
        Phase.SAVING,
        Phase.MEASURING,
    }
)
"""Phases in which a process is there."""

LEARNS = frozenset({Phase.STARTING, Phase.PREPARING, Phase.LEARNING, Phase.PAUSED, Phase.WAITING})
"""Phases in which a pause or a stop means something."""


@dataclass(slots=True)
class Run:
    """A run as the window knows it; lives on the window's thread."""

    folder: Path
    plan: TrainPlan
    made_at: float
    sizes: Sizes
    tale: Tale = field(default_factory=Tale)
    process: int = 0
    said: Failed | None = None
    wish: Wish = "run"
    gate: Gate | None = None

    def take(self, news: News) -> None:
        """Take what is new."""
        if news.afresh:
            self.tale = Tale()
        self.tale.take_all(news.events)
        self.plan, self.sizes = news.plan, news.sizes
        self.process, self.said = news.process, news.said
        self.wish, self.gate = news.wish, news.gate

    @property
    def failure(self) -> Failed | None:
        """Why it ended without a result, None when it did not."""
        now = self.tale.now
        return now if isinstance(now, Failed) else self.said

    @property
    def phase(self) -> Phase:
        """What it does now."""
        now = self.tale.now
        if isinstance(now, Measured):
            return Phase.MEASURED
        if not self.process:
            if self.failure is not None:
                return Phase.FAILED
            return Phase.STOPPED if self.tale.kept_nothing else Phase.DIED
        if self.process != self.tale.process:
            return Phase.STARTING
        match now:
            case Preparing():
                return Phase.PREPARING
            case Paused():
                return Phase.PAUSED
            case Waiting():
                return Phase.WAITING
            case Measuring():
                return Phase.MEASURING
            case _ if self.tale.ended is not None:
                return Phase.SAVING
            case _:
                return Phase.LEARNING if self.tale.losses else Phase.PREPARING

    @property
    def measures(self) -> bool:
        """Whether it has learned, and its process measures it or is about to."""
        now = self.tale.now
        over = not self.process or isinstance(now, Measured | Failed)
        return self.tale.ended is not None and not self.tale.kept_nothing and not over

    @property
    def at_work(self) -> bool:
        """Whether its process is there."""
        return self.phase in AT_WORK
