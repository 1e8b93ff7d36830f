"""What every test of the training window gets: a toy that learns, and no process left behind."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from app.training import following, work
from app.training.watch import works_on
from finetune import runs
from tests.app.training import made


def end_all() -> None:
    """Kill every process that works on a run of this test."""
    for run in runs.found(work.root()):
        for process in psutil.process_iter():
            if works_on(process.pid, run):
                process.kill()


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(work, "train_command", made.toy_command)
    monkeypatch.setattr(following, "SEEN_MS", 60)
    monkeypatch.setattr(following, "UNSEEN_MS", 60)
    yield
    end_all()
