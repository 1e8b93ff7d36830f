"""Two ways to hold a page process's standard input and output, each with deadlines.

`SocketEnds` can hand over an open file (Linux, macOS); `PipeEnds` works everywhere else.
"""

from __future__ import annotations

import contextlib
import io
import socket
import subprocess
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import IO, Protocol, cast

from vlm import wire

BUFFER = 1 << 20


class Ends(Protocol):
    """What a `Reader` needs of its process. `TimeoutError` means that the deadline has passed.

    Deadlines are moments of `time.monotonic()`. Other failures are `OSError` or `ValueError`.
    """

    process: subprocess.Popen[bytes]

    def send(self, line: bytes, descriptors: list[int], until: float) -> None:
        """Send a line, and with it descriptors."""
        ...

    def line(self, until: float) -> bytes:
        """Receive a line with its end; one without is all there was, or too long."""
        ...

    def exactly(self, size: int, until: float) -> bytes:
        """Receive `size` bytes; fewer when there are no more."""
        ...

    def cut(self) -> None:
        """Kill the process and wake whoever waits for it; callable from any thread."""
        ...

    def close(self) -> None:
        """Release everything but the process."""
        ...


class SocketEnds:
    """One socket is the process's input and output, and can carry descriptors to it."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            for end in (self._socket, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            try:
                self.process = subprocess.Popen(
                    command, stdin=theirs.fileno(), stdout=theirs.fileno(), cwd=folder
                )
            except BaseException:
                self._socket.close()
                raise
        self._rest = bytearray()

    def send(self, line: bytes, descriptors: list[int], until: float) -> None:
        """Send a line, and with it descriptors."""
        self._wait_at_most(until)
        if descriptors:
            sent = socket.send_fds(self._socket, [line], descriptors)
            line = line[sent:]
        self._socket.sendall(line)

    def line(self, until: float) -> bytes:
        """Receive a line with its end; one without is all there was, or too long."""
        searched = 0
        while (end := self._rest.find(b"\n", searched)) < 0 and len(self._rest) <= wire.MAX_LINE:
            searched = len(self._rest)
            self._wait_at_most(until)
            more = self._socket.recv(BUFFER)
            if not more:
                break
            self._rest += more
        stop = end + 1 if end >= 0 else len(self._rest)
        line = bytes(self._rest[:stop])
        del self._rest[:stop]
        return line

    def exactly(self, size: int, until: float) -> bytes:
        """Receive `size` bytes; fewer when there are no more."""
        data = bytearray(size)
        early = self._rest[:size]
        data[: len(early)] = early
        del self._rest[:size]
        at, view = len(early), memoryview(data)
        while at < size:
            self._wait_at_most(until)
            got = self._socket.recv_into(view[at:])
            if not got:
                break
            at += got
        return bytes(view[:at])

    def cut(self) -> None:
        """Kill the process and wake whoever waits for it; callable from any thread."""
        self.process.kill()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release everything but the process."""
        self._socket.close()

    def _wait_at_most(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._socket.settimeout(left)


class PipeEnds:
    """Two pipes. A timer ends the process when a deadline passes, which ends all waiting."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._in = cast(IO[bytes], self.process.stdin)
        self._out = cast(io.BufferedReader, self.process.stdout)

    def send(self, line: bytes, descriptors: list[int], until: float) -> None:
        """Send a line; descriptors cannot be sent this way."""
        if descriptors:
            raise ValueError("pipes carry no descriptors")
        with self._ended(until):
            self._in.write(line)
            self._in.flush()

    def line(self, until: float) -> bytes:
        """Receive a line with its end; one without is all there was, or too long."""
        with self._ended(until):
            return self._out.readline(wire.MAX_LINE + 1)

    def exactly(self, size: int, until: float) -> bytes:
        """Receive `size` bytes; fewer when there are no more."""
        with self._ended(until):
            return self._out.read(size)

    def cut(self) -> None:
        """Kill the process, which wakes whoever waits for it; callable from any thread."""
        self.process.kill()

    def close(self) -> None:
        """Release everything but the process."""
        for stream in (self._in, self._out):
            with contextlib.suppress(OSError):  # a line that nobody read is still in it
                stream.close()

    @contextlib.contextmanager
    def _ended(self, until: float) -> Generator[None]:
        """End the process when the body is not done in time, and raise `TimeoutError` then."""
        passed = threading.Event()

        def expire() -> None:
            passed.set()
            self.process.kill()

        timer = threading.Timer(max(0.0, until - time.monotonic()), expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            if passed.is_set():
                raise TimeoutError("the deadline has passed")
