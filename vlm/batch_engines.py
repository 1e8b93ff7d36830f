"""A batch's engines: the one in this process, or several in processes of their own.

They speak the same protocol with the window, so an engine that ends takes only itself along. What
they say comes out in one stream: whoever reads it is the only one who writes answers.
"""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import IO, Protocol

from msgspec import structs

from vlm import children, protocol, wire
from vlm.batch import Table
from vlm.batch_dealing import Dealing
from vlm.cancel import CancelToken
from vlm.cards import Seat
from vlm.engine import Engine
from vlm.errors import EngineEnded, ProtocolError
from vlm.protocol import LAST_EVENTS, AskAll, Event, Failed, Hello, Load, Loaded, Request, Unlock

END_GRACE_S = 5.0
"""Seconds that an engine may take to end once its input is closed; the host needs three at most."""

WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What happened to a document that is being asked: `columns` are the questions it was given."""

    row: int
    columns: tuple[int, ...]
    event: Event


Happening = Loaded | Failed | Asked
"""A model was loaded or could not be, or something happened to a document."""


class Engines(Protocol):
    """What answers a batch."""

    def unlock(self, path: str, password: str) -> None:
        """Remember a document's password, as long as this object lives."""
        ...

    def ask(self, table: Table) -> Iterator[Happening]:
        """Ask what is missing. The model is loaded first, once.

        Every document that is asked has one last event. With an engine that could not load its
        model comes `Failed`; when none could, nothing comes after it. With engines that ended by
        themselves comes `Failed` as well, and their documents are asked by others.
        """
        ...

    def close(self) -> None:
        """End everything."""
        ...


class Alone:
    """The engine in this process.

    Args:
        engine: Answers.
        how: What to load.
        cancel: Stops it.
    """

    def __init__(self, engine: Engine, how: Load, cancel: CancelToken) -> None:
        self._engine = engine
        self._how = how
        self._cancel = cancel
        self._jobs = itertools.count(1)
        self._loaded = False

    def unlock(self, path: str, password: str) -> None:
        """Remember a password."""
        self._engine.unlock(Unlock(path, password))

    def ask(self, table: Table) -> Iterator[Happening]:
        """Ask document by document."""
        if not self._loaded:
            for event in self._engine.load(self._how, self._cancel):
                if isinstance(event, Loaded | Failed):
                    yield event
                    self._loaded = isinstance(event, Loaded)
            if not self._loaded:
                return
        for row in tuple(table.todo()):
            columns = table.missing(row)
            questions = tuple(table.question(row, column) for column in columns)
            for event in self._engine.ask_all(AskAll(next(self._jobs), questions), self._cancel):
                yield Asked(row, columns, event)

    def close(self) -> None:
        """End the engine."""
        self._engine.close()


class State(Enum):
    """What an engine process does."""

    LOADING = "loading"
    IDLE = "idle"
    ASKING = "asking"
    ENDED = "ended"


class EngineProcess:
    """One engine in a process of its own.

    Args:
        number: Names it in `inbox`.
        seat: Where it runs.
        command: Starts it.
        inbox: Gets `(number, run, event)` for every event, and None for an event when it has ended.
    """

    def __init__(
        self,
        number: int,
        seat: Seat,
        command: Sequence[str],
        inbox: queue.Queue[tuple[int, int, Event | None]],
    ) -> None:
        self.number = number
        self.state = State.ENDED
        self.run = 0
        """Counts its processes: what an earlier one said late is not taken for this one's."""
        self.proved = False
        """Whether it has answered since it was started, so that starting it again makes sense."""
        self.job = 0
        self.asked: tuple[int, tuple[int, ...]] = (0, ())
        self._seat = seat
        self._command = list(command)
        self._inbox = inbox
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Start the process."""
        self.run += 1
        self.proved = False
        self.state = State.LOADING
        # Its own group: Ctrl+C is for this process, which then ends its engines in order.
        process = self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | dict(self._seat.environment),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        )
        assert process.stdout is not None
        given = (self.run, process.stdout)
        self._reader = threading.Thread(target=self._read, args=given, name="engine", daemon=True)
        self._reader.start()
        self.send(Hello(protocol.VERSION))

    def send(self, request: Request) -> None:
        """Send a request; one to a process that has ended is dropped, its end is reported."""
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(wire.write(request))
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            return

    def end(self) -> int:
        """End the process and wait for it; returns its exit code, negative for a signal."""
        process, self._process = self._process, None
        self.state = State.ENDED
        if process is None:
            return 0
        if process.stdin is not None:
            try:
                process.stdin.close()
            except OSError:  # it had ended with a request unread
                process.kill()
        try:
            code = process.wait(END_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if self._reader is not None:
            self._reader.join()
        if process.stdout is not None:
            process.stdout.close()
        return code

    def _read(self, run: int, source: IO[bytes]) -> None:
        try:
            for line in source:
                self._inbox.put((self.number, run, wire.EVENTS.read(line)))
        except ProtocolError as error:
            print(f"engine {self.number + 1}: {error}", file=sys.stderr)  # noqa: T201 - a log line
            if self._process is not None:
                self._process.kill()
        self._inbox.put((self.number, run, None))


class Crew:
    """Several engines. Use it from one thread, the one that made it.

    Args:
        seats: Where each runs.
        how: What each loads.
        command: Starts an engine.
    """

    def __init__(
        self, seats: Sequence[Seat], how: Load, command: Sequence[str] | None = None
    ) -> None:
        self._how = how
        self._inbox: queue.Queue[tuple[int, int, Event | None]] = queue.Queue()
        self._jobs = itertools.count(1)
        self._passwords: dict[str, str] = {}
        starts = children.command("engine") if command is None else command
        self._engines = [
            EngineProcess(number, seat, starts, self._inbox) for number, seat in enumerate(seats)
        ]
        self._started = False
        self._dealing = Dealing(Table((), ()))

    def unlock(self, path: str, password: str) -> None:
        """Remember a password."""
        self._passwords[path] = password
        for engine in self._engines:
            engine.send(Unlock(path, password))

    def ask(self, table: Table) -> Iterator[Happening]:
        """Ask what is missing, each engine a document at a time."""
        dealing = self._dealing = Dealing(table)
        if not self._started:
            self._started = True
            for engine in self._engines:
                self._start(engine)
        self._deal(table)
        while self._working(table):
            number, run, event = self._next()
            engine = self._engines[number]
            if run != engine.run or engine.state is State.ENDED:
                continue  # the last words of a process that is gone
            if event is None:
                yield from self._ended(engine, table)
            elif engine.state is State.LOADING:
                if isinstance(event, Loaded):
                    engine.state = State.IDLE
                    yield event
                elif isinstance(event, Failed):
                    engine.end()
                    yield event
            elif engine.state is State.ASKING and not isinstance(event, Hello):
                row, columns = engine.asked
                if isinstance(event, LAST_EVENTS):
                    engine.state = State.IDLE
                    engine.proved = True
                yield Asked(row, columns, event)
                if isinstance(event, LAST_EVENTS):
                    dealing.done(number)
            self._deal(table)

    def close(self) -> None:
        """End all engines."""
        for engine in self._engines:
            engine.end()

    def _next(self) -> tuple[int, int, Event | None]:
        """Wait for the next event, a moment at a time: Windows lets nobody interrupt a wait."""
        while True:
            try:
                return self._inbox.get(timeout=WAIT_S)
            except queue.Empty:
                continue

    def _working(self, table: Table) -> bool:
        """Tell whether there is something to wait for."""
        if self._dealing.asked:
            return True
        waiting = any(engine.state is State.LOADING for engine in self._engines)
        return waiting and next(table.todo(), None) is not None

    def _start(self, engine: EngineProcess) -> None:
        engine.start()
        for path, password in self._passwords.items():
            engine.send(Unlock(path, password))
        engine.send(structs.replace(self._how, job=next(self._jobs)))

    def _deal(self, table: Table) -> None:
        """Give every engine without a document the next one."""
        for engine in self._engines:
            if engine.state is not State.IDLE:
                continue
            row = self._dealing.take(engine.number)
            if row is None:
                return
            columns = table.missing(row)
            engine.asked = row, columns
            engine.state = State.ASKING
            questions = tuple(table.question(row, column) for column in columns)
            engine.send(AskAll(next(self._jobs), questions))

    def _ended(self, engine: EngineProcess, table: Table) -> Iterator[Happening]:
        """Start an engine that ended again where that makes sense; its document is dealt anew."""
        columns = engine.asked[1]
        code = engine.end()
        lost = self._dealing.lost(engine.number)
        if lost is not None:
            yield Asked(lost, columns, Failed(0, EngineEnded.code, _two_ended()))
        if engine.proved:
            self._start(engine)
        yield Failed(0, EngineEnded.code, _one_ended(engine.number, code))


def _one_ended(number: int, code: int) -> str:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"Engine {number + 1} ended by itself ({how}); others ask its document."


def _two_ended() -> str:
    return "The engine ended twice while it read this document, so it was left out."
