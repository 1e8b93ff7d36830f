"""A learner without torch whose process starts in milliseconds, to be killed a hundred times.

As a program it forks one child after another that trains in FOLDER until it is killed, and prints
how many were.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
import sys
import time
from array import array
from collections import Counter
from pathlib import Path

from finetune import loop
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk, RealDisk
from finetune.loop import Schedule, Surroundings, Taught
from finetune.protocol import Control, StepEvent
from finetune.tensors import Raw, Tensors

STEPS = 300
SCHEDULE = Schedule(steps=STEPS, watch_every=7, patience=1000)


class ToyLearner:
    """Fits weights to hidden ones with momentum; noise comes from a random state that is saved."""

    def __init__(self, seed: int = 0, size: int = 64) -> None:
        self._chance = random.Random(seed)
        self._goal = array("d", (random.Random(99).gauss(0, 1) for _ in range(size)))
        self.weights = array("d", bytes(8 * size))
        self._momentum = array("d", bytes(8 * size))
        self.nan_at = -1

    def step(self, number: int) -> Taught:
        if number == self.nan_at:
            return Taught(math.nan, 0)
        for index, goal in enumerate(self._goal):
            slope = self.weights[index] - goal + self._chance.gauss(0, 0.1)
            self._momentum[index] = 0.9 * self._momentum[index] + slope
            self.weights[index] -= 0.01 * self._momentum[index] * (1 + number % 3)
        return Taught(self._distance(), 4)

    def watch(self) -> float:
        return self._distance()

    def _distance(self) -> float:
        return math.fsum((w - g) ** 2 for w, g in zip(self.weights, self._goal, strict=True))

    def state(self) -> Tensors:
        _version, words, _gauss = self._chance.getstate()
        chance = json.dumps([words, _gauss]).encode()
        return {
            **self.adapter(),
            "momentum": Raw("F64", (len(self._momentum),), self._momentum.tobytes()),
            "chance": Raw("U8", (len(chance),), chance),
        }

    def restore(self, tensors: Tensors) -> None:
        self.weights = array("d", bytes(tensors["weights"].data))
        self._momentum = array("d", bytes(tensors["momentum"].data))
        words, gauss = json.loads(bytes(tensors["chance"].data))
        self._chance.setstate((3, tuple(words), gauss))

    def adapter(self) -> Tensors:
        return {"weights": Raw("F64", (len(self.weights),), self.weights.tobytes())}


class KillingDisk(RealDisk):
    """Kills its own process at the n-th call that changes the disk; a write gets half done.

    Args:
        at: The call, from 1.
        told: Descriptor that is told which call it was, or None.
    """

    def __init__(self, at: int, told: int | None = None) -> None:
        self._left = at
        self._told = told

    def _count(self) -> bool:
        self._left -= 1
        return self._left == 0

    def create(self, path: Path) -> int:
        if self._count():
            self._die("create")
        return super().create(path)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if self._count():
            super().write(descriptor, memoryview(data)[: memoryview(data).nbytes // 2])
            self._die("write, half done")
        return super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        if self._count():
            self._die("fsync of a file")
        super().fsync(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        if self._count():
            self._die("before a rename")
        super().replace(source, target)
        if self._count():
            self._die("after a rename")

    def fsync_folder(self, folder: Path) -> None:
        if self._count():
            self._die("fsync of a folder")
        super().fsync_folder(folder)

    def remove(self, path: Path) -> None:
        if self._count():
            self._die("remove")
        super().remove(path)

    def _die(self, call: str) -> None:
        if self._told is not None:
            os.write(self._told, call.encode())
        os.kill(os.getpid(), signal.SIGKILL)


def run(folder: Path, disk: Disk, steps: int = STEPS) -> list[StepEvent]:
    """Train to the end and return the events."""
    learner = ToyLearner()
    world = Surroundings(Control, Control)
    schedule = Schedule(steps, SCHEDULE.watch_every, SCHEDULE.patience)
    return list(loop.train(learner, schedule, Checkpoints(folder, disk), world))


def _life(folder: Path, kill_at: int | None, delay: float | None) -> tuple[int, str]:
    """Fork a child that trains; return its wait status and at what call it was killed."""
    read, told = os.pipe()
    child = os.fork()
    if child == 0:
        run(folder, KillingDisk(kill_at, told) if kill_at else RealDisk())
        os._exit(0)
    os.close(told)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read, "rb") as pipe:
        call = pipe.read().decode()
    return os.waitpid(child, 0)[1], call or "any moment"


def main(folder: Path) -> None:
    """Kill at the 1st, 2nd... call of each life, and at random moments between; then finish."""
    chance = random.Random(5)
    kills: Counter[str] = Counter()
    for number in range(140):
        by_call = number % 4 != 3
        status, call = _life(
            folder,
            number % 31 + 1 if by_call else None,
            None if by_call else chance.uniform(0, 0.004),
        )
        kills[call] += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    newest = Checkpoints(folder, RealDisk()).newest()
    before = newest.progress.step if newest else 0
    assert os.WEXITSTATUS(_life(folder, None, None)[0]) == 0
    told = {"kills": kills.total(), "by_call": kills, "step_before_last_life": before}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
