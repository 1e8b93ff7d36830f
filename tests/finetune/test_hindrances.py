from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from finetune import hindrances, loop
from finetune.checkpoint import Checkpoints
from finetune.disk import RealDisk
from finetune.hindrances import ANSWERING, BATTERY, Breath, Hindrances, Machine
from finetune.loop import Schedule, Surroundings
from finetune.protocol import (
    Control,
    Ended,
    Event,
    Paused,
    Resumed,
    StepDone,
    StepEvent,
    Waiting,
)
from tests.finetune.toy import ToyLearner

GB = 10**9


@dataclass
class _Sensors:
    """A machine that says what a test wants."""

    answering: bool = False
    battery: bool = False
    free: int = 8 * GB
    held: int = GB
    seconds: float = 0.0
    looked: list[str] = field(default_factory=list)

    def machine(self) -> Machine:
        return Machine(
            lambda: self.answering,
            self._on_battery,
            lambda: self.free,
            lambda: 16 * GB,
            lambda: self.held,
            lambda: self.seconds,
        )

    def _on_battery(self) -> bool:
        self.looked.append("battery")
        return self.battery

    def wait(self, seconds: float) -> None:
        self.seconds += max(seconds, 1.0)


def test_nothing_is_in_the_way_of_a_run_on_an_idle_machine() -> None:
    assert Hindrances(_Sensors().machine(), GB).now(Control()) == ""


def test_a_question_goes_first_whatever_was_allowed() -> None:
    found = Hindrances(_Sensors(answering=True).machine(), GB, on_battery=True)
    assert found.now(Control(anyway=True)) == ANSWERING


def test_the_battery_is_spared_unless_the_plan_or_the_person_allows_it() -> None:
    machine = _Sensors(battery=True).machine()
    assert Hindrances(machine, GB).now(Control()) == BATTERY
    assert Hindrances(machine, GB, on_battery=True).now(Control()) == ""
    assert Hindrances(machine, GB).now(Control(anyway=True)) == ""


def test_memory_is_short_when_a_step_would_not_fit_beside_everything_else() -> None:
    sensors = _Sensors(free=int(1.4 * GB))
    found = Hindrances(sensors.machine(), GB)
    told = found.now(Control())
    assert told.startswith("Memory is short: a step needs about 1.5 GB to be free.")
    assert found.now(Control(anyway=True)) == ""
    sensors.free, sensors.seconds = int(1.6 * GB), 2.0
    assert found.now(Control()), "along the limit it would stutter"
    sensors.free, sensors.seconds = int(2.2 * GB), 4.0
    assert found.now(Control()) == ""


def test_what_a_step_took_replaces_what_was_thought() -> None:
    sensors = _Sensors(free=int(1.4 * GB), held=2 * GB)
    found = Hindrances(sensors.machine(), 5 * GB)
    found.took(int(2.2 * GB))
    assert found.now(Control()) == ""
    sensors.free, sensors.seconds = int(0.6 * GB), 2.0
    assert "about 737 MB" in found.now(Control())


def test_the_machine_is_looked_at_once_a_second_and_after_a_clock_that_went_back() -> None:
    sensors = _Sensors()
    found = Hindrances(sensors.machine(), GB)
    for seconds in (0.0, 0.2, 0.9, 1.0, 1.5, 0.1):
        sensors.seconds = seconds
        found.now(Control())
    assert len(sensors.looked) == 3


@pytest.mark.parametrize(
    ("battery", "lives"),
    [(None, False), (True, False), (False, True), ("unknown", False)],
)
def test_the_systems_word_on_its_battery(
    monkeypatch: pytest.MonkeyPatch, battery: object, lives: bool
) -> None:
    plugged = None if battery == "unknown" else battery
    said = None if battery is None else SimpleNamespace(percent=50, power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: said, raising=False)
    assert hindrances.on_battery() == lives


def test_a_driver_that_fails_counts_as_no_battery(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("no such file")

    monkeypatch.setattr(psutil, "sensors_battery", fail, raising=False)
    assert not hindrances.on_battery()
    monkeypatch.delattr(psutil, "sensors_battery")
    assert not hindrances.on_battery()


def _run(folder: Path, sensors: _Sensors, world: Surroundings) -> list[StepEvent]:
    keeper = Checkpoints(folder, RealDisk())
    events: list[StepEvent] = []
    for event in loop.train(ToyLearner(), Schedule(4, 10, 9), keeper, world):
        events.append(event)
        if isinstance(event, StepDone):
            sensors.battery = event.step == 2
    return events


def test_a_run_waits_on_the_battery_and_goes_on_by_itself(tmp_path: Path) -> None:
    sensors = _Sensors()
    found = Hindrances(sensors.machine(), 0)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        sensors.seconds += 1.0
        sensors.battery = len(waits) < 3

    def control() -> Control:
        sensors.seconds += 1.0  # a step takes a while
        return Control()

    world = Surroundings(control, Control, wait, hindrance=found.now)
    kinds = [type(event) for event in _run(tmp_path, sensors, world)]
    assert kinds[:5] == [StepDone, StepDone, Waiting, Resumed, StepDone]
    assert waits == [loop.LOOK_SECONDS] * 3


def test_the_person_can_let_it_go_on_pause_it_and_stop_it_while_it_waits(tmp_path: Path) -> None:
    asked = iter(
        [
            *[Control()] * 2,
            Control(anyway=True),
            Control(),
            Control("pause", "by hand"),
            Control(),
            Control("stop"),
        ]
    )
    world = Surroundings(
        lambda: next(asked),
        Control,
        lambda _: None,
        hindrance=Hindrances(_Sensors(battery=True).machine(), 0).now,
    )
    keeper = Checkpoints(tmp_path, RealDisk())
    events = list(loop.train(ToyLearner(), Schedule(9, 10, 9), keeper, world))
    kinds = [type(event) for event in events]
    assert kinds == [Waiting, Resumed, StepDone, Waiting, Paused, Waiting, Ended]
    assert isinstance(events[-1], Ended)
    assert (events[-1].outcome, events[-1].step) == ("stopped", 1)


def test_a_laptop_that_slept_for_hours_does_not_change_the_time_that_is_left(
    tmp_path: Path,
) -> None:
    clock = [0.0]

    class Sleepy(ToyLearner):
        def step(self, number: int) -> loop.Taught:
            clock[0] += 8 * 3600 if number == 3 else 2.0
            return super().step(number)

    world = Surroundings(Control, Control, clock=lambda: clock[0])
    keeper = Checkpoints(tmp_path, RealDisk())
    events = list(loop.train(Sleepy(), Schedule(6, 10, 9), keeper, world))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.seconds_left for step in steps[2:]] == [6.0, 4.0, 2.0, 0.0]


def test_a_step_stands_back_in_its_middle_and_gives_memory_to_the_question() -> None:
    answers = iter([False, True, True, True, False, False])
    said: list[Event] = []
    given: list[str] = []
    machine = Machine(lambda: next(answers), bool, int, int, int)
    breath = Breath(machine, said.append, lambda: given.append("back"), lambda _: None)
    breath()
    assert said == []
    breath.step = 7
    breath()
    assert said == [Waiting(7, ANSWERING), Resumed(7)]
    assert given == ["back"]
