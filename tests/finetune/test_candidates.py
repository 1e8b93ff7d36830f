"""What goes live of a run that learned names beside weights."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finetune import candidates, runs
from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.candidates import KINDS, Kind, choose, keep_untaught
from finetune.protocol import StepEvent
from finetune.runs import RunRow
from tests.finetune import tuning
from tests.vlm.test_learned_names import AZ
from vlm import learned_names
from vlm.cancel import returned
from vlm.learned_names import NAMES, NO_NAMES

UNTAUGHT, LEARNED = b"as it came", b"after the last step"


def adapter(folder: Path, weights: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text("{}")
    (folder / WEIGHTS).write_bytes(weights)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    keep_untaught(lambda folder: adapter(folder, UNTAUGHT), tmp_path)
    adapter(tmp_path / runs.ADAPTER, LEARNED)
    return tmp_path


def rows(side: str) -> list[RunRow]:
    some = [tuning.row(number) for number in range(4)]
    return [msgspec.structs.replace(row, side=side) for row in some]


def go() -> Generator[StepEvent, None, bool]:
    yield from ()
    return True


def answering(monkeypatch: pytest.MonkeyPatch, right: Mapping[str, int] | None) -> None:
    """Have each candidate answer so many of the watched questions right; None leaves."""

    def ask_all(
        plan: object, some: Sequence[RunRow], pages: object, folders: Mapping[str, Path], *_: Any
    ) -> Generator[StepEvent, None, dict[tuple[str, str], str] | None]:
        yield from ()
        if right is None:
            return None
        assert {kind: (folder / NAMES).exists() for kind, folder in folders.items()} == {
            "names": True,
            "both": True,
            "weights": False,
        }
        return {
            (kind, row.id): row.answers[0] if number < right[kind] else "another"
            for kind in folders
            for number, row in enumerate(some)
        }

    monkeypatch.setattr(candidates, "ask_all", ask_all)


def live(run: Path) -> tuple[bytes, bool]:
    folder = run / runs.ADAPTER
    return (folder / WEIGHTS).read_bytes(), learned_names.read(folder) == AZ


@pytest.mark.parametrize(
    ("right", "kind", "weights", "named"),
    [
        ((3, 3, 3), "names", UNTAUGHT, True),
        ((3, 4, 3), "both", LEARNED, True),
        ((1, 2, 3), "weights", LEARNED, False),
        ((3, 2, 3), "names", UNTAUGHT, True),
    ],
)
def test_what_answers_best_on_watched_documents_goes_live(
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    right: tuple[int, ...],
    kind: Kind,
    weights: bytes,
    named: bool,
) -> None:
    answering(monkeypatch, dict(zip(KINDS, right, strict=True)))
    plan = tuning.plan_of(run)
    said = returned(choose(run, plan, rows("watch"), AZ, 9, go))
    assert said == candidates.SAID[kind]
    assert live(run) == (weights, named)
    # A process that goes on finds what was chosen, or nothing when it was ended meanwhile.
    assert returned(choose(run, plan, rows("watch"), AZ, 9, go)) == said
    assert live(run) == (weights, named)


def test_without_watched_documents_the_names_go_live_alone(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, None)
    said = returned(choose(run, tuning.plan_of(run), rows("held_out"), AZ, 9, go))
    assert said is not None
    assert "too few documents" in said
    assert live(run) == (UNTAUGHT, True)


def test_before_the_first_step_nobody_has_to_be_asked_and_the_names_go_live(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, None)
    adapter(run / runs.ADAPTER, UNTAUGHT)
    said = returned(choose(run, tuning.plan_of(run), rows("watch"), AZ, 0, go))
    assert said is not None
    assert "no step was taken" in said
    assert live(run) == (UNTAUGHT, True)


def test_a_process_that_was_ended_between_two_folders_is_made_up_for(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, dict(zip(KINDS, (1, 3, 2), strict=True)))
    plan = tuning.plan_of(run)
    returned(choose(run, plan, rows("watch"), AZ, 9, go))
    shutil.rmtree(run / runs.ADAPTER)
    returned(choose(run, plan, rows("watch"), AZ, 9, go))
    assert live(run) == (LEARNED, True)


def test_who_leaves_meanwhile_leaves_the_learned_weights(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, None)
    assert returned(choose(run, tuning.plan_of(run), rows("watch"), AZ, 9, go)) is None
    assert live(run) == (LEARNED, False)
    assert learned_names.read(run / runs.ADAPTER) == NO_NAMES
