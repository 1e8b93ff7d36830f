"""A real training process stands back for a question, from a real process that answers it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from finetune import runs
from finetune.hindrances import ANSWERING
from finetune.protocol import EVENTS, Control, Ended, Event, Resumed, StepDone, Waiting
from tests.finetune import tuning

_ANSWER = (
    "import sys\nfrom vlm import busy\n"
    "with busy.answering():\n    print('asked', flush=True)\n    sys.stdin.readline()\n"
)


def _until(process: subprocess.Popen[bytes], wanted: Callable[[Event], bool]) -> list[Event]:
    assert process.stdout is not None
    seen: list[Event] = []
    for line in process.stdout:
        seen.append(EVENTS.read(line))
        if wanted(seen[-1]):
            return seen
    raise AssertionError(f"the process ended: {seen[-3:]}")


def test_a_question_is_answered_first_and_a_killed_engine_holds_nothing_up(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path / "base")
    run = tuning.frozen_run(tmp_path / "runs", folder, epochs=500, watch_every=1000)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    trainer = subprocess.Popen(
        [sys.executable, "-m", "finetune.worker", str(run)],
        stdout=subprocess.PIPE,
        env=environment,
    )
    engine = None
    try:
        _until(trainer, lambda event: isinstance(event, StepDone))
        engine = subprocess.Popen(
            [sys.executable, "-c", _ANSWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert engine.stdout is not None
        assert engine.stdout.readline() == b"asked\n"
        seen = _until(trainer, lambda event: isinstance(event, Waiting))
        last = seen[-1]
        assert isinstance(last, Waiting)
        assert last.text == ANSWERING
        before, _ = runs.read_events(run)
        assert before[-1] == last
        engine.kill()
        seen = _until(trainer, lambda event: isinstance(event, StepDone))
        assert isinstance(seen[0], Resumed), "no step is taken while somebody waits for an answer"
        runs.ask(run, Control("stop"))
        ended = _until(trainer, lambda event: isinstance(event, Ended))[-1]
        assert isinstance(ended, Ended)
        assert ended.outcome == "stopped"
    finally:
        trainer.kill()
        trainer.communicate()
        if engine is not None:
            engine.kill()
            engine.communicate()
