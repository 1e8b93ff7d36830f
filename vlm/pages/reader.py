"""The parent's side of one page process: starts it, asks it, ends it when it is late.

Knows nothing of documents or sentences; `Late` and `Gone` say what happened to the process.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO, cast

import vlm
from vlm import children, wire
from vlm.errors import ProtocolError
from vlm.pages.protocol import REPLIES, VERSION, Draw, Drawn, Ready, Reply, Request

HANDS_OVER = hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX")
"""Whether this system lets a process hand an open file to another."""

START_SECONDS = 30.0
"""A page process that is not ready after this never will be."""

BUFFER = 1 << 20
END_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Late(Exception):
    """The process missed a deadline and was ended."""


class Gone(Exception):
    """The process ended, or said something it should not have and was ended."""


class Reader:
    """A running page process. One thread asks; `end` may be called from any.

    Start it on a thread that lives as long as the process: Linux ends a child with the thread
    that started it.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._late = False
        self._process, self._input, self._write = self._start()

    def _start(self) -> tuple[subprocess.Popen[bytes], IO[bytes], Callable[[bytes], None]]:
        # The folder that holds the package, never the person's: Python looks there for modules.
        root = Path(vlm.__file__).parent.parent
        if not HANDS_OVER:
            return self._start_with_pipes(root)
        ours, theirs = socket.socketpair()
        with theirs:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            try:
                process = subprocess.Popen(
                    children.command("pages"),
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    cwd=root,
                )
            except BaseException:
                ours.close()
                raise
        self._socket = ours
        replies = io.BufferedReader(cast(io.RawIOBase, ours.makefile("rb", buffering=0)), BUFFER)
        return process, replies, lambda line: ours.sendall(line)

    def _start_with_pipes(
        self, root: Path
    ) -> tuple[subprocess.Popen[bytes], IO[bytes], Callable[[bytes], None]]:
        process = subprocess.Popen(
            children.command("pages"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=root,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        if process.stdin is None or process.stdout is None:
            raise OSError("a pipe to the page process is missing")
        outward = process.stdin

        def write(line: bytes) -> None:
            outward.write(line)
            outward.flush()

        return process, process.stdout, write

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ready(self) -> Ready:
        """Wait until the process has given up its rights.

        Raises:
            Gone: It could not start, or is of another version.
            Late: It did not get ready.
        """
        with self._deadline(START_SECONDS):
            reply = self._read()
        if not isinstance(reply, Ready) or reply.version != VERSION:
            raise self._gone("it is of another version")
        return reply

    def ask(
        self, request: Request, seconds: float, descriptor: int | None = None
    ) -> tuple[Reply, bytes]:
        """Send a request, with a descriptor to hand over, and wait for its reply and pixels.

        Raises:
            Late: No complete reply came within `seconds`; the process has been ended.
            Gone: The process ended or answered something else; it has been ended.
        """
        with self._deadline(seconds):
            self._send(wire.write(request), descriptor)
            reply = self._read()
            if isinstance(reply, Ready) or reply.job != request.job:
                raise self._gone("it answered another question")
            pixels = b""
            if isinstance(reply, Drawn):
                if (
                    not isinstance(request, Draw)
                    or reply.size != request.width * request.height * 3
                ):
                    raise self._gone("it drew another size")
                pixels = self._exactly(reply.size)
        return reply, pixels

    def end(self) -> None:
        """End the process at once and release everything; harmless when it has ended."""
        self._cut()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        for stream in (self._input, self._process.stdin, self._socket):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _cut(self) -> None:
        """Kill the process and wake whoever waits for it, even if the kernel holds on to it."""
        self._process.kill()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Generator[None]:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _expire(self) -> None:
        self._late = True
        self._cut()

    def _send(self, line: bytes, descriptor: int | None) -> None:
        try:
            if descriptor is not None and self._socket is not None:
                sent = socket.send_fds(self._socket, [line], [descriptor])
                line = line[sent:]
            self._write(line)
        except (OSError, ValueError) as error:
            raise self._gone(f"it does not listen: {error}") from error

    def _read(self) -> Reply:
        try:
            line = self._input.readline(wire.MAX_LINE + 1)
        except (OSError, ValueError) as error:
            raise self._gone(f"reading from it failed: {error}") from error
        if not line.endswith(b"\n"):
            raise self._gone("it ended")
        try:
            return REPLIES.read(line)
        except ProtocolError as error:
            raise self._gone("it sent no message") from error

    def _exactly(self, size: int) -> bytes:
        try:
            data = self._input.read(size)
        except (OSError, ValueError) as error:
            raise self._gone(f"reading from it failed: {error}") from error
        if len(data) != size:
            raise self._gone("it ended while drawing")
        return data

    def _gone(self, why: str) -> Exception:
        """End the process; return what to raise."""
        late = self._late
        self.end()
        code = self._process.returncode
        _log.warning("A page process was ended (%s; exit code %s).", "late" if late else why, code)
        return Late(why) if late else Gone(why)
