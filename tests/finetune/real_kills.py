"""As a program: trains RUN in one forked child after another, each killed at some call.

The heavy libraries are loaded once, before the forks. Prints how many children were killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import torch

from finetune import training, worker
from finetune.checkpoint import Checkpoints
from finetune.disk import RealDisk
from tests.finetune.toy import KillingDisk


def main(run: Path) -> None:
    torch.set_num_threads(1)  # a forked child has none of its parent's other threads
    sys.stderr.write(f"loaded {training.__name__}\n")
    kills: list[int] = []
    for at in (60, 400, 150, 350, 500, 310, 90):
        child = os.fork()
        if child == 0:
            os._exit(worker.work(run, KillingDisk(at), None))
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            newest = Checkpoints(run / "checkpoints", RealDisk()).newest()
            kills.append(newest.progress.step if newest else 0)
    code = worker.work(run, RealDisk(), None)
    sys.stdout.write(json.dumps({"steps_at_kills": kills, "code": code}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
