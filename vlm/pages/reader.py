"""The parent's side of one page process: starts it, asks it, ends it when it is late.

Knows nothing of documents or sentences; `Late` and `Gone` say what happened to the process.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import subprocess
import time
from pathlib import Path

import vlm
from vlm import children, wire
from vlm.errors import ProtocolError
from vlm.pages import canvas
from vlm.pages.ends import Ends, PipeEnds, SocketEnds
from vlm.pages.protocol import REPLIES, VERSION, Draw, Drawn, Ready, Reply, Request

HANDS_OVER = hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX")
"""Whether this system lets a process hand an open file to another."""

START_SECONDS = 30.0
"""A page process that is not ready after this never will be."""

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

    Raises:
        OSError: No process can be started.
    """

    def __init__(self) -> None:
        # The folder that holds the package, never the person's: Python looks there for modules.
        folder = Path(vlm.__file__).parent.parent
        ends = SocketEnds if HANDS_OVER else PipeEnds
        self._ends: Ends = ends(children.command("pages"), folder)
        self._canvas = canvas.create() if HANDS_OVER else None
        self._wanted = True
        self.jail = ""

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._ends.process.poll() is None

    def get_ready(self) -> None:
        """Wait until the process has given up its rights; `jail` then says which.

        Raises:
            Gone: It could not start, or is of another version.
            Late: It did not get ready.
        """
        reply = self._read(time.monotonic() + START_SECONDS)
        if not isinstance(reply, Ready) or reply.version != VERSION:
            raise self._gone("it is of another version")
        self.jail = reply.jail

    def ask(self, request: Request, seconds: float, file: int | None = None) -> tuple[Reply, bytes]:
        """Send a request, with a file to hand over, and wait for its reply and pixels.

        Raises:
            Late: No complete reply came within `seconds`; the process has been ended.
            Gone: The process ended or answered something else; it has been ended.
        """
        until = time.monotonic() + seconds
        descriptors = [] if file is None else [file]
        if descriptors and self._canvas is not None:
            descriptors.append(self._canvas.descriptor)
        try:
            self._ends.send(wire.write(request), descriptors, until)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        reply = self._read(until)
        if isinstance(reply, Ready) or reply.job != request.job:
            raise self._gone("it answered another question")
        if not isinstance(reply, Drawn):
            return reply, b""
        if not isinstance(request, Draw) or reply.size != request.width * request.height * 3:
            raise self._gone("it drew another size")
        return reply, self._pixels(reply, until)

    def end(self) -> None:
        """End the process at once and release everything; harmless when it has ended."""
        self._wanted = False
        self._ends.cut()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._ends.process.wait(END_SECONDS)
        self._ends.close()
        if self._canvas is not None:
            self._canvas.close()

    def _read(self, until: float) -> Reply:
        try:
            line = self._ends.line(until)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        if not line.endswith(b"\n"):
            raise self._gone("it ended")
        try:
            return REPLIES.read(line)
        except ProtocolError as error:
            raise self._gone("it sent no message") from error

    def _pixels(self, reply: Drawn, until: float) -> bytes:
        try:
            if reply.shared and self._canvas is not None:
                return self._canvas.read(reply.size)
            data = self._ends.exactly(reply.size, until)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        if len(data) != reply.size:
            raise self._gone("it ended while drawing")
        return data

    def _lost(self, error: OSError | ValueError) -> Late | Gone:
        if not isinstance(error, TimeoutError):
            return self._gone(str(error))
        self.end()
        _log.warning("A page process missed a deadline and was ended.")
        return Late(str(error))

    def _gone(self, why: str) -> Gone:
        """End the process; return what to raise."""
        surprising = self._wanted  # not when `end` was called while it was at work
        self.end()
        if surprising:
            code = self._ends.process.returncode
            _log.warning("A page process was ended: %s (exit code %s).", why, code)
        return Gone(why)
