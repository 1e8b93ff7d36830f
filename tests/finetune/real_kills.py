"""As a program: trains RUN in one forked child after another, each killed at some call.

With a number, in so many children that are killed at random moments of a life instead; on a
machine so fast that RUN was done before ENOUGH of them were killed, once more from its start with
shorter lives. The heavy libraries are loaded once, before the forks. Prints the steps of the kills.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import torch

from finetune import training, worker
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk, RealDisk
from tests.finetune.toy import KillingDisk

CALLS = (60, 400, 150, 350, 500, 310, 90)
LONGEST_SECONDS = 0.7
"""Of a life that is killed, at first; a whole one takes some times as long on most machines."""
ENOUGH = 6


def _life(run: Path, disk: Disk, delay: float | None) -> bool:
    """Train in a child; return whether it was killed."""
    child = os.fork()
    if child == 0:
        os._exit(worker.work(run, disk, None))
    if delay is not None:
        end = time.monotonic() + delay
        while time.monotonic() < end and not _over(child):
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _over(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kills(run: Path, lives: Iterable[tuple[Disk, float | None]]) -> list[int]:
    """Return the last checkpoint's step at each kill, a life after another."""
    steps: list[int] = []
    for disk, delay in lives:
        if _life(run, disk, delay):
            newest = Checkpoints(run / "checkpoints", RealDisk()).newest()
            steps.append(newest.progress.step if newest else 0)
    return steps


def _random_kills(run: Path, moments: int) -> list[int]:
    fresh = shutil.copytree(run, run.with_name("fresh"))
    chance = random.Random(11)
    longest, steps = LONGEST_SECONDS, list[int]()
    while len(steps) < ENOUGH:
        shutil.rmtree(run)
        shutil.copytree(fresh, run)
        delays = [chance.uniform(longest / 32, longest) for _ in range(moments)]
        steps = _kills(run, [(RealDisk(), delay) for delay in delays])
        longest /= 2
    return steps


def main(run: Path, moments: int) -> None:
    torch.set_num_threads(1)  # a forked child has none of its parent's other threads
    sys.stderr.write(f"loaded {training.__name__}\n")
    if moments:
        steps = _random_kills(run, moments)
    else:
        steps = _kills(run, [(KillingDisk(at), None) for at in CALLS])
    code = worker.work(run, RealDisk(), None)
    sys.stdout.write(json.dumps({"steps_at_kills": steps, "code": code}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
