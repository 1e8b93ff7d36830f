from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finetune import plan as plans
from finetune import runs, split
from finetune.disk import RealDisk
from finetune.errors import RunDamaged
from finetune.event_log import EventLog
from finetune.protocol import Control, Paused, StepDone, Watched
from finetune.types import Crop
from tests.finetune.made import crop_of, example


def _frozen(root: Path) -> Path:
    examples = [example(number) for number in range(12)]
    plan = plans.preset("quick", "mine", "/models/x", "f" * 64)
    return runs.freeze(
        root, plan, examples, split.split(examples, 0), lambda id: crop_of(int(id[1:]))
    )


def test_a_frozen_run_holds_all_that_it_needs(tmp_path: Path) -> None:
    run = _frozen(tmp_path / "runs")
    rows = runs.read_rows(run)
    assert [row.id for row in rows] == [f"e{number}" for number in range(12)]
    assert sum(row.side == "held_out" for row in rows) == 5
    assert runs.read_plan(run).name == "mine"
    assert runs.read_picture(run, rows[3]) == crop_of(3).picture
    assert rows[3].words == crop_of(3).words
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert runs.found(tmp_path / "runs") == [run]


def test_the_newest_run_is_the_last_one_though_the_clock_was_set_back(tmp_path: Path) -> None:
    made = [_frozen(tmp_path)]
    os.utime(made[0] / runs.PLAN, (4_000_000_000, 4_000_000_000))
    made += [_frozen(tmp_path), _frozen(tmp_path)]
    assert runs.found(tmp_path) == made[::-1]


def test_a_run_that_could_not_be_frozen_leaves_nothing(tmp_path: Path) -> None:
    def gone(id: str) -> Crop:
        raise KeyError(id)

    examples = [example(number) for number in range(12)]
    plan = plans.preset("quick", "mine", "/models/x", "f")
    with pytest.raises(KeyError):
        runs.freeze(tmp_path / "runs", plan, examples, split.split(examples, 0), gone)
    assert list((tmp_path / "runs").iterdir()) == []


def test_what_was_changed_is_noticed(tmp_path: Path) -> None:
    run = _frozen(tmp_path)
    row = runs.read_rows(run)[0]
    (run / runs.PICTURES / row.picture).write_bytes(b"\x89PNG other")
    with pytest.raises(RunDamaged, match="was changed"):
        runs.read_picture(run, row)
    outside = msgspec.structs.replace(row, picture="../plan.json")
    with pytest.raises(RunDamaged):
        runs.read_picture(run, outside)
    (run / runs.ROWS).write_text("{}\n")
    with pytest.raises(RunDamaged):
        runs.read_rows(run)


def test_a_byte_that_is_no_text_is_damage(tmp_path: Path) -> None:
    run = _frozen(tmp_path)
    for name in (runs.PLAN, runs.ROWS):
        (run / name).write_bytes((run / name).read_bytes().replace(b"/", b"\xff"))
    (run / runs.CONTROL).write_bytes(b'{"why":"\xff"}')
    with pytest.raises(RunDamaged, match="the file is damaged"):
        runs.read_plan(run)
    with pytest.raises(RunDamaged, match="cannot be read"):
        runs.read_rows(run)
    assert runs.asked(run) == Control("run")


def test_wishes_reach_the_run_and_damage_means_go_on(tmp_path: Path) -> None:
    run = _frozen(tmp_path)
    assert runs.asked(run) == Control("run")
    runs.ask(run, Control("pause", "A question is being answered."))
    assert runs.asked(run) == Control("pause", "A question is being answered.")
    (run / runs.CONTROL).write_text("{")
    assert runs.asked(run) == Control("run")


def _step(number: int) -> StepDone:
    return StepDone(number, 1.0, 4, 0.1, -1.0, 0)


def test_the_log_forgets_steps_that_were_cut_off_and_torn_lines(tmp_path: Path) -> None:
    run = _frozen(tmp_path)
    log = EventLog(run, RealDisk(), None)
    for event in (_step(1), _step(2), Watched(2, 0.5, 2), Paused(2, "by hand"), _step(3)):
        log.emit(event)
    with (run / runs.LOG).open("ab") as file:
        file.write(b'{"kind":"step","step":4')
    events, end = runs.read_events(run)
    assert events[-1] == _step(3)
    assert runs.read_events(run, end) == ([], end)
    EventLog(run, RealDisk(), None).rewind(1)
    assert runs.read_events(run)[0] == [_step(1), Paused(2, "by hand")]


def test_the_data_fingerprint_names_what_is_learned(tmp_path: Path) -> None:
    rows = runs.read_rows(_frozen(tmp_path))
    name = runs.data_fingerprint(rows)
    assert name == runs.data_fingerprint(rows[::-1])
    taught = next(number for number, row in enumerate(rows) if row.side == "train")
    held = next(number for number, row in enumerate(rows) if row.side == "held_out")

    def changed(number: int) -> str:
        other = msgspec.structs.replace(rows[number], answers=("other",))
        return runs.data_fingerprint([*rows[:number], other, *rows[number + 1 :]])

    assert changed(taught) != name
    assert changed(held) == name


def test_discard_removes_all(tmp_path: Path) -> None:
    run = _frozen(tmp_path / "runs")
    runs.discard(run)
    assert list((tmp_path / "runs").iterdir()) == []


def test_what_a_killed_program_left_goes_with_the_next_run(tmp_path: Path) -> None:
    for name, days in (("old.part", 2), ("new.part", 0)):
        (tmp_path / name / "pictures").mkdir(parents=True)
        when = time.time() - days * 86_400
        os.utime(tmp_path / name, (when, when))
    run = _frozen(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["new.part", run.name])


def test_a_run_that_is_discarded_while_runs_are_listed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _frozen(tmp_path), _frozen(tmp_path)
    look = Path.stat

    def late(path: Path, **how: Any) -> os.stat_result:
        found = look(path, **how)
        if path.parent == first and first.exists():
            shutil.rmtree(first)
        return found

    monkeypatch.setattr(Path, "stat", late)
    runs.found(tmp_path)
    assert runs.found(tmp_path) == [second]
