import os
import queue
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from pretrain import checkpoint, stream
from pretrain.train import train
from tests.pretrain.test_train import plan


def command(out: Path, steps: int, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "pretrain", "encoder", "--preset", "tiny", "--device", "cpu"),
        *("--patches", "160", "--lr", "5e-3", "--minutes", "5", "--steps", str(steps)),
        *("--out", str(out), *more),
    ]


def same_weights(one: Path, other: Path) -> bool:
    first, second = (load_file(folder / checkpoint.FILE) for folder in (one, other))
    return all(torch.equal(first[name], second[name]) for name in first)


def test_drawing_in_other_processes_changes_nothing_and_a_kill_loses_nothing(
    tmp_path: Path,
) -> None:
    torch.set_num_threads(1)
    train(plan(tmp_path / "here", "encoder", 8))
    killed = tmp_path / "killed"
    busy = subprocess.Popen(
        command(killed, 10_000, "--workers", "2", "--checkpoint-seconds", "0"),
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 400
        while not (killed / checkpoint.FILE).exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        busy.kill()
        busy.wait()
    step = checkpoint.position_of(killed).step
    assert step >= 1
    wanted = max(8, step + 1)
    if wanted != 8:
        train(plan(tmp_path / "here", "encoder", wanted, tmp_path / "here"))
    again = command(killed, wanted, "--workers", "0", "--resume", str(killed))
    subprocess.run(again, check=True, stdout=subprocess.DEVNULL)
    assert checkpoint.position_of(killed).step == wanted
    assert same_weights(tmp_path / "here", killed)


DYING = """
from pretrain import stages, stream

if __name__ == "__main__":
    stream.WAIT_S = 0.2
    source = stages.Source(stages.STAGES["encoder"].levels[0], (), seed=0, patches_per_batch=64)
    with stream.batches(source, 0, workers=1) as ready:
        next(ready)
"""
"""A trainer whose only drawing process dies, since it has no fonts."""


def test_a_trainer_hears_that_a_drawing_process_has_died(tmp_path: Path) -> None:
    script = tmp_path / "dying.py"
    script.write_text(DYING)
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert found.returncode == 1
    assert "A process that draws batches has ended" in found.stderr
    assert "out of range" in found.stderr


class Slow:
    """A queue that has its next batch only when it was asked a fourth time."""

    def __init__(self, batches: list[str]) -> None:
        self.batches = iter(batches)
        self.asked = 0

    def get(self, timeout: float) -> str:
        self.asked += 1
        if self.asked % 4 and not timeout:
            raise queue.Empty
        return next(self.batches)


class Alive:
    def is_alive(self) -> bool:
        return True


def taught(replay: int, count: int) -> list[str]:
    queues: Any = [Slow(["a", "c", "e"]), Slow(["b", "d", "f"])]
    processes: Any = [Alive(), Alive()]
    found: Any = stream.in_order(queues, processes, replay)
    return list(islice(found, count))


def test_a_trainer_teaches_again_rather_than_wait_and_never_too_often() -> None:
    assert taught(0, 6) == ["a", "b", "c", "d", "e", "f"]
    for most in (1, 2):
        found = taught(most, 6)
        assert list(dict.fromkeys(found)) == sorted(set(found))
        assert max(found.count(one) for one in found) == most + 1
