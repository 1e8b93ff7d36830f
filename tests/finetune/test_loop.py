from __future__ import annotations

import errno
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from finetune import loop
from finetune.checkpoint import Checkpoint, Checkpoints
from finetune.disk import RealDisk
from finetune.loop import Schedule, Surroundings
from finetune.protocol import (
    Control,
    Ended,
    Paused,
    Resumed,
    StepDone,
    StepEvent,
    Waiting,
    Watched,
)
from tests.finetune import toy
from tests.finetune.toy import ToyLearner


def _newest(folder: Path) -> Checkpoint:
    found = Checkpoints(folder, RealDisk()).newest()
    assert found is not None
    return found


def _same_end(one: Path, other: Path) -> None:
    """Bit for bit: weights, optimizer, random state, progress, and the best adapter."""
    first, second = _newest(one), _newest(other)
    assert first.progress == second.progress
    assert {n: (r.dtype, r.shape, bytes(r.data)) for n, r in first.tensors.items()} == {
        n: (r.dtype, r.shape, bytes(r.data)) for n, r in second.tensors.items()
    }
    assert (one / "best.safetensors").read_bytes() == (other / "best.safetensors").read_bytes()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uninterrupted")
    events = toy.run(folder, RealDisk())
    assert [event.step for event in events if isinstance(event, StepDone)] == list(range(1, 301))
    return folder


def test_a_hundred_kills_end_in_the_same_bits(uninterrupted: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.finetune.toy", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=400)
    counted = json.loads(done.stdout)
    assert counted["kills"] >= 100
    assert {"write, half done", "fsync of a file", "before a rename", "after a rename"} < set(
        counted["by_call"]
    )
    assert counted["step_before_last_life"] > 20
    _same_end(uninterrupted, tmp_path)


class _PowerCut(Exception):
    pass


class CuttingDisk(RealDisk):
    """Cuts the power at the n-th call: what was not fsynced is lost, as far as `loses` says."""

    def __init__(self, at: int, loses: Callable[[], bool]) -> None:
        self._left = at
        self._loses = loses
        self._open: dict[int, Path] = {}
        self._undo: list[Callable[[], object]] = []

    def _tick(self) -> None:
        self._left -= 1
        if self._left:
            return
        for descriptor, path in self._open.items():
            if self._loses():
                path.write_bytes(path.read_bytes()[: random.Random(descriptor).randrange(40)])
        if self._loses():
            for undo in reversed(self._undo):
                undo()
        raise _PowerCut

    def create(self, path: Path) -> int:
        self._tick()
        descriptor = super().create(path)
        self._open[descriptor] = path
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        self._tick()
        return super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._tick()
        super().fsync(descriptor)
        self._open.pop(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        self._tick()
        old = target.read_bytes() if target.exists() else None
        new = source.read_bytes()
        super().replace(source, target)

        def undo() -> None:
            source.write_bytes(new)
            if old is None:
                target.unlink()
            else:
                target.write_bytes(old)

        self._undo.append(undo)

    def fsync_folder(self, folder: Path) -> None:
        self._tick()
        super().fsync_folder(folder)
        self._undo.clear()

    def remove(self, path: Path) -> None:
        self._tick()
        if path.exists():
            data = path.read_bytes()
            self._undo.append(lambda: path.write_bytes(data))
        super().remove(path)


def test_power_cuts_at_every_call_lose_at_most_one_step(
    uninterrupted: Path, tmp_path: Path
) -> None:
    chance = random.Random(3)
    cuts, step, number = 0, 0, 0
    while step < toy.STEPS:
        number += 1
        disk = CuttingDisk(number % 41 + 1, lambda: chance.random() < 0.6)
        done: list[int] = []
        try:
            for event in _events(tmp_path, disk):
                if isinstance(event, StepDone):
                    done.append(event.step)
        except _PowerCut:
            cuts += 1
        found = Checkpoints(tmp_path, RealDisk()).newest()
        step = found.progress.step if found else 0
        assert step >= max(done, default=step)
    assert cuts >= 40
    _same_end(uninterrupted, tmp_path)


def _events(folder: Path, disk: RealDisk) -> Iterator[StepEvent]:
    return loop.train(
        ToyLearner(), toy.SCHEDULE, Checkpoints(folder, disk), Surroundings(Control, Control)
    )


class FullDisk(RealDisk):
    """Has no room from the n-th write for so many tries, as `errno` says."""

    def __init__(self, at: int, tries: int, code: int = errno.ENOSPC) -> None:
        self._left = at
        self._tries = tries
        self._code = code

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        self._left -= 1
        if self._left <= 0 and self._tries > 0:
            self._tries -= 1
            raise OSError(self._code, "no")
        return super().write(descriptor, data)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_waited_out(uninterrupted: Path, tmp_path: Path, code: int) -> None:
    waits: list[float] = []
    world = Surroundings(Control, Control, waits.append)
    keeper = Checkpoints(tmp_path, FullDisk(60, 3, code))
    events = list(loop.train(ToyLearner(), toy.SCHEDULE, keeper, world))
    assert [type(e) for e in events if isinstance(e, Waiting | Resumed)] == [Waiting, Resumed]
    assert waits == [loop.FULL_SECONDS] * 3
    _same_end(uninterrupted, tmp_path)


def test_stop_while_the_disk_is_full_keeps_the_last_saved_step(tmp_path: Path) -> None:
    controls = iter([Control()] * 2 + [Control("stop")])
    world = Surroundings(Control, lambda: next(controls), lambda _: None)
    keeper = Checkpoints(tmp_path, FullDisk(10, 999))
    events = list(loop.train(ToyLearner(), toy.SCHEDULE, keeper, world))
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert ended.outcome == "stopped"
    assert ended.step == _newest(tmp_path).progress.step > 0


def test_another_disk_error_ends_and_resumes(uninterrupted: Path, tmp_path: Path) -> None:
    for at in range(3, 60, 4):
        with pytest.raises(OSError, match="no"):
            toy.run(tmp_path, FullDisk(at, 1, errno.EIO))
    toy.run(tmp_path, RealDisk())
    _same_end(uninterrupted, tmp_path)


def test_two_checkpoints_are_kept_and_a_damaged_one_costs_one_step(tmp_path: Path) -> None:
    toy.run(tmp_path, RealDisk(), steps=9)
    files = sorted(tmp_path.glob("step-*"))
    assert [file.stem for file in files] == ["step-000000008", "step-000000009"]
    data = bytearray(files[1].read_bytes())
    data[-3] ^= 1
    files[1].write_bytes(data)
    assert _newest(tmp_path).progress.step == 8
    for cut in (0, 5, 40, len(data) - 1):
        files[1].write_bytes(data[:cut])
        assert _newest(tmp_path).progress.step == 8


def test_a_checkpoint_that_cannot_be_read_costs_one_step_and_never_all(tmp_path: Path) -> None:
    toy.run(tmp_path, RealDisk(), steps=9)
    first, second = sorted(tmp_path.glob("step-*"))
    second.unlink()
    second.mkdir()  # the system refuses to read it, whoever asks
    assert _newest(tmp_path).progress.step == 8
    first.unlink()
    with pytest.raises(OSError, match="directory|denied"):
        Checkpoints(tmp_path, RealDisk()).newest()


def test_pause_resume_and_stop(tmp_path: Path) -> None:
    wishes = [Control(), Control("pause", "by hand"), Control("pause", "a question")]
    controls = iter([*wishes, Control("run"), Control("pause"), Control("stop")])
    waits: list[float] = []
    world = Surroundings(lambda: next(controls), Control, waits.append)
    learner = ToyLearner()
    events = list(loop.train(learner, toy.SCHEDULE, Checkpoints(tmp_path, RealDisk()), world))
    kinds = [type(event) for event in events]
    assert kinds == [StepDone, Paused, Paused, Resumed, StepDone, Paused, Ended]
    assert [event.why for event in events if isinstance(event, Paused)][:2] == [
        "by hand",
        "a question",
    ]
    assert events[-1] == Ended("stopped", 2, 2, events[-1].text)  # type: ignore[union-attr]
    assert _newest(tmp_path).progress.step == 2


def test_a_loss_that_is_no_number_keeps_the_last_good_step(tmp_path: Path) -> None:
    learner = ToyLearner()
    learner.nan_at = 5
    keeper = Checkpoints(tmp_path, RealDisk())
    events = list(loop.train(learner, toy.SCHEDULE, keeper, Surroundings(Control, Control)))
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.step) == ("diverged", 5)
    assert bytes(_newest(tmp_path).tensors["weights"].data) == learner.weights.tobytes()


class _Scripted(ToyLearner):
    """Says the losses and scores it is told to."""

    def __init__(self, losses: list[float], scores: list[float]) -> None:
        super().__init__()
        self._losses = losses
        self._scores = iter(scores)

    def step(self, number: int) -> loop.Taught:
        super().step(number)
        return loop.Taught(self._losses[number], 1)

    def watch(self) -> float:
        return next(self._scores)


def test_rising_losses_are_divergence_and_the_best_is_kept(tmp_path: Path) -> None:
    learner = _Scripted([1.0] * 20 + [9.0] * 20, [1.0, 0.5, 0.7, 3.0, 4.0, 4.0, 4.0])
    keeper = Checkpoints(tmp_path, RealDisk())
    events = list(loop.train(learner, Schedule(40, 10, 9), keeper, Surroundings(Control, Control)))
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.kept_step) == ("diverged", 20)
    assert 20 < ended.step < 30


def test_ends_early_without_improvement_and_says_so_again_after_a_restart(tmp_path: Path) -> None:
    scores = [3.0, 2.0, 2.5, float("nan"), 2.1]
    keeper = Checkpoints(tmp_path, RealDisk())
    schedule = Schedule(40, 2, 3)
    learner = _Scripted([1.0] * 40, scores)
    events = list(loop.train(learner, schedule, keeper, Surroundings(Control, Control)))
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.outcome, ended.step, ended.kept_step) == ("early", 10, 4)
    assert [event.best_step for event in events if isinstance(event, Watched)] == [2, 4, 4, 4, 4]
    best = keeper.best()
    assert best is not None
    assert bytes(best["weights"].data) != learner.weights.tobytes()
    again = list(loop.train(ToyLearner(), schedule, keeper, Surroundings(Control, Control)))
    assert again == [ended]


def test_time_left_is_the_median_of_recent_steps(tmp_path: Path) -> None:
    ticks = iter([float(n) for pair in ((10 * i, 10 * i + 2) for i in range(9)) for n in pair])
    world = Surroundings(Control, Control, clock=lambda: next(ticks))
    keeper = Checkpoints(tmp_path, RealDisk())
    events = list(loop.train(ToyLearner(), Schedule(5, 10, 9), keeper, world))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [event.seconds_left for event in steps] == [-1.0, -1.0, 4.0, 2.0, 0.0]


def test_steps_go_on_where_the_best_adapter_is_damaged(tmp_path: Path) -> None:
    schedule, world = Schedule(40, 10, 9), Surroundings(Control, Control)
    scores = [3.0, 2.0, 2.5, 2.6]
    learner = _Scripted([1.0] * 40, scores)
    keeper = Checkpoints(tmp_path, RealDisk())
    for event in loop.train(learner, schedule, keeper, world):
        if isinstance(event, StepDone) and event.step == 25:
            break
    best = tmp_path / "best.safetensors"
    best.write_bytes(best.read_bytes()[:-9])
    assert keeper.best() is None
    learner = _Scripted([1.0] * 40, [2.7, *scores[2:]])  # looked at once more, at step 25
    events = list(loop.train(learner, schedule, keeper, world))
    assert [event.best_step for event in events if isinstance(event, Watched)] == [30, 30]
    assert isinstance(events[-1], Ended)
    assert events[-1].kept_step == 30
    assert "the best from step 25 on is kept" in events[-1].text
    assert keeper.best() is not None
    best.unlink()
    again = list(loop.train(_Scripted([1.0] * 40, [4.0]), schedule, keeper, world))
    assert [type(event) for event in again] == [Ended], "a run that is over takes no more steps"
    assert again[0].kept_step == 40  # type: ignore[union-attr]
