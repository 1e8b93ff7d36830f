"""The long work behind the models window, as generators that run off its thread."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from app.models.values import Entry, Listing, Unfinished
from app.task import CancelToken, Work
from vlm import catalogue, foreign, hub, memory, parted, safety
from vlm.added import AddedFolders
from vlm.catalogue import Model
from vlm.connections import Connection, ConnectionLog
from vlm.errors import FetchFailed, ModelIncomplete
from vlm.fetch_events import Event, Patience
from vlm.hub import ModelName
from vlm.memory import Need
from vlm.parts import Store
from vlm.removal import remove
from vlm.speeds import Speeds
from vlm.system_refusals import reason

_UNWRITTEN = "The list of your own folders cannot be written: {reason}."


@dataclass(frozen=True, slots=True)
class Source:
    """Where models come from; only tests name another one than the hub.

    `plain_local` allows http to 127.0.0.1.
    """

    server: str = hub.HOME
    plain_local: bool = False
    patience: Patience = Patience()


def look() -> Work:
    """Look what is on this computer. Yields one `Listing`."""

    def work(token: CancelToken) -> Generator[Listing, None, None]:
        store, speeds = Store(), Speeds()
        store.sweep()
        machine = memory.look(speeds.cpu_bytes_per_weight())
        measured = speeds.read()
        entries: list[Entry] = []
        for model in catalogue.scan(store):
            if token.cancelled:
                return
            needed = memory.need(model.weights, machine)
            speed = measured.get(model.folder.resolve())
            entries.append(Entry(model, needed, speed, names_in(model.folder)))
        parts = tuple(
            Unfinished(part.name, part.done_bytes, part.plan.total_bytes)
            for part in store.unfinished()
        )
        yield Listing(machine, tuple(entries), parts)

    return work


def names_in(folder: Path) -> tuple[str, ...]:
    """Return what a merged model knows of names; nothing where that is damaged, see `loader`."""
    try:
        return parted.names_of(folder).sentences
    except ModelIncomplete:
        return ()


def fetch(name: ModelName, source: Source) -> Work:
    """Fetch a model or continue. Yields `Event` and, once the plan is known, a `Need`."""

    def work(token: CancelToken) -> Generator[Event | Need, None, None]:
        # The HTTP library takes a while to import and is not wanted before the person asks.
        from vlm.download import Fetch
        from vlm.fetch_events import Planned
        from vlm.web import Web

        with Web(ConnectionLog(), plain_local=source.plain_local) as web:
            run = Fetch(name, Store(), web, source.server, source.patience).run()
            try:
                for event in run:
                    yield event
                    if isinstance(event, Planned) and event.plan.weights:
                        wide = Speeds().cpu_bytes_per_weight()
                        yield memory.need(event.plan.weights, memory.look(wide))
            finally:
                run.close()

    return work


def discard(name: ModelName) -> Work:
    """Delete what has arrived of a model. Yields nothing."""

    def work(token: CancelToken) -> Generator[None, None, None]:
        Store().discard(name)
        yield from ()

    return work


def delete(model: Model) -> Work:
    """Delete a model's files. Yields nothing."""

    def work(token: CancelToken) -> Generator[None, None, None]:
        remove(model)
        yield from ()

    return work


def add(folder: Path) -> Work:
    """Add a folder to the list. Yields nothing; fails with a sentence when it has no models."""

    def work(token: CancelToken) -> Generator[None, None, None]:
        if not any(catalogue.find_below(folder)):
            raise FetchFailed(
                foreign.files(str(folder), safety.names_in(folder))
                or f"There is no model in {folder}. A model's folder holds a config.json and "
                "safetensors weights."
            )
        try:
            AddedFolders().add(folder)
        except OSError as error:
            raise FetchFailed(_UNWRITTEN.format(reason=reason(error))) from error
        yield from ()

    return work


def take_off(folder: Path) -> Work:
    """Take a folder off the list; its files stay. Yields nothing."""

    def work(token: CancelToken) -> Generator[None, None, None]:
        try:
            AddedFolders().drop(folder)
        except OSError as error:
            raise FetchFailed(_UNWRITTEN.format(reason=reason(error))) from error
        yield from ()

    return work


def connections() -> Work:
    """Read the log of connections. Yields one tuple of `Connection`."""

    def work(token: CancelToken) -> Generator[tuple[Connection, ...], None, None]:
        yield ConnectionLog().read()

    return work
