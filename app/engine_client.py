"""The window's end of the conversation with the engine process. Knows jobs, not widgets.

The promise to its users: every job that `load`, `ask` or `look` returns is followed by exactly
one last event of the protocol, whatever happens to the process. When the process ends under a
job, the client reports that last event itself.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass, field

from msgspec import structs
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine_exit import EngineExit, places, sentence
from app.process import Ended, How, Program
from vlm import protocol, wire
from vlm.errors import EngineEnded, ProtocolError
from vlm.protocol import (
    Answered,
    Ask,
    AskAll,
    Cancel,
    Cancelled,
    Done,
    Event,
    Failed,
    Hello,
    Load,
    Loaded,
    Look,
    Prepare,
    Request,
    TextDelta,
    Unlock,
)
from vlm.types import Box, ModelInfo, PageRef, Precision, Question, Server

STOP_GRACE_MS = 5000
"""How long a cancelled job may take before the engine is ended under it."""
RESTART_MS = 1000
"""The pause before an engine that ended by itself is started again."""
SHUTDOWN_MS = 1500
"""How long the engine may take to end with the window."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Open:
    """A job without its last event; `pieces` is the answer so far."""

    request: protocol.Job
    cancelled: bool = False
    aside: bool = False
    pieces: list[str] = field(default_factory=list[str])


class EngineClient(QObject):
    """Owns the engine process and speaks `vlm.protocol` with it.

    The process starts with `start` or the first request. When it ends by itself it is started
    again once, after a pause, with the model it had; the next such restart is allowed only after
    an answer succeeded or the person asked again, so it never loops.

    Signals:
        reported(object): A `vlm.protocol.Event` of a job that has not had its last event, or the
            engine's `Hello`. Events of other jobs are dropped.
        aside(object): The same of a job of `ask_aside`.
        ended(object): `EngineExit`, after the last events of the jobs that were open.

    Args:
        command: What starts the engine, e.g. `vlm.children.command("engine")`.
        grace_ms: See `STOP_GRACE_MS`.
        restart_ms: See `RESTART_MS`.
        environment: What the process gets beside the program's own environment.
    """

    reported = Signal(object)
    aside = Signal(object)
    ended = Signal(object)

    def __init__(
        self,
        command: list[str],
        parent: QObject | None = None,
        *,
        grace_ms: int = STOP_GRACE_MS,
        restart_ms: int = RESTART_MS,
        environment: dict[str, str] | None = None,
    ) -> None:
        super().__init__(parent)
        self.command = command
        self._environment = environment or {}
        self._program: Program | None = None
        self._jobs = itertools.count(1)
        self._open: dict[int, _Open] = {}
        self._passwords: dict[str, str] = {}
        self._model: ModelInfo | None = None
        self._wanted: Load | None = None
        self._greeted = False
        self._may_restart = True
        self._overdue = False
        self._misunderstood = ""
        self._grace = QTimer(self, singleShot=True, interval=grace_ms)
        self._grace.timeout.connect(self._on_overdue)
        self._restart_ms = restart_ms
        self._restart = QTimer(self, singleShot=True)
        self._restart.timeout.connect(self._start_again)

    @property
    def running(self) -> bool:
        """Whether the process is there or about to be started again."""
        return self._program is not None or self._restart.isActive()

    @property
    def pid(self) -> int:
        """The engine's process id while it runs, else 0."""
        return 0 if self._program is None else self._program.pid

    @property
    def model(self) -> ModelInfo | None:
        """The model in the engine's memory, when it has said so."""
        return self._model

    @property
    def passwords(self) -> dict[str, str]:
        """The passwords that it was told, by document."""
        return dict(self._passwords)

    @property
    def loading(self) -> bool:
        """Whether a model is being loaded, or will be after a restart."""
        return self._restart.isActive() or any(
            isinstance(job.request, Load) for job in self._open.values()
        )

    @property
    def idle(self) -> bool:
        """Whether nothing goes on that a person waits for; encoding ahead does not count."""
        busy = any(not isinstance(job.request, protocol.AHEAD) for job in self._open.values())
        return not busy and not self._restart.isActive()

    def start(self) -> None:
        """Start the process, if it is not there; returns at once."""
        self._restart.stop()
        if self._program is not None:
            return
        self._greeted = self._overdue = False
        self._misunderstood = ""
        program = self._program = Program(self.command, wire.MAX_LINE, self, self._environment)
        program.line.connect(self._on_line)
        program.ended.connect(self._on_ended)
        program.start()
        self._send(Hello(protocol.VERSION))
        for path, password in self._passwords.items():
            self._send(Unlock(path, password))

    def stop(self) -> None:
        """End the process and wait for it; open jobs get no more events."""
        self._restart.stop()
        self._grace.stop()
        self._open.clear()
        self._model = None
        if self._program is not None:
            program, self._program = self._program, None
            program.line.disconnect(self._on_line)
            program.ended.disconnect(self._on_ended)
            program.end(SHUTDOWN_MS)
            program.deleteLater()

    def retire(self) -> None:
        """End the process without waiting; open jobs get no more events. Then it deletes itself."""
        self._restart.stop()
        self._grace.stop()
        self._open.clear()
        self._model = self._wanted = None
        self._may_restart = False
        if self._program is None:
            self.deleteLater()
        else:
            self._program.ended.disconnect(self._on_ended)
            self._program.ended.connect(self.deleteLater)
            self._program.stop(SHUTDOWN_MS)

    def load(
        self,
        folder: str,
        adapter: str | None = None,
        device: str = "auto",
        precision: Precision = "automatic",
        keep_pages: bool | None = None,
    ) -> int:
        """Load a model, or switch the adapter of the loaded one; return the job."""
        self._may_restart = True
        self.start()
        request = Load(
            next(self._jobs), folder, adapter, device, precision=precision, keep_pages=keep_pages
        )
        return self._load(request)

    def load_server(self, server: Server) -> int:
        """Have a server answer from now on; return the job."""
        self._may_restart = True
        self.start()
        return self._load(Load(next(self._jobs), "", server=server))

    def ask(self, question: Question) -> int:
        """Ask; return the job. After a crash this loads the model again first."""
        self._may_restart = True
        if self._program is None:
            self._start_again()
        return self._begin(Ask(next(self._jobs), question))

    def ask_aside(self, questions: tuple[Question, ...]) -> int:
        """Ask what nobody waits for, see `AskAll`, until a person asks or loads; return the job."""
        job = self._begin(AskAll(next(self._jobs), questions))
        self._open[job].aside = True
        return job

    def look(self, page: PageRef, box: Box | None = None, splitting: bool = True) -> int:
        """Encode a page or a part of it ahead of a question; return the job."""
        return self._begin(Look(next(self._jobs), page, box, splitting))

    def typing(self, question: Question, paused: bool) -> int:
        """Read a question while it is typed, see `protocol.Typing`; return the job."""
        return self._begin(protocol.Typing(next(self._jobs), question, paused))

    def prepare(self, path: str) -> int:
        """Learn a document's words ahead of a question to all of it; return the job."""
        return self._begin(Prepare(next(self._jobs), path))

    def where(self, question: Question, answer: str) -> int:
        """Find where the model looked for an answer; return the job."""
        return self._begin(protocol.Where(next(self._jobs), question, answer))

    def cancel(self, job: int) -> None:
        """Ask a job to stop; when it has not within the grace, the engine is started afresh."""
        if (known := self._open.get(job)) is not None and not known.cancelled:
            known.cancelled = True
            self._send(Cancel(job))
            if not self._grace.isActive():
                self._grace.start()

    def unlock(self, path: str, password: str) -> None:
        """Tell the engine a document's password; remembered until this object goes."""
        self._passwords[path] = password
        self._send(Unlock(path, password))

    def _load(self, request: Load) -> int:
        self._model = None
        self._wanted = request
        return self._begin(request)

    def _begin(self, request: protocol.Job) -> int:
        if not isinstance(request, protocol.AHEAD):
            for number, known in self._open.items():
                if known.aside:
                    self._send(Cancel(number))
        self._open[request.job] = _Open(request)
        self._send(request)
        return request.job

    def _send(self, request: Request) -> None:
        if self._program is not None:
            self._program.write(wire.write(request))

    @Slot()
    def _start_again(self) -> None:
        self.start()
        if (wanted := self._wanted) is not None:
            self._load(structs.replace(wanted, job=next(self._jobs)))

    @Slot(object)
    def _on_line(self, line: bytes) -> None:
        if self._misunderstood:
            return
        try:
            event = wire.EVENTS.read(line)
            self._check_greeting(event)
        except ProtocolError as error:
            self._misunderstood = str(error)
            _log.error("The engine broke the protocol: %s", error)
            if self._program is not None:
                self._program.kill()
            return
        self._take(event)

    def _check_greeting(self, event: Event) -> None:
        if isinstance(event, Hello):
            if event.version != protocol.VERSION:
                raise ProtocolError(f"The engine speaks version {event.version}.")
            self._greeted = True
        elif not self._greeted:
            raise ProtocolError("The engine did not say hello.")

    def _take(self, event: Event) -> None:
        if isinstance(event, Hello):
            self.reported.emit(event)
            return
        job = self._open.get(event.job)
        if job is None:
            return
        if isinstance(event, TextDelta):
            job.pieces.append(event.text)
        elif isinstance(event, Loaded):
            self._model = event.model
        elif isinstance(event, Done | Answered):
            self._may_restart = True
        if isinstance(event, protocol.LAST_EVENTS):
            del self._open[event.job]
            if not any(job.cancelled for job in self._open.values()):
                self._grace.stop()
        (self.aside if job.aside else self.reported).emit(event)

    @Slot()
    def _on_overdue(self) -> None:
        self._overdue = True
        if self._program is not None:
            self._program.kill()

    @Slot(object)
    def _on_ended(self, ended: Ended) -> None:
        if self._program is not None:
            self._program.deleteLater()
        self._program = None
        self._model = None
        self._grace.stop()
        again = self._overdue or (self._may_restart and ended.how is not How.NOT_STARTED)
        words = sentence(ended)
        if not self._overdue:
            self._may_restart = False
            _log.warning("The engine ended: %s %s", ended.how.value, ended.code)
            _log.warning("Its last places in the code: %s", places(ended.complaints))
            if self._misunderstood:
                words = "The reader sent a message that this window does not understand."
        if again:
            self._restart.start(0 if self._overdue else self._restart_ms)
        self._close_jobs(words)
        self.ended.emit(EngineExit(ended, words, again))

    def _close_jobs(self, words: str) -> None:
        jobs, self._open = self._open, {}
        for job, known in jobs.items():
            last: Event = Failed(job, EngineEnded.code, words)
            if known.cancelled:
                last = Cancelled(job, "".join(known.pieces))
            (self.aside if known.aside else self.reported).emit(last)
