"""Runs are real processes that live on; here they learn a toy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.process import start_apart
from app.training import words, work
from app.training.following import Following
from app.training.tale import Point
from app.training.values import Phase, Run
from app.training.watch import OUTPUT, works_on
from finetune import runs
from finetune.lock import is_held
from finetune.protocol import StepDone
from tests.app.training import made
from tests.app.training.toy_worker import FAILS, IS_ASKED, MEMORY, WAITS
from vlm import paths

LONG = 1000
"""Times every example is seen by a run that ends only when it is told to."""


@pytest.fixture
def follow(qtbot: QtBot) -> Iterator[Callable[[], Following]]:
    """Return a function that follows as another window does."""
    every: list[Following] = []

    def make() -> Following:
        following = Following(paths.data_dir() / "examples.sqlite3")
        every.append(following)
        following.set_seen(True)
        return following

    yield make
    for following in every:
        following.shutdown()


def launched(name: str = "Invoices", **changes: object) -> Path:
    run = made.frozen(work.root(), name, **changes)
    assert start_apart(made.toy_command(run), run / OUTPUT)
    return run


def reach(qtbot: QtBot, following: Following, folder: Path, phase: Phase) -> Run:
    def there() -> bool:
        run = following.run(folder)
        return run is not None and run.phase is phase

    qtbot.waitUntil(there, timeout=20_000)
    run = following.run(folder)
    assert run is not None
    return run


def steps(qtbot: QtBot, run: Run, more: int) -> None:
    here = run.tale.step
    qtbot.waitUntil(lambda: run.tale.step >= here + more, timeout=20_000)


def test_a_run_is_followed_from_its_first_step_to_its_measure(
    qtbot: QtBot, follow: Callable[[], Following]
) -> None:
    folder = launched()
    following = follow()
    ended: list[Run] = []
    following.over.connect(ended.append)
    run = reach(qtbot, following, folder, Phase.MEASURED)
    told = run.tale
    assert [point.step for point in told.losses] == list(range(1, told.steps + 1))
    events = runs.read_events(folder)[0]
    steps_done = [event for event in events if isinstance(event, StepDone)]
    assert told.losses == [Point(event.step, event.loss) for event in steps_done]
    assert told.scores[-1].value < told.scores[0].value
    assert told.memory_bytes == MEMORY
    assert run.gate is not None
    assert run.gate.passed
    assert words.short(run) == "0 % → 100 % right · better"
    assert (run.sizes.learned, run.sizes.held_out) == (10, 10)
    qtbot.waitUntil(lambda: ended == [run])


def test_it_pauses_goes_on_stops_and_keeps(qtbot: QtBot, follow: Callable[[], Following]) -> None:
    folder = launched(epochs=LONG)
    following = follow()
    run = reach(qtbot, following, folder, Phase.LEARNING)
    following.pause(folder)
    assert words.state(run, run.wish) == words.PAUSING
    run = reach(qtbot, following, folder, Phase.PAUSED)
    at = run.tale.step
    assert runs.asked(folder).wish == "pause"
    following.resume(folder)
    run = reach(qtbot, following, folder, Phase.LEARNING)
    steps(qtbot, run, 3)
    assert run.tale.step > at
    following.stop_and_keep(folder)
    run = reach(qtbot, following, folder, Phase.MEASURED)
    assert run.tale.ended is not None
    assert run.tale.ended.outcome == "stopped"
    assert 0 < run.tale.step < run.tale.steps
    qtbot.waitUntil(lambda: not is_held(folder))


def test_its_measure_pauses_stops_and_goes_on_later(
    qtbot: QtBot, follow: Callable[[], Following]
) -> None:
    folder = launched(seed=IS_ASKED, epochs=1)
    following = follow()
    run = reach(qtbot, following, folder, Phase.MEASURING)
    following.pause(folder)
    run = reach(qtbot, following, folder, Phase.PAUSED)
    assert run.measures
    following.resume(folder)
    run = reach(qtbot, following, folder, Phase.MEASURING)
    following.leave(folder)
    run = reach(qtbot, following, folder, Phase.DIED)
    assert words.state(run, run.wish) == words.DIED_MEASURING
    assert run.gate is None
    qtbot.waitUntil(lambda: not is_held(folder))
    following.resume(folder)
    reach(qtbot, following, folder, Phase.MEASURED)


def test_what_it_waits_for_is_shown(qtbot: QtBot, follow: Callable[[], Following]) -> None:
    folder = launched(seed=WAITS)
    following = follow()
    run = reach(qtbot, following, folder, Phase.WAITING)
    assert words.state(run, run.wish).startswith("Running on battery.")
    following.resume_anyway(folder)
    reach(qtbot, following, folder, Phase.MEASURED)


def test_a_window_that_comes_later_finds_it_and_one_that_goes_leaves_it(
    qtbot: QtBot, follow: Callable[[], Following]
) -> None:
    folder = launched(epochs=LONG)
    first = follow()
    run = reach(qtbot, first, folder, Phase.LEARNING)
    first.shutdown()
    second = follow()
    again = reach(qtbot, second, folder, Phase.LEARNING)
    steps(qtbot, again, 3)
    assert again.process == run.process
    assert again.tale.losses[: len(run.tale.losses)] == run.tale.losses
    steps_of = [point.step for point in again.tale.losses]
    assert steps_of == list(range(1, len(steps_of) + 1))


def test_a_killed_process_is_noticed_and_goes_on_where_it_was(
    qtbot: QtBot, follow: Callable[[], Following]
) -> None:
    folder = launched(epochs=LONG)
    following = follow()
    run = reach(qtbot, following, folder, Phase.LEARNING)
    steps(qtbot, run, 5)
    psutil.Process(run.process).kill()
    run = reach(qtbot, following, folder, Phase.DIED)
    at, killed = run.tale.step, run.tale.process
    following.resume(folder)
    run = reach(qtbot, following, folder, Phase.LEARNING)
    steps(qtbot, run, 3)
    assert run.process != killed
    assert run.tale.step > at - 2
    told = [point.step for point in run.tale.losses]
    assert told == sorted(set(told))
    assert len(told) >= run.tale.step - 1  # the last one before the kill may be saved but not said


def test_a_dead_run_can_be_kept_as_it_is(qtbot: QtBot, follow: Callable[[], Following]) -> None:
    folder = launched(epochs=LONG)
    following = follow()
    run = reach(qtbot, following, folder, Phase.LEARNING)
    psutil.Process(run.process).kill()
    reach(qtbot, following, folder, Phase.DIED)
    following.stop_and_keep(folder)
    run = reach(qtbot, following, folder, Phase.MEASURED)
    assert run.tale.step < run.tale.steps


def test_two_windows_cannot_start_the_same_run(
    qtbot: QtBot, follow: Callable[[], Following]
) -> None:
    folder = launched(epochs=LONG)
    following = follow()
    run = reach(qtbot, following, folder, Phase.LEARNING)
    assert start_apart(made.toy_command(folder), folder / "second")
    qtbot.waitUntil(lambda: b"run_busy" in (folder / "second").read_bytes(), timeout=20_000)
    following.resume(folder)
    steps(qtbot, run, 2)
    assert run.phase is Phase.LEARNING
    working = [p for p in psutil.process_iter() if works_on(p.pid, folder)]
    qtbot.waitUntil(
        lambda: (
            [p.pid for p in working if p.is_running() and works_on(p.pid, folder)] == [run.process]
        )
    )


def test_discarding_ends_the_process_and_leaves_nothing(
    qtbot: QtBot, follow: Callable[[], Following]
) -> None:
    folder = launched(epochs=LONG)
    following = follow()
    run = reach(qtbot, following, folder, Phase.LEARNING)
    process = run.process
    following.discard(folder)
    qtbot.waitUntil(lambda: following.run(folder) is None, timeout=20_000)
    assert not works_on(process, folder)
    assert not any(work.root().iterdir())


def test_why_it_failed_is_said(qtbot: QtBot, follow: Callable[[], Following]) -> None:
    folder = launched(seed=FAILS)
    following = follow()
    run = reach(qtbot, following, folder, Phase.FAILED)
    assert words.state(run, "run") == "This run has nothing to learn from."
    assert words.tone(run).name == "BAD"


def test_why_it_never_began_is_said(qtbot: QtBot, follow: Callable[[], Following]) -> None:
    folder = made.frozen(work.root())
    rows = folder / runs.ROWS
    rows.write_bytes(rows.read_bytes().replace(b'"rotation":0', b'"rotation":7', 1))
    assert start_apart(made.toy_command(folder), folder / OUTPUT)
    following = follow()
    run = reach(qtbot, following, folder, Phase.FAILED)
    assert "cannot be read" in words.state(run, "run")


@pytest.mark.parametrize("unreadable", [runs.PLAN, runs.LOG])
def test_a_damaged_run_does_not_hide_the_others(
    qtbot: QtBot, follow: Callable[[], Following], unreadable: str
) -> None:
    whole, broken = made.frozen(work.root(), "whole"), made.frozen(work.root(), "broken")
    (broken / unreadable).unlink(missing_ok=True)
    (broken / unreadable).mkdir()  # the system refuses to read it, whoever asks
    following = follow()
    qtbot.waitUntil(lambda: [run.folder for run in following.runs] == [whole])
