"""As a program: trains RUN in one forked child after another, each killed at some call.

With a number, in so many children that are killed at random moments of a life instead. The heavy
libraries are loaded once, before the forks. Prints how many children were killed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from finetune import training, worker
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk, RealDisk
from tests.finetune.toy import KillingDisk

CALLS = (60, 400, 150, 350, 500, 310, 90)
LONGEST_SECONDS = 0.7
"""Of a life that is killed; a whole one takes some times as long."""


def _life(run: Path, disk: Disk, delay: float | None) -> bool:
    """Train in a child; return whether it was killed."""
    child = os.fork()
    if child == 0:
        os._exit(worker.work(run, disk, None))
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main(run: Path, moments: int) -> None:
    torch.set_num_threads(1)  # a forked child has none of its parent's other threads
    sys.stderr.write(f"loaded {training.__name__}\n")
    chance = random.Random(11)
    lives: list[tuple[Disk, float | None]] = [(KillingDisk(at), None) for at in CALLS]
    if moments:
        delays = (chance.uniform(0.02, LONGEST_SECONDS) for _ in range(moments))
        lives = [(RealDisk(), delay) for delay in delays]
    kills: list[int] = []
    for disk, delay in lives:
        if _life(run, disk, delay):
            newest = Checkpoints(run / "checkpoints", RealDisk()).newest()
            kills.append(newest.progress.step if newest else 0)
    code = worker.work(run, RealDisk(), None)
    sys.stdout.write(json.dumps({"steps_at_kills": kills, "code": code}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
