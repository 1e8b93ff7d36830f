"""Fetches a model: pinned to a commit, hashed while it streams, continued where it stopped.

A plain generator that knows no threads: close it to pause, start it again to continue. What has
arrived stays on disk through pauses, errors and kills, until the model is whole or discarded.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Generator, Mapping
from typing import Any

from vlm import amounts, family_names, hub, safety
from vlm.arrival import Arrival
from vlm.errors import DiskFull, FetchFailed, ModelIncomplete, ModelUnsupported, ServerBusy
from vlm.fetch_events import (
    Clock,
    Event,
    Events,
    Fetched,
    Moved,
    Patience,
    Planned,
    Progress,
    wait,
)
from vlm.hub import ModelName, Plan
from vlm.parts import Store, read_origin
from vlm.system_refusals import reason
from vlm.web import Broken, Web

ROOM_BYTES = 64_000_000
"""The disk keeps at least this much free."""


class Fetch:
    """One run of fetching one model.

    Args:
        name: What to fetch.
        store: Where to.
        web: The permission to connect.
        server: Who speaks the hub's protocol.
        patience: How long to keep trying.
        clock: What time it is.
    """

    def __init__(
        self,
        name: ModelName,
        store: Store,
        web: Web,
        server: str = hub.HOME,
        patience: Patience | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._name = name
        self._store = store
        self._web = web
        self._server = server
        self._patience = patience or Patience()
        self._clock = clock or Clock()
        self._part = store.part(name)

    def run(self) -> Events:
        """Fetch or continue. The last event is `Fetched`.

        Raises:
            FetchFailed: Or one of its kinds, with a sentence.
            ModelUnsupported: As soon as the settings show a family that cannot run.
            ModelIncomplete: If the files do not make a model.
        """
        try:
            with self._store.claimed(self._name):
                plan = self._part.plan() or (yield from self._decided())
                if plan is not None:
                    yield from self._brought(plan)
        except OSError as error:
            raise self._disk(error) from error

    def _decided(self) -> Generator[Event, None, Plan | None]:
        """Ask the hub and keep its answer; None when that very version is here already."""
        plan = yield from self._looked_up()
        whole = self._store.folder(self._name)
        origin = read_origin(whole)
        if origin is not None and origin.commit == plan.commit:
            yield Fetched(whole)
            return None
        self._require_room(plan, plan.total_bytes)
        self._part.keep(plan)
        return plan

    def _looked_up(self) -> Generator[Event, None, Plan]:
        failures = 0
        while True:
            try:
                return hub.look_up(self._name, self._web, self._server)
            except (Broken, ServerBusy) as error:
                failures += 1
                yield from wait(error, failures, self._patience, self._clock)

    def _brought(self, plan: Plan) -> Events:
        yield Planned(plan)
        done = self._part.done_bytes(plan)
        self._require_room(plan, plan.total_bytes - done)
        yield Moved(done, plan.total_bytes)
        progress = Progress(self._clock)
        for file in plan.files:
            if file.name.endswith(".safetensors"):
                self._require_runnable(plan)
            if not self._part.is_whole(file):
                arrival = Arrival(
                    plan, file, self._part, self._web, progress, self._patience, self._clock
                )
                yield from arrival.run()
        self._require_whole()
        yield Moved(plan.total_bytes, plan.total_bytes)
        yield Fetched(self._store.finish(self._name))

    def _require_room(self, plan: Plan, needed: int) -> None:
        free = shutil.disk_usage(self._store.root).free
        if needed + ROOM_BYTES > free:
            raise DiskFull(
                f"{plan.id} needs {amounts.size(needed)} on the disk, and only "
                f"{amounts.size(free)} are free. Make room and try again.",
                needed,
                free,
            )

    def _require_runnable(self, plan: Plan) -> None:
        """Refuse what cannot run while only its small files are here."""
        folder = self._part.folder
        try:
            settings = safety.settings_of(folder)
            self._require_known(plan, settings)
            safety.require_parts(folder)
        except ModelIncomplete as error:
            self._throw_away()
            raise ModelUnsupported(str(error).replace(str(folder), plan.id)) from error

    def _require_known(self, plan: Plan, settings: Mapping[str, Any]) -> None:
        if settings["model_type"] not in family_names.NAMES:
            self._throw_away()
            raise ModelUnsupported(f"{plan.id} is {family_names.stranger(settings)}")

    def _require_whole(self) -> None:
        try:
            safety.examine(self._part.folder)
        except ModelIncomplete:
            self._throw_away()  # it is what the hub has: continuing would end here again
            raise

    def _throw_away(self) -> None:
        shutil.rmtree(self._part.folder, ignore_errors=True)

    def _disk(self, error: OSError) -> FetchFailed:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(self._store.root).free
            return DiskFull(
                "The disk is full. Make room and try again; what has arrived is kept.", 0, free
            )
        return FetchFailed(f"The model cannot be kept in {self._store.root}: {reason(error)}.")
