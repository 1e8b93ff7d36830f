from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import torch

from finetune import runs, training, worker
from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.base_model import fast_encoding
from finetune.disk import RealDisk
from finetune.errors import RunBusy, RunDamaged
from finetune.gate import Gate
from finetune.lock import RunLock, is_held
from finetune.protocol import (
    EVENTS,
    NOTHING_KEPT,
    Control,
    Ended,
    Event,
    Failed,
    Measured,
    Measuring,
    Paused,
    Preparing,
    Resumed,
    Started,
    StepDone,
    Watched,
)
from finetune.tensors import unpack
from tests.finetune import tuning
from vlm import device
from vlm.file_hashes import HASHES


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    run = tuning.frozen_run(tmp_path_factory.mktemp("runs"), folder)
    assert worker.work(run, RealDisk(), None) == worker.DONE
    return run


def _events(run: Path) -> list[Event]:
    return runs.read_events(run)[0]


def test_a_run_tells_its_tale_and_leaves_a_measured_adapter(uninterrupted: Path) -> None:
    events = _events(uninterrupted)
    assert isinstance(events[0], Started)
    assert (events[0].step, events[0].steps) == (0, 4)
    kinds = [type(event).__name__ for event in events]
    first_seen = [kind for number, kind in enumerate(kinds) if kind not in kinds[:number]]
    assert first_seen == [
        kind.__name__
        for kind in (Started, Preparing, StepDone, Watched, Ended, Measuring, Measured)
    ]
    assert [event.step for event in events if isinstance(event, StepDone)] == [1, 2, 3, 4]
    assert isinstance(events[-1], Measured)
    gate = msgspec.json.decode((uninterrupted / runs.GATE).read_bytes(), type=Gate)
    held = [row for row in runs.read_rows(uninterrupted) if row.side == "held_out"]
    assert [row.id for row in gate.rows] == [row.id for row in held]
    assert gate.fixed_set is not None
    assert events[-1].passed == gate.passed
    names = sorted(path.name for path in (uninterrupted / runs.ADAPTER).iterdir())
    assert names == [CONFIG, WEIGHTS, HASHES]
    config = json.loads((uninterrupted / runs.ADAPTER / "adapter_config.json").read_text())
    assert config["use_dora"] is True
    assert config["base_model_name_or_path"] is None


def test_a_finished_run_started_again_changes_nothing(uninterrupted: Path) -> None:
    before = tuning.state_of(uninterrupted)
    assert worker.work(uninterrupted, RealDisk(), None) == worker.DONE
    assert tuning.state_of(uninterrupted) == before
    assert isinstance(_events(uninterrupted)[-1], Measured)


def test_a_measure_pauses_is_left_and_goes_on_with_the_next_question(
    uninterrupted: Path, tmp_path: Path, folder: Path
) -> None:
    run = tuning.frozen_run(tmp_path, folder)
    said: list[Event] = []
    wishes = iter((Control("stop"), Control("pause"), Control(), Control("leave")))
    for event in training.train(run, runs.read_plan(run), runs.read_rows(run), RealDisk(), _no):
        said.append(event)
        if isinstance(event, Measuring | Paused):
            runs.ask(run, next(wishes))
    kinds = [type(event) for event in said if not isinstance(event, StepDone | Watched)]
    after = kinds[kinds.index(Ended) + 1 :]
    assert after == [Measuring, Measuring, Paused, Resumed, Measuring], "a stop ends only learning"
    assert not (run / runs.GATE).exists()
    answered = (run / "answers.jsonl").read_text()
    assert len(answered.splitlines()) == 3
    runs.ask(run, Control())
    assert worker.work(run, RealDisk(), None) == worker.DONE
    assert (run / "answers.jsonl").read_text().startswith(answered), "none is asked twice"
    assert (run / runs.GATE).read_bytes() == (uninterrupted / runs.GATE).read_bytes()
    assert tuning.state_of(run) == tuning.state_of(uninterrupted)


def test_a_run_that_was_stopped_and_left_learns_no_further_when_it_goes_on(
    tmp_path: Path, folder: Path
) -> None:
    run = tuning.frozen_run(tmp_path, folder)
    for event in training.train(run, runs.read_plan(run), runs.read_rows(run), RealDisk(), _no):
        if isinstance(event, StepDone):
            runs.ask(run, Control("stop"))
        elif isinstance(event, Measuring):
            runs.ask(run, Control("leave"))
    answered = (run / "answers.jsonl").read_text()
    assert answered
    learned = (run / runs.ADAPTER / "adapter_model.safetensors").read_bytes()
    runs.ask(run, Control())
    assert worker.work(run, RealDisk(), None) == worker.DONE
    events = _events(run)
    (ended,) = [event for event in events if isinstance(event, Ended)]
    assert (ended.outcome, ended.step) == ("stopped", 1)
    assert not any(isinstance(event, StepDone) for event in events)
    assert (run / runs.ADAPTER / "adapter_model.safetensors").read_bytes() == learned
    assert (run / "answers.jsonl").read_text().startswith(answered)
    assert isinstance(events[-1], Measured)


@pytest.mark.parametrize("wish", [Preparing, None])
def test_a_run_that_is_stopped_before_its_first_step_keeps_nothing_and_can_begin_again(
    tmp_path: Path, folder: Path, uninterrupted: Path, wish: type[Event] | None
) -> None:
    """Stopped while pictures are looked at, or once nothing is left to prepare."""
    run = tuning.frozen_run(tmp_path, folder, **({} if wish else {"trains_vision": True}))
    runs.ask(run, Control("stop"))
    said = list(
        training.train(run, runs.read_plan(run), runs.read_rows(run), RealDisk(), _no),
    )
    assert isinstance(said[-1], Ended)
    assert (said[-1].outcome, said[-1].step, said[-1].kept_step) == ("stopped", 0, NOTHING_KEPT)
    assert said[-1].text == "Stopped before the first step; nothing was learned."
    assert not (run / runs.ADAPTER).exists()
    if wish is not None:
        runs.ask(run, Control())
        assert worker.work(run, RealDisk(), None) == worker.DONE
        assert tuning.state_of(run) == tuning.state_of(uninterrupted)


def _no(_: Event) -> None:
    raise AssertionError("nobody asks the model anything meanwhile")


def test_real_training_killed_at_many_calls_ends_in_the_same_bits(
    uninterrupted: Path, tmp_path: Path, folder: Path
) -> None:
    run = tuning.frozen_run(tmp_path, folder)
    command = [sys.executable, "-m", "tests.finetune.real_kills", str(run)]
    done = subprocess.run(command, capture_output=True, timeout=400)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["code"] == worker.DONE
    assert len(told["steps_at_kills"]) >= 5
    assert len(set(told["steps_at_kills"])) >= 3
    assert tuning.state_of(run) == tuning.state_of(uninterrupted)
    steps = [event.step for event in _events(run) if isinstance(event, StepDone)]
    assert steps == [1, 2, 3, 4]


def _start(run: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "finetune.worker", str(run)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )


def test_the_process_leaves_the_window_and_outlives_its_pipe(tmp_path: Path, folder: Path) -> None:
    run = tuning.frozen_run(tmp_path, folder, epochs=500, watch_every=1000)
    process = _start(run)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        for line in process.stdout:
            event = EVENTS.read(line)
            if isinstance(event, StepDone):
                break
        assert os.getsid(process.pid) == process.pid
        assert is_held(run)
        with pytest.raises(RunBusy):
            RunLock(run)
        process.stdout.close()
        second = _start(run)
        said, _ = second.communicate(timeout=400)
        refused = EVENTS.read(said.splitlines(keepends=True)[-1])
        assert isinstance(refused, Failed)
        assert refused.code == RunBusy.code
        assert second.returncode == worker.FAILED
        runs.ask(run, Control("stop"))
        assert process.wait(400) == worker.DONE, process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert not is_held(run)
    ended = [event for event in _events(run) if isinstance(event, Ended)]
    assert [event.outcome for event in ended] == ["stopped"]
    assert ended[0].step > 1
    assert not any(isinstance(event, Failed) for event in _events(run))


def test_a_run_folder_that_was_changed_is_refused(tmp_path: Path, folder: Path) -> None:
    run = tuning.frozen_run(tmp_path, folder)
    picture = next((run / runs.PICTURES).iterdir())
    picture.write_bytes(picture.read_bytes() + b"x")
    read, write = os.pipe()
    assert worker.work(run, RealDisk(), write) == worker.FAILED
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = [EVENTS.read(line) for line in pipe]
    failed = said[-1]
    assert isinstance(failed, Failed)
    assert failed.code == RunDamaged.code
    assert "Start a new run" in failed.message
    (run / runs.PLAN).write_text("{}")
    assert worker.work(run, RealDisk(), None) == worker.FAILED


def test_another_base_model_is_refused(tmp_path: Path, folder: Path) -> None:
    run = tuning.frozen_run(tmp_path, folder)
    plan = runs.read_plan(run)
    changed = msgspec.structs.replace(plan, base_fingerprint="0" * 64)
    (run / runs.PLAN).write_bytes(msgspec.json.encode(changed))
    assert worker.work(run, RealDisk(), None) == worker.FAILED
    failed = _events(run)[-1]
    assert isinstance(failed, Failed)
    assert "not the one this run was started with" in failed.message


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (OSError(errno.ENOSPC, "full"), "tuning", "disk is full"),
        (OSError(errno.EIO, "I/O", "step-000000009.safetensors"), "tuning", "does not answer"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: tried"),
            "out_of_memory",
            "micro",
        ),
        (ZeroDivisionError("our bug"), "error", "a fault in this program"),
    ],
)
def test_whatever_ends_the_process_is_told_in_a_sentence(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: str,
    says: str,
) -> None:
    def fail(*_: object) -> Iterator[Event]:
        yield Preparing("Loading the model", 0.0)
        raise error

    monkeypatch.setattr(training, "train", fail)
    run = tuning.frozen_run(tmp_path, folder)
    assert worker.work(run, RealDisk(), None) == worker.FAILED
    failed = _events(run)[-1]
    assert isinstance(failed, Failed)
    assert failed.code == code
    assert says in failed.message
    assert not is_held(run)


def test_four_bits_without_a_graphics_card_are_refused_in_a_sentence(
    tmp_path: Path, folder: Path
) -> None:
    run = tuning.frozen_run(tmp_path, folder, four_bit=True)
    assert worker.work(run, RealDisk(), None) == worker.FAILED
    failed = _events(run)[-1]
    assert isinstance(failed, Failed)
    assert "need a graphics card with CUDA" in failed.message


def test_the_format_pictures_are_encoded_in_is_measured_once_a_run(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tuning.frozen_run(tmp_path, folder, epochs=1, precision="auto")
    monkeypatch.setattr(device, "bfloat16_gain", lambda: 2.0)
    assert worker.work(run, RealDisk(), None) == worker.DONE
    monkeypatch.setattr(device, "bfloat16_gain", lambda: 0.5)
    assert fast_encoding(run, RealDisk()) == torch.bfloat16
    kept = next((run / "features").iterdir())
    tensors, _ = unpack(kept.read_bytes())
    assert tensors["features"].dtype == "BF16"
    assert fast_encoding(tmp_path, RealDisk()) == torch.float32


@pytest.mark.parametrize("gain", [0.014, 2.0])
def test_sixteen_bits_are_used_where_the_processor_is_fast_with_them(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, gain: float
) -> None:
    run = tuning.frozen_run(tmp_path, folder, epochs=1, precision="bfloat16")
    monkeypatch.setattr(device, "bfloat16_gain", lambda: gain)
    going = training.train(run, runs.read_plan(run), runs.read_rows(run), RealDisk(), _no)
    first = next(going)
    assert isinstance(first, Preparing)
    assert ("32 bits" in first.text) is (gain < 1)
    if gain < 1:  # accelerate takes one format a process: the other one is not gone through here
        assert any(isinstance(event, StepDone) for event in going)
        kept = next((run / "features").iterdir())
        tensors, _ = unpack(kept.read_bytes())
        assert tensors["features"].dtype == "F32"


def test_wrong_arguments_are_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert worker.main([]) == worker.USAGE
    assert "RUN_DIR" in capfd.readouterr().err
