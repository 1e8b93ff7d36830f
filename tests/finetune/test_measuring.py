"""What is measured is what a person gets: the measure against the engine that answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from finetune import measuring, names, regression, runs, training, worker
from finetune.disk import RealDisk
from finetune.errors import EngineRefused
from finetune.gate import Gate
from finetune.hindrances import ANSWERING, this_machine
from finetune.protocol import (
    NOTHING_KEPT,
    Control,
    Ended,
    Event,
    Measured,
    Measuring,
    NamesLearned,
    Placed,
    Preparing,
    Resumed,
    Started,
    StepDone,
    StepEvent,
    Waiting,
)
from tests import tiny
from tests.finetune import tuning
from tests.finetune.papers import frozen
from tests.vlm.answering import NEVER, in_float32, last
from tests.vlm.test_learned_names import AZ
from vlm import learned_names, second_readings
from vlm.cancel import returned
from vlm.engine import Engine
from vlm.pages.client import PageClient
from vlm.part_of_page import TALL
from vlm.protocol import Ask, Done, Load, Loaded, Progress
from vlm.selftest import SelfTest
from vlm.types import Question


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save("marked", tmp_path_factory.mktemp("base") / "marked")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every model asked about the parts of whole pages."""
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)


@pytest.fixture(autouse=True)
def few_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "COUNT", 2)


@pytest.fixture(autouse=True)
def in_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vlm.device.choose", in_float32)


def go() -> Generator[StepEvent, None, bool]:
    yield from ()
    return True


def answers(run: Path) -> dict[tuple[str, str], str]:
    lines = (run / "answers.jsonl").read_text().splitlines()
    return {(version, id): text for version, id, text in map(json.loads, lines)}


@pytest.mark.usefixtures("small")
def test_measured_answers_are_the_engines_of_whole_pages_and_of_parts(
    tmp_path: Path, folder: Path
) -> None:
    run = frozen(tmp_path, folder)
    any_form = "What stands there?"  # a random model never says a number where one is wanted
    rows = [msgspec.structs.replace(row, question=any_form) for row in runs.read_rows(run)]
    plan = runs.read_plan(run)
    gate = returned(measuring.measure(run, plan, rows, go))
    assert isinstance(gate, Gate)
    assert {row.id for row in gate.rows} == {row.id for row in rows}
    said = answers(run)
    engine = Engine(PageClient(), 2**24, in_float32)
    for version, adapter in (("before", None), ("after", str(run / runs.ADAPTER))):
        loading = Load(1, plan.base, adapter, precision="exact")
        assert isinstance(last(engine.load(loading, NEVER)), Loaded)
        for row in rows:
            assert row.page is not None
            asked = Question(row.question, row.page, row.box, plan.splitting, plan.longest_answer)
            events = list(engine.ask(Ask(2, asked), NEVER))
            told = [event.text for event in events if isinstance(event, Progress)]
            in_parts = row.box is None or row.box.height >= TALL
            assert ("Finding the parts of the page" in told) is in_parts
            done = events[-1]
            assert isinstance(done, Done)
            assert said[version, row.id] == done.answer.text
    engine.close()
    changed = sum(said["before", row.id] != said["after", row.id] for row in rows)
    assert changed > len(rows) / 2, "else one version could have been asked twice"


@pytest.mark.usefixtures("small")
def test_both_versions_share_what_a_frozen_encoder_made(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SelfTest, "is_cheap", False)  # its pictures are not the run's
    monkeypatch.setattr(second_readings, "SURE", 0.0)  # a version doubts other lines than the other
    frozen_looks = looks(frozen(tmp_path / "frozen", folder))
    assert set(frozen_looks.values()) == {1}
    learned_looks = looks(frozen(tmp_path / "learned", folder, trains_vision=True))
    assert learned_looks.total() == 2 * frozen_looks.total()


def looks(run: Path) -> Counter[bytes]:
    """Measure a run; return what its encoder made, and how often."""
    made: Counter[bytes] = Counter()

    def count(module: torch.nn.Module, _given: object, found: Any) -> None:
        if type(module).__name__ == "Idefics2VisionTransformer":
            made[found.last_hidden_state.numpy().tobytes()] += 1

    with torch.nn.modules.module.register_module_forward_hook(count):
        returned(measuring.measure(run, runs.read_plan(run), runs.read_rows(run), go))
    return made


def test_the_version_changes_once_for_some_pictures() -> None:
    rows = [tuning.row(number // 2) for number in range(2 * 20)]
    asked = [(version, row.id) for version, row in measuring.in_order(rows)]
    assert len(asked) == len(set(asked)) * 2 == 2 * len(rows)
    changes = sum(one[0] != other[0] for one, other in pairwise(asked))
    assert changes == -(-20 // measuring.TOGETHER)
    assert list(measuring.in_order([])) == []


def test_a_model_that_is_gone_ends_the_measure_with_a_sentence(
    tmp_path: Path, folder: Path
) -> None:
    run = frozen(tmp_path, folder)
    plan = msgspec.structs.replace(runs.read_plan(run), base=str(tmp_path / "gone"))
    with pytest.raises(EngineRefused, match="gone") as raised:
        returned(measuring.measure(run, plan, runs.read_rows(run), go))
    assert raised.value.told == "model_missing"


@pytest.mark.usefixtures("small")
def test_a_small_model_is_taught_parts_of_pages_which_are_found_once(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = frozen(tmp_path, folder, learned=1, epochs=1)
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    said = list(training.train(run, plan, rows, RealDisk(), unsaid))
    (placed,) = [event for event in said if isinstance(event, Placed)]
    assert (placed.found, placed.rows) == (4, 4), "what is watched has no text layer, but is read"
    taught = [row for row in runs.read_taught(run) if row.side == "train"]
    whole = [row.id for row in rows if row.side == "train" and row.box is None]
    assert {row.id.rpartition("#")[0] for row in taught if row.part} == set(whole)
    assert len(taught) > len(whole) + 1
    steps = [event.step for event in said if isinstance(event, StepDone)]
    assert max(steps) == placed.steps == plan.all_steps(len(taught))
    assert isinstance(said[-1], Measured)

    def again(*_: object) -> None:
        raise AssertionError("they were found before")

    monkeypatch.setattr("finetune.placing.place_all", again)
    before = (run / runs.ADAPTER / "adapter_model.safetensors").read_bytes()
    assert worker.work(run, RealDisk(), None) == worker.DONE
    assert (run / runs.ADAPTER / "adapter_model.safetensors").read_bytes() == before
    started = [event for event in runs.read_events(run)[0] if isinstance(event, Started)]
    assert started[-1].steps == placed.steps


@pytest.mark.usefixtures("small")
def test_a_stop_while_answers_are_looked_for_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    run = frozen(tmp_path, folder, learned=1)
    runs.ask(run, Control("stop"))
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    said = list(training.train(run, plan, rows, RealDisk(), unsaid))
    assert isinstance(said[-1], Ended)
    assert (said[-1].outcome, said[-1].step, said[-1].kept_step) == ("stopped", 0, NOTHING_KEPT)
    assert not (run / runs.TAUGHT).exists()


def unsaid(_: Event) -> None:
    raise AssertionError("nobody asks the model anything meanwhile")


@pytest.mark.usefixtures("small")
def test_a_stop_while_names_are_learned_ends_it_and_leaves_nothing(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "AT_ONCE_SECONDS", 0.0)  # a few small documents take no time else
    run = frozen(tmp_path, folder, learned=1)
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    said: list[Event] = []
    for event in training.train(run, plan, rows, RealDisk(), unsaid):
        said.append(event)
        if isinstance(event, Preparing) and event.text.startswith("Learning names: 0 of "):
            runs.ask(run, Control("stop"))
    assert isinstance(said[-2], Preparing), "nothing more is done"
    assert said[-2].text.startswith("Learning names: 0 of ")
    assert isinstance(said[-1], Ended)
    assert (said[-1].outcome, said[-1].step) == ("stopped", 0)
    assert not (run / runs.TAUGHT).exists()
    assert not (run / learned_names.NAMES).exists()


@pytest.mark.usefixtures("small")
def test_a_stop_before_the_first_step_keeps_names_that_were_learned(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "learning", learned_at_once)
    run = frozen(tmp_path, folder, learned=1)
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    said: list[Event] = []
    for event in training.train(run, plan, rows, RealDisk(), unsaid):
        said.append(event)
        if isinstance(event, NamesLearned):
            runs.ask(run, Control("stop"))
    (ended,) = [event for event in said if isinstance(event, Ended)]
    assert (ended.outcome, ended.step, ended.kept_step) == ("stopped", 0, 0)
    assert ended.text == "Stopped before the first step; the names that it learned are kept."
    assert not any(isinstance(event, StepDone) for event in said)
    assert isinstance(said[-1], Measured)
    assert "no step was taken" in said[-1].text
    assert learned_names.read(run / runs.ADAPTER) == AZ
    assert (run / runs.GATE).exists()


def learned_at_once(_: object) -> names.Learning:
    yield names.Progress(0, 1)
    return AZ


@pytest.mark.usefixtures("small")
def test_a_question_goes_first_while_names_are_learned(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = this_machine()
    left: list[bool] = []  # what is said of somebody who waits for an answer, look by look

    def answering() -> bool:
        return left.pop() if left else False

    monkeypatch.setattr(
        "finetune.training.this_machine", lambda: replace(machine, answering=answering)
    )
    monkeypatch.setattr(names, "AT_ONCE_SECONDS", 0.0)
    run = frozen(tmp_path, folder, learned=1)
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    said: list[Event] = []
    for event in training.train(run, plan, rows, RealDisk(), unsaid):
        said.append(event)
        if isinstance(event, Preparing) and event.text.startswith("Learning names: 0 of "):
            left[:] = [True, True]
        if isinstance(event, Placed):
            break
    first = next(n for n, event in enumerate(said) if isinstance(event, Waiting))
    waiting, resumed = said[first : first + 2]
    assert isinstance(waiting, Waiting)
    assert waiting.text == ANSWERING
    assert isinstance(resumed, Resumed)
    assert isinstance(said[first - 1], Preparing)


@pytest.mark.usefixtures("small")
def test_a_damaged_answer_is_asked_again_and_no_other(tmp_path: Path, folder: Path) -> None:
    run = frozen(tmp_path, folder)
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    assert returned(measuring.measure(run, plan, rows, go)) is not None
    whole = answers(run)
    file = run / measuring.ANSWERS
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1:4] = [bytes(20) + b"\n", b'["before", 7]\n', b'["after", "\xff", ""]\n']
    file.write_bytes(b"".join(lines))
    asked = [one for one in measuring.measure(run, plan, rows, go) if isinstance(one, Measuring)]
    assert len(asked) == 3 + 1
    kept = file.read_bytes().splitlines()[-3:]
    assert {(version, id): text for version, id, text in map(json.loads, kept)} == {
        (version, id): whole[version, id] for version, id, _ in map(json.loads, kept)
    }
