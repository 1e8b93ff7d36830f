"""The engine process: requests come in on stdin, events go out on stdout, one line each.

Knows queues and pipes; what answers is an `Answerer`, built after stdout is claimed. The jobs run
one after the other on the main thread; a second thread reads, so that a cancel is seen at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from vlm import busy, wire
from vlm.cancel import CancelToken
from vlm.errors import ProtocolError
from vlm.protocol import (
    AHEAD,
    LAST_EVENTS,
    VERSION,
    Ask,
    AskAll,
    Cancel,
    Cancelled,
    Event,
    Failed,
    Hello,
    Job,
    Load,
    Look,
    Prepare,
    Progress,
    Request,
    Typing,
    Unlock,
    Where,
)

GRACE = 3.0
"""Seconds a job may take to stop once the window is gone; then the process ends anyway."""

EXIT_UNBUILT = 1
"""The exit code when what answers cannot be made, for example because memory is short."""

EXIT_PROTOCOL = 3
"""The exit code after a message that this process does not understand."""

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Read by the libraries while they are imported, so they are set before."""

_PR_SET_PDEATHSIG = 1


class Answerer(Protocol):
    """What answers: the engine, or the fake one. Used from one thread."""

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        """Load a model; the last event is one of `LAST_EVENTS`."""
        ...

    def ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        """Answer a question; the last event is one of `LAST_EVENTS`."""
        ...

    def ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        """Answer several questions; the last event is one of `LAST_EVENTS`."""
        ...

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        """Encode a page ahead; the last event is one of `LAST_EVENTS`."""
        ...

    def typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        """Read a question while it is typed; the last event is one of `LAST_EVENTS`."""
        ...

    def prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        """Learn a document's words ahead; the last event is one of `LAST_EVENTS`."""
        ...

    def where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        """Find where the model looked; the last event is one of `LAST_EVENTS`."""
        ...

    def unlock(self, request: Unlock) -> None:
        """Remember a password."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class Host:
    """Runs jobs one by one.

    Args:
        source: Requests.
        sink: Events.
        leave: Ends the process at once with an exit code.
    """

    def __init__(
        self, source: BinaryIO, sink: BinaryIO, leave: Callable[[int], object] = os._exit
    ) -> None:
        self._leave = leave
        self._source = source
        self._sink = sink
        self._sending = threading.Lock()
        self._waiting: queue.Queue[Job | Unlock | None] = queue.Queue()
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Job, threading.Event]] = {}
        self._exit_code = 0
        self._built = False

    def serve(self, build: Callable[[], Answerer]) -> int:
        """Serve until the source ends; returns the exit code.

        Args:
            build: Makes the answerer; may take seconds, requests wait meanwhile.
        """
        self._send(Hello(VERSION))
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        try:
            answerer = build()
        except BaseException:
            traceback.print_exc()
            self._leave(EXIT_UNBUILT)  # an orderly end would abort: the other thread reads stdin
            raise
        self._built = True
        try:
            while (request := self._waiting.get()) is not None:
                if isinstance(request, Unlock):
                    answerer.unlock(request)
                elif isinstance(request, Load | Ask | AskAll):
                    with busy.answering():  # a run that trains meanwhile stands back
                        self._run(answerer, request)
                else:
                    self._run(answerer, request)
        finally:
            answerer.close()
        return self._exit_code

    # --- the reading thread -------------------------------------------------------------------

    def _read(self) -> None:
        try:
            for line in self._source:
                self._take(wire.REQUESTS.read(line))
        except ProtocolError as error:
            print(f"engine: {error}", file=sys.stderr)  # noqa: T201 - stderr is this process's log
            self._exit_code = EXIT_PROTOCOL
        except (OSError, ValueError):
            self._exit_code = 0  # the pipe was closed under the read: the window is gone
        self._end()

    def _take(self, request: Request) -> None:
        match request:
            case Hello():
                if request.version != VERSION:
                    raise ProtocolError(f"The window speaks version {request.version}.")
            case Cancel():
                self._cancel(lambda job: job.job == request.job)
            case Unlock():
                self._waiting.put(request)
            case _:
                self._cancel(lambda job: isinstance(job, AHEAD))
                with self._lock:
                    self._open[request.job] = (request, threading.Event())
                self._waiting.put(request)
                if isinstance(request, Load):
                    self._send(Progress(request.job, "Starting"))

    def _cancel(self, which: Callable[[Job], bool]) -> None:
        with self._lock:
            for job, cancel in self._open.values():
                if which(job):
                    cancel.set()

    def _end(self) -> None:
        self._cancel(lambda job: True)
        self._waiting.put(None)
        if not self._built:
            self._leave(self._exit_code)  # nothing is there yet that needs an orderly end
        last = threading.Timer(GRACE, self._leave, (self._exit_code,))
        last.daemon = True
        last.start()

    # --- the main thread ----------------------------------------------------------------------

    def _run(self, answerer: Answerer, request: Job) -> None:
        """Run one job; exactly one last event is sent, whatever happens."""
        with self._lock:
            cancel = self._open[request.job][1]
        events = _events(answerer, request, cancel)
        last: Event | None = Cancelled(request.job) if cancel.is_set() else None
        try:
            while last is None:
                event = next(events)
                if isinstance(event, LAST_EVENTS):
                    last = event
                else:
                    self._send(event)
        except Exception as error:  # noqa: BLE001 - the edge of a job: our bug must not end the process
            traceback.print_exc()
            last = Failed(
                request.job,
                "error",
                f"The engine met an error of its own ({type(error).__name__}). Ask again; if it "
                "comes back, the log has the details.",
            )
        with self._lock:
            del self._open[request.job]
        self._send(last)

    def _send(self, event: Event) -> None:
        with self._sending, contextlib.suppress(BrokenPipeError):
            self._sink.write(wire.write(event))
            self._sink.flush()


def _events(answerer: Answerer, request: Job, cancel: CancelToken) -> Iterator[Event]:
    match request:
        case Load():
            return answerer.load(request, cancel)
        case Ask():
            return answerer.ask(request, cancel)
        case AskAll():
            return answerer.ask_all(request, cancel)
        case Look():
            return answerer.look(request, cancel)
        case Typing():
            return answerer.typing(request, cancel)
        case Prepare():
            return answerer.prepare(request, cancel)
        case Where():
            return answerer.where(request, cancel)


def claim_stdout() -> BinaryIO:
    """Take stdout for events alone; what libraries print there goes to stderr from now on."""
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return events


def die_with_parent() -> None:
    """On Linux, let the system end this process when the one that started it ends."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def main() -> int:
    """Be the engine process; returns its exit code."""
    events = claim_stdout()
    die_with_parent()
    os.environ.update(OFFLINE)
    return Host(sys.stdin.buffer, events).serve(_engine)


def _engine() -> Answerer:
    from vlm.connections import ConnectionLog
    from vlm.either import Either
    from vlm.engine import Engine  # imports torch and transformers: only after `OFFLINE` is set
    from vlm.pages.client import PageClient
    from vlm.remote import RemoteEngine

    return Either(Engine(PageClient()), RemoteEngine(PageClient(), ConnectionLog()))
