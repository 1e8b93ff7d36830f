"""One run of fetching the tiny model, as the tests need it."""

from __future__ import annotations

from tests.hub_server import COMMIT, FakeHub
from vlm.connections import ConnectionLog
from vlm.download import Fetch
from vlm.fetch_events import Clock, Event, Moved, Patience
from vlm.hub import ModelName
from vlm.parts import Store, read_origin
from vlm.web import Web

TINY = ModelName("owner", "tiny")
WEIGHTS = "model.safetensors"
FETCHED = {"config.json", "README.md", "preprocessor_config.json", "tokenizer.json", WEIGHTS}


class Time:
    """A clock that jumps instead of waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0.0

    def clock(self) -> Clock:
        return Clock(self._now, self._sleep)

    def _now(self) -> float:
        self.now += 0.2
        return self.now

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


PATIENT_S = 120.0
"""How long a server may say nothing where a test is about something else: a machine may be busy."""


def fetch(
    hub: FakeHub, store: Store, patience: Patience | None = None, quiet_s: float = PATIENT_S
) -> list[Event]:
    with Web(ConnectionLog(), plain_local=True, quiet_s=quiet_s) as web:
        return list(Fetch(TINY, store, web, hub.address, patience, Time().clock()).run())


def fetch_until(hub: FakeHub, store: Store, done: int) -> None:
    """Fetch and pause as soon as so many bytes are there."""
    with Web(ConnectionLog(), plain_local=True, quiet_s=PATIENT_S) as web:
        steps = Fetch(TINY, store, web, hub.address, None, Time().clock()).run()
        for event in steps:
            if isinstance(event, Moved) and event.done_bytes >= done:
                break
        steps.close()


def assert_whole(hub: FakeHub, store: Store, commit: str = COMMIT) -> None:
    folder = store.folder(TINY)
    assert {path.name for path in folder.iterdir()} == {*FETCHED, "origin.json"}
    for name in FETCHED:
        assert (folder / name).read_bytes() == hub.files[commit][name]
    assert not store.unfinished()
    origin = read_origin(folder)
    assert origin is not None
    assert origin.commit == commit
