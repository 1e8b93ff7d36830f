"""Runs a child program that speaks in lines. Knows processes, not what they say.

How a program ended is a value, never an exception. A child dies with us: its input closes when
this process ends in whatever way, and `end` and the destructor kill what is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

GRACE_MS = 2000
"""How long a program may take to end when it is told to, before it is killed."""
STDERR_KEPT = 8192
"""Bytes of the program's last complaints that are kept for diagnostics."""


class How(Enum):
    """How a program ended."""

    FINISHED = "finished"
    """By itself, exit code 0."""
    FAILED = "failed"
    """By itself, with another exit code."""
    CRASHED = "crashed"
    """By a signal that this process did not send."""
    STOPPED = "stopped"
    """Because it was told to."""
    NOT_STARTED = "not started"
    """It never ran."""
    TALKED_TOO_LONG = "talked too long"
    """Killed for a line over the limit."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: `code` is its exit code, or the signal's number after a crash.

    `complaints` is the end of what it wrote to its standard error, for the log only.
    """

    how: How
    code: int = 0
    complaints: str = ""


class Program(QObject):
    """One run of a child program. Use another object for another run.

    Signals:
        line(object): A line of its output as `bytes`, without the end of line.
        ended(object): `Ended`; the last signal, exactly once after `start`.

    Args:
        command: The program and its arguments.
        longest_line: Bytes; a program that writes a longer line is killed.
        environment: What it gets beside this program's own environment.
    """

    line = Signal(object)
    ended = Signal(object)

    def __init__(
        self,
        command: list[str],
        longest_line: int,
        parent: QObject | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._longest_line = longest_line
        self._complaints = b""
        self._stopping = False
        self._too_long = False
        self._over = False
        self._process = QProcess(self)
        if environment:
            whole = QProcessEnvironment.systemEnvironment()
            for name, value in environment.items():
                whole.insert(name, value)
            self._process.setProcessEnvironment(whole)
        self._process.readyReadStandardOutput.connect(self._on_output)
        self._process.readyReadStandardError.connect(self._on_complaint)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.timeout.connect(self._process.kill)

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    @property
    def pid(self) -> int:
        """The process id while it runs, else 0."""
        return int(self._process.processId())

    def start(self) -> None:
        """Start it; returns at once. A program that cannot start ends as `NOT_STARTED`."""
        self._process.start(self._command[0], self._command[1:])

    def write(self, line: bytes) -> None:
        """Send a line, its end included; what is sent to an ended program is dropped."""
        if self.running:
            self._process.write(line)

    def stop(self, grace_ms: int = GRACE_MS) -> None:
        """Tell it to end: closes its input, terminates it, kills it after the grace."""
        if not self.running:
            return
        self._stopping = True
        self._process.closeWriteChannel()
        self._process.terminate()
        self._grace.start(grace_ms)

    def kill(self) -> None:
        """End it now; returns before it is gone."""
        self._stopping = True
        self._process.kill()

    def end(self, grace_ms: int = GRACE_MS) -> None:
        """End it and wait until it is gone, for the end of this process: at most the grace."""
        self.stop(grace_ms)
        if self.running and not self._process.waitForFinished(grace_ms):
            self._process.kill()
            self._process.waitForFinished()

    @Slot()
    def _on_output(self) -> None:
        while self._process.canReadLine() and not self._over:
            self._say(bytes(self._process.readLine().data()))
        if self._process.bytesAvailable() > self._longest_line:
            self._refuse()

    def _say(self, line: bytes) -> None:
        if len(line) > self._longest_line:
            self._refuse()
        elif not self._too_long:
            self.line.emit(line.rstrip(b"\r\n"))

    def _refuse(self) -> None:
        self._too_long = True
        self._process.kill()

    @Slot()
    def _on_complaint(self) -> None:
        said = bytes(self._process.readAllStandardError().data())
        self._complaints = (self._complaints + said)[-STDERR_KEPT:]

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._finish(Ended(How.NOT_STARTED, 0, self._process.errorString()))

    @Slot(int, QProcess.ExitStatus)
    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_output()
        self._on_complaint()
        if self._too_long:
            how = How.TALKED_TOO_LONG
        elif self._stopping:
            how = How.STOPPED
        elif status is QProcess.ExitStatus.CrashExit:
            how = How.CRASHED
        else:
            how = How.FAILED if code else How.FINISHED
        self._finish(Ended(how, code, self._complaints.decode("utf-8", "replace")))

    def _finish(self, ended: Ended) -> None:
        if not self._over:
            self._over = True
            self._grace.stop()
            self.ended.emit(ended)


def start_apart(command: list[str], output: Path) -> bool:
    """Start a program that lives on when this one ends, in a session of its own.

    Args:
        command: The program and its arguments.
        output: A file that takes what it writes to its standard output, emptied before.

    Returns:
        Whether it could be started.
    """
    process = QProcess()
    process.setProgram(command[0])
    process.setArguments(command[1:])
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(str(output))
    process.setStandardErrorFile(QProcess.nullDevice())
    return bool(process.startDetached())
