from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.models.fetching import Fetching
from app.models.values import Arriving, Stage, Unfinished
from app.models.work import Source
from tests.hub_server import COMMIT, FakeHub, Fault, safetensors, serving, tiny_files
from vlm.fetch_events import Patience
from vlm.hub import ModelName
from vlm.parts import Store

TINY = ModelName("owner", "tiny")
WEIGHTS = "model.safetensors"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    files = tiny_files()
    files[WEIGHTS] = safetensors(2_000_000)
    with serving(FakeHub({COMMIT: files})) as running:
        yield running


class Heard:
    """What was said, in order."""

    def __init__(self, fetching: Fetching) -> None:
        self.states: list[Arriving] = []
        self.gone: list[ModelName] = []
        self.arrived: list[ModelName] = []
        fetching.changed.connect(self.states.append)
        fetching.gone.connect(self.gone.append)
        fetching.arrived.connect(self.arrived.append)

    @property
    def stages(self) -> set[Stage]:
        return {state.stage for state in self.states}

    def is_at(self, stage: Stage) -> bool:
        return bool(self.states) and self.states[-1].stage is stage

    def has_bytes(self) -> bool:
        return any(state.stage is Stage.MOVING and state.fraction > 0.2 for state in self.states)


@pytest.fixture
def fetching(hub: FakeHub, qtbot: QtBot) -> Iterator[Fetching]:
    made = Fetching(Source(hub.address, plain_local=True, patience=Patience(2, 0.01)))
    yield made
    hub.let_go.set()
    assert made.shutdown()


def test_a_model_arrives(fetching: Fetching, qtbot: QtBot, hub: FakeHub) -> None:
    heard = Heard(fetching)
    with qtbot.waitSignal(fetching.gone):
        fetching.start(TINY)
    assert heard.arrived == heard.gone == [TINY]
    assert (Store().folder(TINY) / WEIGHTS).read_bytes() == hub.files[COMMIT][WEIGHTS]


def test_pause_keeps_and_resume_continues(fetching: Fetching, qtbot: QtBot, hub: FakeHub) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=900_000))
    heard = Heard(fetching)
    fetching.start(TINY)
    qtbot.waitUntil(hub.held.is_set)
    fetching.pause(TINY)
    qtbot.waitUntil(lambda: heard.is_at(Stage.PAUSING))
    hub.let_go.set()
    qtbot.waitUntil(lambda: heard.is_at(Stage.PAUSED))
    kept = (Store().part(TINY).folder / f"{WEIGHTS}.part").stat().st_size
    assert 0 < kept <= 900_000
    with qtbot.waitSignal(fetching.arrived):
        fetching.start(TINY)
    assert hub.ranges(WEIGHTS)[-1] == f"bytes={kept}-"
    assert (Store().folder(TINY) / WEIGHTS).read_bytes() == hub.files[COMMIT][WEIGHTS]


def test_cancel_deletes_what_has_arrived(fetching: Fetching, qtbot: QtBot, hub: FakeHub) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=900_000))
    heard = Heard(fetching)
    fetching.start(TINY)
    qtbot.waitUntil(hub.held.is_set)
    with qtbot.waitSignal(fetching.gone):
        fetching.cancel(TINY)
        hub.let_go.set()
    assert not heard.arrived
    assert not Store().unfinished()


def test_a_failure_is_a_sentence_and_can_be_tried_again(
    fetching: Fetching, qtbot: QtBot, hub: FakeHub
) -> None:
    hub.fail("revision/main", Fault(status=403))
    heard = Heard(fetching)
    with qtbot.waitSignal(fetching.failed):
        fetching.start(TINY)
    qtbot.waitUntil(lambda: heard.is_at(Stage.FAILED))
    assert "agree to terms" in heard.states[-1].words
    with qtbot.waitSignal(fetching.arrived):
        fetching.start(TINY)


def test_a_failed_one_can_be_taken_away(fetching: Fetching, qtbot: QtBot, hub: FakeHub) -> None:
    hub.fail("revision/main", Fault(status=404))
    with qtbot.waitSignal(fetching.failed):
        fetching.start(TINY)
    with qtbot.waitSignal(fetching.gone):
        fetching.cancel(TINY)


def test_what_it_will_need_is_known_before_its_weights_arrive(
    fetching: Fetching, qtbot: QtBot, hub: FakeHub
) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=0))
    heard = Heard(fetching)
    fetching.start(TINY)
    qtbot.waitUntil(hub.held.is_set)
    fetching.pause(TINY)
    qtbot.waitUntil(lambda: any(state.need is not None for state in heard.states))


def test_what_an_earlier_start_left_is_shown_as_paused(fetching: Fetching, qtbot: QtBot) -> None:
    heard = Heard(fetching)
    fetching.show_unfinished((Unfinished(TINY, 250, 1000),))
    fetching.show_unfinished((Unfinished(TINY, 250, 1000),))
    qtbot.waitUntil(lambda: heard.is_at(Stage.PAUSED))
    (state,) = heard.states
    assert state.fraction == 0.25
    assert state.words == "Paused · 250 bytes of 1.0 kB"
