"""What the training process says, and what it is asked to do.

It says it as lines on its output and in `events.jsonl` of the run folder, so that a window that
was closed finds everything again. What it is asked stands in `control.json`. A run's last event
is `Ended`, `Measured` after that when there was something to measure, or `Failed`. A process that
was killed, or left while it measured, ends with any other; the run is then started again.
"""

from __future__ import annotations

from typing import Literal

from vlm.protocol import Message
from vlm.types import Value
from vlm.wire import Codec

VERSION = 1

Outcome = Literal["finished", "early", "stopped", "diverged"]
NOTHING_KEPT = -1
"""In place of the step that is kept, when a run ended before it had learned anything."""
Wish = Literal["run", "pause", "stop", "leave"]
"""`stop` ends learning, and what was learned is measured; `leave` ends a process that measures,
which goes on with the next question when the run is started again."""


class Control(Value, frozen=True):
    """What the person wants of a run; `why` is shown while it waits.

    `anyway` lets it go on although the machine lives on its battery or is short of memory.
    """

    wish: Wish = "run"
    why: str = ""
    anyway: bool = False


class Started(Message, frozen=True, tag="started"):
    """The first event of a process: `step` is where it goes on, of `steps` in all."""

    version: int
    step: int
    steps: int
    process: int


class Preparing(Message, frozen=True, tag="preparing"):
    """What is done before the first step, in plain words; `fraction` in [0, 1]."""

    text: str
    fraction: float


class Placed(Message, frozen=True, tag="placed"):
    """Of the rows about whole pages, for how many it is known which parts answer them.

    Said only of a model that reads pages in parts. Those parts are learned from, so that there are
    `steps` in all; the other rows are left out, unless there are no others.
    """

    found: int
    rows: int
    steps: int


class NamesLearned(Message, frozen=True, tag="names"):
    """What the documents call the things that were asked for, a sentence for each label."""

    sentences: tuple[str, ...]


class StepDone(Message, frozen=True, tag="step"):
    """A step was taken and is on the disk; `step` counts from 1.

    `loss` is per answer token. `seconds_left` is -1 while unknown. `memory_bytes` is the peak.
    """

    step: int
    loss: float
    examples: int
    seconds: float
    seconds_left: float
    memory_bytes: int


class Watched(Message, frozen=True, tag="watched"):
    """The loss per answer token on examples that are not learned from; lower is better."""

    step: int
    score: float
    best_step: int


class Paused(Message, frozen=True, tag="paused"):
    """The run waits as it was asked to."""

    step: int
    why: str


class Waiting(Message, frozen=True, tag="waiting"):
    """The run cannot go on by itself and tries again; nothing is lost. `text` says what helps."""

    step: int
    text: str


class Resumed(Message, frozen=True, tag="resumed"):
    """The run goes on after `Paused` or `Waiting`."""

    step: int


class Ended(Message, frozen=True, tag="ended"):
    """No more steps; `text` says why in words.

    `kept_step` is the step whose adapter is kept, 0 when only names that were learned before the
    first are, `NOTHING_KEPT` when nothing is; nothing is measured then.
    """

    outcome: Outcome
    step: int
    kept_step: int
    text: str


class Measuring(Message, frozen=True, tag="measuring"):
    """Questions answered before and after, of all that are asked to measure the result."""

    done: int
    total: int


class Measured(Message, frozen=True, tag="measured"):
    """The result lies in `gate.json` of the run folder; `passed` and the sentence of it."""

    passed: bool
    text: str


class Failed(Message, frozen=True, tag="failed"):
    """The process ended; `code` and sentence of `finetune.errors` or `vlm.errors`."""

    code: str
    message: str


StepEvent = StepDone | Watched | Paused | Waiting | Resumed | Ended
Event = Started | Preparing | Placed | NamesLearned | StepEvent | Measuring | Measured | Failed
EVENTS: Codec[Event] = Codec(Event)
