"""One file of a model on its way to the disk: continued, hashed while it streams, then named.

The file has its name only once its hash was right; until then it is FILE.part.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO

from vlm import hub
from vlm.errors import DamagedDownload, ServerBusy
from vlm.fetch_events import Clock, Event, Events, Patience, Progress, wait
from vlm.hub import Hash, HubFile, Plan
from vlm.parts import Part
from vlm.web import Broken, Reply, Web

_READ = 1 << 20


@dataclass(slots=True)
class _State:
    """A file that is open, how far it is, and the hash of just those bytes."""

    out: BinaryIO
    digest: Hash
    size: int = 0

    def take(self, chunk: bytes) -> None:
        self.out.write(chunk)
        self.digest.update(chunk)
        self.size += len(chunk)

    def restart(self, digest: Hash) -> None:
        self.out.seek(0)
        self.out.truncate()
        self.digest = digest
        self.size = 0


class Arrival:
    """Brings one file.

    Args:
        plan: The model it belongs to.
        file: Which one.
        part: Where it goes.
        web: The permission to connect.
        progress: Turns bytes into reports.
        patience: How long to keep trying.
        clock: What time it is.
    """

    def __init__(
        self,
        plan: Plan,
        file: HubFile,
        part: Part,
        web: Web,
        progress: Progress,
        patience: Patience,
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._file = file
        self._part = part
        self._web = web
        self._progress = progress
        self._patience = patience
        self._clock = clock
        self._others = part.done_bytes(plan) - self._on_disk()

    def run(self) -> Events:
        """Fetch or continue the file; in the end it has its name.

        Raises:
            FetchFailed: Or one of its kinds.
            OSError: If the disk cannot be written.
        """
        continued = self._on_disk() > 0
        if not (yield from self._fetched()) and not (continued and (yield from self._fetched())):
            raise DamagedDownload(
                f"{self._file.name} of {self._plan.id} arrived damaged and was thrown away. "
                "Try again; if it happens again, do not use this model."
            )

    def _on_disk(self) -> int:
        path = self._part.growing(self._file)
        return min(path.stat().st_size, self._file.size) if path.is_file() else 0

    def _fetched(self) -> Generator[Event, None, bool]:
        """Fetch what is missing; false, and all of it deleted, when the hash is wrong."""
        growing = self._part.growing(self._file)
        growing.touch(mode=0o600)
        with growing.open("r+b") as out:
            state = _State(out, self._file.digest())
            yield from self._reread(state)
            yield from self._receive_all(state)
            out.flush()
            os.fsync(out.fileno())
        if state.digest.hexdigest() != self._file.expected:
            growing.unlink()
            return False
        growing.replace(self._part.whole(self._file))
        return True

    def _reread(self, state: _State) -> Events:
        """Hash what an earlier run has left."""
        while chunk := state.out.read(min(_READ, self._file.size - state.size)):
            state.digest.update(chunk)
            state.size += len(chunk)
            yield from self._progress.moved(self._plan, self._others + state.size, checking=True)
        state.out.truncate()

    def _receive_all(self, state: _State) -> Events:
        failures = 0
        while state.size < self._file.size:
            before = state.size
            try:
                yield from self._receive(state)
                if state.size == before:
                    raise Broken("the answer was empty")
            except (Broken, ServerBusy) as error:
                failures = 1 if state.size > before else failures + 1
                yield from wait(error, failures, self._patience, self._clock)
                self._progress.restart()

    def _receive(self, state: _State) -> Events:
        """Ask for the rest of the file once, and take what comes."""
        headers = {"Range": f"bytes={state.size}-"} if state.size else {}
        with self._web.get(
            self._plan.address(self._file), f"Fetch {self._file.name} of {self._plan.id}", headers
        ) as reply:
            if reply.status >= 500 and reply.status != 503:
                raise Broken(f"HTTP {reply.status}")
            if not self._continues(reply, state):
                state.restart(self._file.digest())
            if reply.status == 416:
                return
            hub.require_ok(reply.status, reply.header, self._plan.id)
            for chunk in reply.chunks():
                if state.size + len(chunk) > self._file.size:
                    self._part.growing(self._file).unlink()
                    raise DamagedDownload(
                        f"The server sent more than {self._file.name} of {self._plan.id} should "
                        "have. It was thrown away; try again later."
                    )
                state.take(chunk)
                yield from self._progress.moved(self._plan, self._others + state.size)

    def _continues(self, reply: Reply, state: _State) -> bool:
        """Tell whether the answer goes on where the file ends; an error leaves the file alone."""
        if reply.status == 416:
            return False
        if reply.status != 206:
            return reply.status != 200 or state.size == 0
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", reply.header("content-range"))
        if found is None or int(found[1]) != state.size:
            raise Broken("the server sent another part of the file")
        return True
