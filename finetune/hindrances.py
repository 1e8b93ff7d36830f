"""Why a run should wait now: a question is being answered, the battery, too little memory.

A run asks before every step and goes on by itself once nothing is in its way. Knows no torch: what
the machine says comes through functions, which the tests replace.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from finetune.protocol import Control, Event, Resumed, Waiting
from vlm import amounts, busy

ANSWERING = "A question is being answered. Training goes on right after it."
BATTERY = (
    "This computer runs on its battery. Training waits and goes on when it is plugged in, or at "
    "once if you let it train on the battery too."
)
BREATH_SECONDS = 0.05
"""How often a step that stands back in its middle looks whether the answer is there."""
_LOOK_SECONDS = 1.0
"""How long what was seen of battery and memory counts as seen."""
_SPARE_BYTES, _SPARE_SHARE = 512 * 2**20, 0.04
"""Memory that is left to everything else: this, or this share of all where that is less."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked of the machine.

    Attributes:
        answering: Whether any process answers a question now.
        on_battery: Whether the machine lives on its battery now.
        free_bytes: Memory that is left where the run computes.
        total_bytes: All memory there.
        held_bytes: What this process holds of it.
        clock: Seconds, monotonic.
    """

    answering: Callable[[], bool]
    on_battery: Callable[[], bool]
    free_bytes: Callable[[], int]
    total_bytes: Callable[[], int]
    held_bytes: Callable[[], int]
    clock: Callable[[], float] = time.monotonic


def this_machine() -> Machine:
    """Return the machine this process computes on with its processor."""
    return Machine(
        busy.is_answering,
        on_battery,
        lambda: int(psutil.virtual_memory().available),
        lambda: int(psutil.virtual_memory().total),
        lambda: int(psutil.Process().memory_info().rss),
    )


def on_battery() -> bool:
    """Tell whether the machine lives on its battery; False where that cannot be known."""
    sensors = getattr(psutil, "sensors_battery", None)
    if sensors is None:
        return False
    try:
        battery = sensors()
    except (OSError, RuntimeError, NotImplementedError):  # a driver that reports nonsense
        return False
    return battery is not None and battery.power_plugged is False


class Hindrances:
    """Looks at the machine before every step.

    Args:
        machine: What to ask.
        step_bytes: What a step is thought to need beside what the process holds; replaced by what
            steps were seen to take, see `took`.
        on_battery: Whether the plan trains on the battery too.
    """

    def __init__(self, machine: Machine, step_bytes: int, on_battery: bool = False) -> None:
        self._machine = machine
        self._step_bytes = step_bytes
        self._peak_bytes = 0
        self._on_battery = on_battery
        self._short = False
        self._seen: tuple[float, str, str] | None = None

    def took(self, peak_bytes: int) -> None:
        """Note how much memory this process held at most so far; 0 when that is not known."""
        self._peak_bytes = max(self._peak_bytes, peak_bytes)

    def now(self, control: Control) -> str:
        """Return a plain sentence why the run should wait now, "" when it need not.

        A question always goes first. What a person allowed (`Control.anyway`) settles the rest.
        """
        if self._machine.answering():
            return ANSWERING
        if control.anyway:
            return ""
        now = self._machine.clock()
        if self._seen is None or not 0 <= now - self._seen[0] < _LOOK_SECONDS:
            self._seen = (now, self._battery(), self._memory())
        battery, memory = self._seen[1:]
        return ("" if self._on_battery else battery) or memory

    def _battery(self) -> str:
        return BATTERY if self._machine.on_battery() else ""

    def _memory(self) -> str:
        """Once short, wait for twice the spare, or the run would stutter along the limit."""
        needed = self._step_bytes
        if self._peak_bytes:
            needed = max(0, self._peak_bytes - self._machine.held_bytes())
        spare = int(min(_SPARE_BYTES, _SPARE_SHARE * self._machine.total_bytes()))
        wanted = needed + spare * (2 if self._short else 1)
        self._short = self._machine.free_bytes() < wanted
        if not self._short:
            return ""
        return (
            f"Memory is short: a step needs about {amounts.size(needed + spare)} to be free. "
            "Training waits and goes on by itself; closing other programs helps."
        )


class Breath:
    """Stands back for a question in the middle of long work, between two parts of it.

    Args:
        machine: Tells whether a question is being answered.
        say: Takes the events.
        give_back: Gives what this process can spare of the graphics card's memory to the question.
        wait: Waits so many seconds.
    """

    def __init__(
        self,
        machine: Machine,
        say: Callable[[Event], None],
        give_back: Callable[[], None],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._machine = machine
        self._say = say
        self._give_back = give_back
        self._wait = wait
        self.step = 0

    def __call__(self) -> None:
        """Return at once when nobody asks, else after the answer."""
        if not self._machine.answering():
            return
        self._give_back()
        self._say(Waiting(self.step, ANSWERING))
        while self._machine.answering():
            self._wait(BREATH_SECONDS)
        self._say(Resumed(self.step))
