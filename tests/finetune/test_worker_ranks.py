"""One run in two processes, as on a machine with several cards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from finetune import runs, worker
from finetune.disk import RealDisk
from finetune.lock import is_held
from finetune.protocol import (
    Control,
    Ended,
    Event,
    Measured,
    Paused,
    Started,
    StepDone,
)
from tests.finetune import tuning


def _events(run: Path) -> list[Event]:
    return runs.read_events(run)[0]


@contextmanager
def _two_processes(run: Path, out: Path) -> Generator[subprocess.Popen[bytes]]:
    """Start a run in two processes that wait, and give them when they do."""
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
        *("--nproc_per_node", "2", "-m", "tests.finetune.rank_weights", str(run), str(out)),
    ]
    environment = {**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    runs.ask(run, Control("pause"))
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as group:
        try:
            while not any(isinstance(event, Paused) for event in _events(run)):
                time.sleep(0.05)
                assert group.poll() is None
            yield group
        finally:
            if group.poll() is None:
                group.send_signal(signal.SIGTERM)


def test_two_processes_stop_while_they_prepare_and_the_run_can_be_started_again(
    tmp_path: Path, folder: Path
) -> None:
    run = tuning.frozen_run(tmp_path, folder, epochs=1)
    with _two_processes(run, tmp_path) as group:
        runs.ask(run, Control("stop"))
        _, errors = group.communicate(timeout=400)
    assert group.returncode == 0, errors.decode()[-3000:]
    assert {(tmp_path / rank).exists() for rank in "01"} == {True}, "both came to their end"
    assert isinstance(_events(run)[-1], Ended)
    assert not (run / runs.ADAPTER).exists()
    assert not is_held(run)
    runs.ask(run, Control())
    assert worker.work(run, RealDisk(), None) == worker.DONE
    assert isinstance(_events(run)[-1], Measured)


def test_two_processes_train_one_run(tmp_path: Path, folder: Path) -> None:
    run = tuning.frozen_run(tmp_path, folder, epochs=1)
    with _two_processes(run, tmp_path) as group:
        assert not list((run / "features").iterdir()), "all wait before the first picture"
        runs.ask(run, Control())
        _, errors = group.communicate(timeout=400)
    assert group.returncode == 0, errors.decode()[-3000:]
    first, second = (tmp_path / "0").read_text(), (tmp_path / "1").read_text()
    assert first == second, "both end with the same weights and optimizer, bit for bit"
    events = _events(run)
    assert sum(isinstance(event, Started) for event in events) == 1
    together = [event.loss for event in events if isinstance(event, StepDone)]
    alone = tuning.frozen_run(tmp_path / "alone", folder, epochs=1)
    assert worker.work(alone, RealDisk(), None) == worker.DONE
    expected = [event.loss for event in _events(alone) if isinstance(event, StepDone)]
    assert together == pytest.approx(expected, rel=1e-4)
    assert isinstance(events[-1], Measured)
