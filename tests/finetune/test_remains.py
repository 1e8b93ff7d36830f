"""Whatever becomes of the files of a run: it goes on from what is whole, or says why not."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from finetune import endings, hashing, remains, runs, worker
from finetune.checkpoint import Checkpoints
from finetune.disk import RealDisk
from finetune.errors import RunDamaged, TuningError
from finetune.gate import Gate
from finetune.protocol import EVENTS, Ended, Failed, StepDone
from tests.finetune import tuning
from tests.flipped import flip, flip_in
from tests.vlm.test_learned_names import AZ
from vlm import learned_names
from vlm.learned_names import NAMES, NO_NAMES

MEASURES = ("ended.json", "answers.jsonl", "gate.json")
BEST = "checkpoints/best.safetensors"
NOT_MADE_AGAIN = {"plan.json", "rows.jsonl"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    run = tuning.frozen_run(tmp_path_factory.mktemp("runs"), folder)
    assert worker.work(run, RealDisk(), None) == worker.DONE
    return run


@pytest.fixture
def finished(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / whole.name))


@pytest.fixture
def learning(finished: Path) -> Path:
    """A run whose process was killed after its last step."""
    for name in MEASURES:
        (finished / name).unlink()
    shutil.rmtree(finished / runs.ADAPTER)
    return finished


def half(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def zeros(file: Path) -> None:
    """As after a power cut on a disk that keeps a file's length and not what was in it."""
    file.write_bytes(bytes(file.stat().st_size))


def strange(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] + b"\xff{\n" + data[len(data) // 2 + 3 :])


Damage = Callable[[Path], None]
DAMAGES: list[Damage] = [half, zeros, strange, Path.unlink]


def last_failure(run: Path) -> Failed:
    failed = runs.read_events(run)[0][-1]
    assert isinstance(failed, Failed)
    return failed


def heard(run: Path, disk: RealDisk) -> Failed:
    """Run a process that fails; return what it says to who listens."""
    read, write = os.pipe()
    assert worker.work(run, disk, write) == worker.FAILED
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        failed = EVENTS.read(pipe.readlines()[-1])
    assert isinstance(failed, Failed)
    return failed


def flipped(file: Path) -> None:
    flip(file, file.stat().st_size // 2)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("stage", ["finished", "learning"])
def test_each_damaged_file_is_made_again_or_told(
    stage: str, damage: Damage, request: pytest.FixtureRequest, whole: Path
) -> None:
    run: Path = request.getfixturevalue(stage)
    kept = run.with_name("kept")
    run.rename(kept)
    files = sorted(path.relative_to(kept) for path in kept.rglob("*") if path.is_file())
    many = next(name for name in files if name.parts[0] == "features")
    pictures = [name for name in files if name.parts[0] == "pictures"]
    alone = [name for name in files if name.parts[0] not in ("features", "pictures")]
    assert len(alone) >= 10 - 4 * (stage == "learning")
    for name in (*alone, many, pictures[0]):
        shutil.copytree(kept, run)
        damage(run / name)
        if worker.work(run, RealDisk(), None) == worker.DONE:
            msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
            assert remains.over(run)[1], name
            if name.parts[0] != runs.CHECKPOINTS:
                assert tuning.state_of(run) == tuning.state_of(whole), name
        else:
            assert str(name) in NOT_MADE_AGAIN or name.parts[0] == "pictures", name
            told = heard(run, RealDisk())
            assert told.code == RunDamaged.code, (name, told)
            assert "Start a new run." in told.message, told
        shutil.rmtree(run)


def test_steps_go_on_where_the_best_adapter_is_damaged(learning: Path) -> None:
    zeros(learning / BEST)
    assert worker.work(learning, RealDisk(), None) == worker.DONE
    ended = [event for event in runs.read_events(learning)[0] if isinstance(event, Ended)][-1]
    assert (ended.outcome, ended.step, ended.kept_step) == ("finished", 4, 4)
    assert "the best from step 4 on is kept" in ended.text
    again = Checkpoints(learning / runs.CHECKPOINTS, RealDisk())
    best, newest = again.best(), again.newest()
    assert best is not None
    assert newest is not None
    assert best == {name: raw for name, raw in newest.tensors.items() if name in best}


@pytest.mark.parametrize("damage", [half, flipped])
def test_a_damaged_adapter_of_a_run_that_is_over_is_written_again(
    finished: Path, whole: Path, damage: Damage
) -> None:
    weights = finished / runs.ADAPTER / "adapter_model.safetensors"
    damage(weights)
    assert worker.work(finished, RealDisk(), None) == worker.DONE
    assert weights.read_bytes() == (whole / runs.ADAPTER / weights.name).read_bytes()
    assert (finished / runs.GATE).read_bytes() == (whole / runs.GATE).read_bytes()
    assert not any(isinstance(event, StepDone) for event in runs.read_events(finished)[0][-20:])


def test_answers_of_weights_that_change_are_not_kept(finished: Path) -> None:
    """A run that was stopped learns on where nobody can read how it ended."""
    answers = finished / "answers.jsonl"
    lines = [json.loads(line) for line in answers.read_text().splitlines()]
    answers.write_text("".join(json.dumps([*line[:2], "of old"]) + "\n" for line in lines))
    zeros(finished / endings.FILE)
    assert worker.work(finished, RealDisk(), None) == worker.DONE
    assert "of old" not in answers.read_text()


def test_a_run_of_which_no_weights_are_left_says_so(finished: Path) -> None:
    shutil.rmtree(finished / runs.ADAPTER)
    for file in (finished / runs.CHECKPOINTS).iterdir():
        zeros(file)
    assert heard(finished, RealDisk()).code == RunDamaged.code
    assert "Start a new run" in last_failure(finished).message


def test_damaged_names_and_places_are_found_again(tmp_path: Path) -> None:
    disk, run = RealDisk(), tmp_path
    assert not remains.is_placed(run, disk)
    rows = [tuning.row(0), tuning.row(1, "watch")]
    taught = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    (run / runs.TAUGHT).write_bytes(taught)
    (run / NAMES).write_bytes(learned_names.written(AZ))
    assert remains.is_placed(run, disk)
    for damaged in (b"", bytes(len(taught)), taught[:-9], taught.splitlines()[0]):
        (run / runs.TAUGHT).write_bytes(damaged)
        assert not remains.is_placed(run, disk)
    (run / runs.TAUGHT).write_bytes(taught)
    zeros(run / NAMES)
    assert not remains.is_placed(run, disk)
    assert not (run / NAMES).exists(), "or a run that learns no names would keep the damaged file"
    (run / NAMES).write_bytes(learned_names.written(AZ))
    hashing.note(disk, run, (NAMES,))
    assert remains.is_placed(run, disk)
    flip_in(run / NAMES, b'"documents": 7')
    assert not remains.is_placed(run, disk)
    assert not (run / NAMES).exists()
    assert learned_names.read(run) == NO_NAMES, "that none were learned is no damage"


class ReadOnly(RealDisk):
    """Refuses every change from the n-th on."""

    def __init__(self, after: int) -> None:
        self._left = after

    def create(self, path: Path) -> int:
        self._left -= 1
        if self._left < 0:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return super().create(path)


@pytest.mark.parametrize("after", [0, 1, 2, 7, 13])
def test_a_disk_that_can_only_be_read_is_told(learning: Path, after: int, whole: Path) -> None:
    shutil.rmtree(learning / runs.CHECKPOINTS)
    shutil.rmtree(learning / "features")
    failed = heard(learning, ReadOnly(after))
    assert failed.code == TuningError.code
    assert "can only be read" in failed.message
    assert worker.work(learning, RealDisk(), None) == worker.DONE
    assert tuning.state_of(learning) == tuning.state_of(whole)


def test_what_ends_a_run_is_said_although_its_log_cannot_be_written(learning: Path) -> None:
    (learning / runs.LOG).unlink()
    (learning / runs.LOG).mkdir()
    assert "a folder lies where a file should be" in heard(learning, RealDisk()).message


def test_a_run_whose_folder_is_removed_meanwhile_ends_with_a_sentence(
    tmp_path: Path, folder: Path
) -> None:
    run = tuning.frozen_run(tmp_path, folder, epochs=500, watch_every=1000)
    process = subprocess.Popen(
        [sys.executable, "-m", "finetune.worker", str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if isinstance(EVENTS.read(line), StepDone):
                break
        runs.discard(run)
        last = EVENTS.read(process.stdout.readlines()[-1])
        process.wait(60)
        assert process.stderr.read().decode().count("Traceback") <= 1
    assert process.returncode == worker.FAILED
    assert isinstance(last, Failed)
    assert last.code == RunDamaged.code
    assert "is not there any more" in last.message
    assert not run.exists()


def test_kills_at_any_moment_of_a_life_end_in_the_same_bits(
    whole: Path, tmp_path: Path, folder: Path
) -> None:
    """Also while the adapter is written and while its worth is measured."""
    run = tuning.frozen_run(tmp_path, folder)
    command = [sys.executable, "-m", "tests.finetune.real_kills", str(run), "16"]
    done = subprocess.run(command, capture_output=True, timeout=400)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["code"] == worker.DONE
    assert len(told["steps_at_kills"]) >= 6
    assert tuning.state_of(run) == tuning.state_of(whole)
    assert (run / runs.GATE).read_bytes() == (whole / runs.GATE).read_bytes()
