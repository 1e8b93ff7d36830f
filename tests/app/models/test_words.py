from __future__ import annotations

import pytest

from app.models import words
from tests.app.models.made import GB, MACHINE, entry
from vlm import hub, memory
from vlm.fetch_events import Moved, Waiting
from vlm.memory import Machine

GET_IT = "Get it again, or choose another model."


def test_what_does_not_fit_is_said_with_both_sizes() -> None:
    assert words.fit(memory.need(9_400_000_000, MACHINE)) == (
        "Too large. Needs about 21 GB of GPU memory; you have 8."
    )


def test_a_model_is_described_in_one_line() -> None:
    assert words.about(entry().model) == (
        "SmolVLM · 512 MB on disk · 256 million parameters · fetched by you"
    )


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Moved(0, 4_500_000_000), "0 bytes of 4.5 GB"),
        (
            Moved(10**9, 4 * 10**9, 2e7, 150.0),
            "1.0 GB of 4.0 GB · 20 MB a second · about 2 minutes left",
        ),
        (
            Moved(10**9, 4 * 10**9, checking=True),
            "1.0 GB of 4.0 GB · checking what is here already",
        ),
        (Moved(9, 9, 1.0, 0.0), words.FINISHING),
    ],
)
def test_progress_has_size_speed_and_time_left(event: Moved, text: str) -> None:
    assert words.moving(event) == text


def test_a_wait_counts_down() -> None:
    assert words.waiting(Waiting(30, "The server asks to wait")) == (
        "The server asks to wait; trying again in 30 seconds"
    )


def test_the_machine_is_described() -> None:
    assert words.machine(MACHINE) == "This computer has 16 GB of memory and Card with 8 GB."
    assert "no NVIDIA GPU" in words.machine(Machine(16 * GB, GB))


def test_every_suggestion_is_a_name_that_can_be_got() -> None:
    for name, _ in words.SUGGESTIONS:
        assert hub.parse(name).id == name


def test_a_failure_without_advice_gets_some() -> None:
    assert words.failed("The weights do not fit.").endswith("do not fit. " + GET_IT)
    assert words.failed("It is cut short. Fetch it again.").endswith("cut short. Fetch it again.")
