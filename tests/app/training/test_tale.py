"""What a run's events add up to, and what the run is then doing."""

from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.training import run_words, words
from app.training.run_page import RunPage
from app.training.tale import Point, Tale
from app.training.values import News, Phase, Run, Sizes
from finetune.protocol import (
    NOTHING_KEPT,
    Ended,
    Event,
    Failed,
    Measured,
    Measuring,
    NamesLearned,
    Paused,
    Placed,
    Preparing,
    Resumed,
    Started,
    StepDone,
    Waiting,
    Watched,
)
from tests.app.training import made

STARTED = Started(1, 0, 40, 7)


def step(number: int, loss: float = 2.0, left: float = 90.0) -> StepDone:
    return StepDone(number, loss, 8, 2.0, left, 10**9)


def tale(*events: Event) -> Tale:
    told = Tale()
    told.take_all(events)
    return told


def run_of(*events: Event, process: int = 7, said: Failed | None = None) -> Run:
    run = Run(Path("/runs/a"), made.plan(), 0.0, Sizes(8, 0, 5, 5, 5))
    run.take(News(run.folder, run.plan, 0.0, run.sizes, True, events, process, said, "run", None))
    return run


def test_steps_and_looks_add_up() -> None:
    told = tale(STARTED, step(1, 3.0), step(2, 2.5), Watched(2, 2.8, 2), step(3, 2.4))
    assert told.losses == [Point(1, 3.0), Point(2, 2.5), Point(3, 2.4)]
    assert told.scores == [Point(2, 2.8)]
    assert (told.step, told.steps, told.best_step, told.best) == (3, 40, 2, 2.8)
    assert told.examples_a_second == 4.0
    assert told.memory_bytes == 10**9
    assert told.seconds_left == 90.0


def test_a_person_hears_how_many_rows_about_whole_pages_were_placed() -> None:
    assert run_words.placed(tale(STARTED)) == ""
    some = run_of(STARTED, Preparing("Looking", 0.5), Placed(7, 9, 60))
    assert some.tale.steps == 60
    assert "For 7 of the 9 examples about whole pages the answer was found" in run_words.about(some)
    assert "the others are left out" in run_words.about(some)
    none = run_words.placed(tale(STARTED, Placed(0, 9, 60)))
    assert "For none of the 9 examples about whole pages" in none
    assert "left out" not in none
    every = run_words.placed(tale(STARTED, Placed(9, 9, 60)))
    assert every == "This model is asked about a whole page part by part. It learns so too."


def test_a_person_hears_what_the_documents_call_things() -> None:
    name = "“Aktenzeichen” stands behind “Az.:” (7 documents)"
    assert "It learned" not in run_words.about(run_of(STARTED))
    one = run_words.about(run_of(STARTED, NamesLearned((name,)), step(1)))
    assert one.endswith(f"It learned from your documents: {name}.")
    more = run_words.about(run_of(STARTED, NamesLearned((name, name, name))))
    assert more.endswith(f"{name}, and 2 more.")


def test_steps_that_were_cut_off_are_forgotten_when_a_process_goes_on() -> None:
    told = tale(
        STARTED, step(1), step(2), Watched(2, 9.0, 2), step(3), Started(1, 2, 40, 8), step(3, 1.0)
    )
    assert [(point.step, point.value) for point in told.losses][-2:] == [(2, 2.0), (3, 1.0)]
    assert len(told.losses) == 3
    assert told.scores == [Point(2, 9.0)]
    assert told.process == 8


PHASES: list[tuple[tuple[Event, ...], Phase]] = [
    ((STARTED,), Phase.PREPARING),
    ((STARTED, Preparing("Loading", 0.1)), Phase.PREPARING),
    ((STARTED, step(1)), Phase.LEARNING),
    ((STARTED, step(1), Paused(1, "")), Phase.PAUSED),
    ((STARTED, step(1), Paused(1, ""), Resumed(1)), Phase.LEARNING),
    ((STARTED, step(1), Waiting(1, "On battery.")), Phase.WAITING),
    ((STARTED, step(1), Ended("stopped", 1, 1, "Stopped.")), Phase.SAVING),
    ((STARTED, Ended("early", 1, 1, "Enough."), Measuring(1, 9)), Phase.MEASURING),
    ((STARTED, Ended("early", 1, 1, ""), Measured(True, "Better.")), Phase.MEASURED),
]


@pytest.mark.parametrize(("events", "phase"), PHASES)
def test_what_a_run_does_while_its_process_is_there(
    events: tuple[Event, ...], phase: Phase
) -> None:
    assert run_of(*events).phase is phase


@pytest.mark.parametrize(("events", "phase"), PHASES[:-1])
def test_a_run_whose_process_is_gone_was_interrupted(
    events: tuple[Event, ...], phase: Phase
) -> None:
    run = run_of(*events, process=0)
    assert run.phase is Phase.DIED
    assert not run.at_work
    assert "go on" in words.state(run, "run")


def test_a_run_that_was_stopped_before_it_learned_anything_says_so() -> None:
    stopped = (STARTED, Ended("stopped", 0, NOTHING_KEPT, "Stopped before the first step."))
    run = run_of(*stopped, process=0)
    assert (run.phase, run.measures, run.at_work) == (Phase.STOPPED, False, False)
    said = words.state(run, "stop")
    assert said == f"Stopped before the first step. {words.STOPPED_EARLY}"
    assert (words.headline(run), words.short(run)) == ("Stopped", "Stopped")
    ending = run_of(*stopped)
    assert not ending.measures
    assert words.state(ending, "stop") == said, "its process is not gone yet, and measures nothing"
    named = run_of(STARTED, Ended("stopped", 0, 0, "The names are kept."), process=0)
    assert words.state(named, "run") == words.DIED_MEASURING


def test_a_run_that_was_stopped_early_can_be_started_again(qtbot: QtBot) -> None:
    page = RunPage()
    qtbot.addWidget(page)
    page.show()
    page.show_run(run_of(STARTED, Ended("stopped", 0, NOTHING_KEPT, "Stopped."), process=0), "stop")
    assert (page.resume.isVisible(), page.resume.text()) == (True, "Start again")
    assert page.stop.isHidden()
    assert page.leave.isHidden()
    page.show_run(run_of(STARTED, step(1), process=0), "run")
    assert page.resume.text() == "Go on"


def test_a_stop_before_the_first_step_says_what_will_be_kept() -> None:
    early = run_of(STARTED, Preparing("Looking", 0.5))
    assert words.state(early, "stop") == words.STOPPING_EARLY
    named = run_of(STARTED, NamesLearned(("a name",)), Preparing("Looking", 0.5))
    assert words.state(named, "stop") == words.STOPPING_NAMED


def test_a_measured_run_needs_no_process() -> None:
    run = run_of(*PHASES[-1][0], process=0)
    assert run.phase is Phase.MEASURED
    assert words.state(run, "run") == "Better."


def test_a_failure_is_said_in_its_own_words_until_it_goes_on() -> None:
    failed = Failed("run_damaged", "A picture was changed.")
    assert words.state(run_of(STARTED, failed, process=0), "run") == "A picture was changed."
    unwritten = run_of(process=0, said=failed)
    assert unwritten.phase is Phase.FAILED
    assert words.state(unwritten, "run") == "A picture was changed."
    assert run_of(STARTED, failed, process=9).phase is Phase.STARTING
    assert run_of(STARTED, failed, Started(1, 3, 40, 9), process=9).phase is Phase.PREPARING


def test_what_it_waits_for_is_said_as_it_comes() -> None:
    assert words.state(run_of(STARTED, Waiting(0, "On battery.")), "run") == "On battery."
    assert words.state(run_of(STARTED, Paused(0, "You asked a question.")), "pause") == (
        "You asked a question."
    )
    assert words.state(run_of(STARTED, Paused(0, "")), "pause") == words.PAUSED_BY_HAND


def test_a_wish_is_shown_before_it_is_obeyed() -> None:
    run = run_of(STARTED, step(1))
    assert words.state(run, "run") == "Step 1 of 40 · about 2 minutes left"
    assert words.state(run, "pause") == words.PAUSING
    assert words.state(run, "stop") == words.STOPPING


def test_a_wish_means_the_measure_once_it_has_learned() -> None:
    learned = (STARTED, step(1), Ended("stopped", 1, 1, "Stopped."))
    run = run_of(*learned, Measuring(3, 9))
    assert run.measures
    assert words.state(run, "stop") == "3 of 9 questions asked, before and after. Stopped."
    assert words.state(run, "pause") == words.PAUSING_MEASURE
    assert words.state(run, "leave") == words.LEAVING
    paused = run_of(*learned, Measuring(3, 9), Paused(1, ""))
    assert (paused.phase, paused.measures) == (Phase.PAUSED, True)
    assert words.state(paused, "pause") == words.PAUSED_BY_HAND
    assert words.short(paused) == "Paused · 3 of 9 questions"
    left = run_of(*learned, Measuring(3, 9), process=0)
    assert (left.phase, left.measures) == (Phase.DIED, False)
    assert not run_of(*learned, Measuring(9, 9), Measured(True, "Better.")).measures
    assert not run_of(STARTED, step(1)).measures


def test_a_run_is_told_in_the_figures_of_the_persons_country(german: None) -> None:
    run = run_of(Started(1, 0, 12_000, 7), step(1_500))
    assert words.state(run, "run") == "Step 1.500 of 12.000 · about 2 minutes left"
    assert words.short(run) == "Learning · step 1.500 of 12.000"
    failed = Failed("out_of_memory", "It needs 3.1 GB and 1.2 GB are free. Lower micro_batch.")
    assert words.state(run_of(STARTED, failed, process=0), "run") == (
        "It needs 3,1 GB and 1,2 GB are free. Lower “Examples at once”."
    )
    assert words.speed(3.24) == "3,2"
    assert words.speed(0.456) == "0,46"
    at = datetime(2025, 4, 3, 21, 3).astimezone().timestamp()
    assert words.made(at) == "03.04.2025, 21:03"
