"""The page process: gives up its rights, receives one document, answers until its input ends."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import socket
import stat
import sys
import time
from typing import TYPE_CHECKING, Protocol, assert_never

from vlm import wire
from vlm.errors import DeskError, DocumentMissing, ProtocolError, UnreadableDocument
from vlm.pages import canvas, jail, limits
from vlm.pages.protocol import (
    RAISED,
    REQUESTS,
    VERSION,
    Draw,
    Drawn,
    Failed,
    Measure,
    Measured,
    Open,
    Opened,
    Read,
    Ready,
    Reply,
    Request,
    Text,
)
from vlm.system_refusals import reason
from vlm.types import Box, DocumentKind, PageSize, Quarter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vlm.pages.words import RawWord

MEASURE_SECONDS = 0.5
"""A batch of page sizes ends after this; the client asks for the rest."""

LAST_RESORT_SECONDS = 60
"""The system ends the process when one job takes this long and nobody else did."""


class Pages(Protocol):
    """An open document, whatever its kind. Methods raise `DeskError`."""

    count: int

    def size(self, page: int) -> PageSize:
        """Measure a page."""
        ...

    def draw(self, page: int, box: Box, width: int, height: int, turn: Quarter) -> memoryview:
        """Draw a part of a page as packed RGB."""
        ...


class Line:
    """The two ends that the client holds: requests with descriptors in, replies and pixels out.

    Args:
        inward: Descriptor that requests come from: a socket where descriptors can be handed over.
        outward: Descriptor that replies go to.
    """

    def __init__(self, inward: int, outward: int) -> None:
        self._in, self._out = inward, outward
        handed = stat.S_ISSOCK(os.fstat(inward).st_mode)
        self._socket = socket.socket(fileno=inward) if handed else None
        self._rest = b""
        self.handed: list[int] = []

    def receive(self) -> Request | None:
        """Wait for the next request; None when the client is gone.

        Raises:
            ProtocolError: It is no request, or has no end.
        """
        while b"\n" not in self._rest:
            more = self._more()
            if not more:
                return None
            self._rest += more
            if len(self._rest) > wire.MAX_LINE:
                raise ProtocolError("A request has no end.")
        line, self._rest = self._rest.split(b"\n", 1)
        return REQUESTS.read(line)

    def send(self, message: Reply, pixels: memoryview | None = None) -> None:
        """Send a reply, and after it the pixels it announces."""
        self._write(memoryview(wire.write(message)))
        if pixels is not None:
            self._write(pixels)

    def close(self) -> None:
        """Release both ends."""
        if self._socket is not None:
            self._socket.close()
        else:
            os.close(self._in)
        os.close(self._out)

    def _more(self) -> bytes:
        if self._socket is None:
            return os.read(self._in, 65536)
        data, descriptors, _, _ = socket.recv_fds(self._socket, 65536, 2)
        self.handed.extend(descriptors)
        return data

    def _write(self, data: memoryview) -> None:
        while data:
            data = data[os.write(self._out, data) :]


class Desk:
    """Answers requests about one document."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._pages: Pages | None = None
        self._canvas: mmap.mmap | None = None
        self._name = "The file"

    def answer(self, request: Request) -> None:
        """Do one request and send its reply; what can go wrong with a document is a reply too."""
        try:
            self._do(request)
        except DeskError as error:
            code = error.code if error.code in RAISED else UnreadableDocument.code
            self._line.send(Failed(request.job, code, str(error)[: limits.SENTENCE]))

    def _do(self, request: Request) -> None:
        match request:
            case Open():
                self._line.send(self._open(request))
            case Measure():
                self._line.send(self._measure(request))
            case Draw():
                pixels = self._page(request.page).draw(
                    request.page, request.box, request.width, request.height, request.rotation
                )
                self._deliver(request.job, pixels)
            case Read():
                self._line.send(self._read(request))
            case _:
                assert_never(request)

    def _open(self, request: Open) -> Opened:
        if self._pages is not None or request.version != VERSION:
            raise ProtocolError("A page process reads one document, of its own version.")
        self._name = request.name
        kind, self._pages = _opened(self._source(request), request.name, request.password)
        return Opened(request.job, kind, self._pages.count, self._pages.size(0))

    def _deliver(self, job: int, pixels: memoryview) -> None:
        if self._canvas is None:
            self._line.send(Drawn(job, len(pixels), shared=False), pixels)
        else:
            self._canvas[: len(pixels)] = pixels
            self._line.send(Drawn(job, len(pixels), shared=True))

    def _source(self, request: Open) -> int:
        if request.path is None:
            if not self._line.handed:
                raise ProtocolError("No file came with the request.")
            source, *canvases = self._line.handed
            self._line.handed.clear()
            if canvases:
                self._canvas = mmap.mmap(canvases[0], canvas.BYTES)
            return source
        try:
            return os.open(request.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise DocumentMissing(f"{request.name} cannot be read: {reason(error)}.") from error

    def _measure(self, request: Measure) -> Measured:
        pages = self._page(request.first)
        until = time.monotonic() + MEASURE_SECONDS
        sizes: list[PageSize] = []
        for page in range(request.first, min(request.first + request.count, pages.count)):
            sizes.append(pages.size(page))
            if time.monotonic() > until:
                break
        return Measured(request.job, tuple(sizes))

    def _read(self, request: Read) -> Text:
        from vlm.pages import pdf, words

        pages = self._page(request.page)
        found: Iterator[RawWord] = (
            pages.words(request.page) if isinstance(pages, pdf.PdfPages) else iter(())
        )
        return Text(request.job, words.clean(found))

    def _page(self, page: int) -> Pages:
        if self._pages is None:
            raise ProtocolError("The first request opens the document.")
        if not 0 <= page < self._pages.count:
            pages = "1 page" if self._pages.count == 1 else f"{self._pages.count} pages"
            raise UnreadableDocument(f"{self._name} has no page {page + 1}; it has {pages}.")
        return self._pages


def _opened(source: int, name: str, password: str | None) -> tuple[DocumentKind, Pages]:
    from vlm.pages import pdf, picture

    file = open(source, "rb")  # noqa: SIM115, PTH123  # a picture's stays open with it
    try:
        if pdf.looks_like_pdf(file.read(1024)):
            with file:
                data = mmap.mmap(source, 0, access=mmap.ACCESS_READ)
            return "pdf", pdf.PdfPages(memoryview(data), name, password)
        file.seek(0)
        return "image", picture.PicturePages(file, name)
    except DeskError:
        file.close()
        raise


def prepare() -> str:
    """Load everything that pages will need, then give up all rights; say which."""
    from vlm.pages import warm

    warm.up()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # what libraries print about a document is nobody's business
    os.close(silence)
    return jail.enter().describe()


def _claim() -> Line:
    """Keep the two ends for messages; anything that prints goes nowhere from now on."""
    inward, outward = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(inward, os.O_BINARY)
        msvcrt.setmode(outward, os.O_BINARY)
    return Line(inward, outward)


def main() -> int:
    """Run the page process on standard input and output; return 0 when the client is gone."""
    line = _claim()
    jail.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the program
    said = prepare()
    desk = Desk(line)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        line.send(Ready(VERSION, said))
        while (request := line.receive()) is not None:
            _last_resort(LAST_RESORT_SECONDS)
            desk.answer(request)
            _last_resort(0)
    return 0


def _last_resort(seconds: int) -> None:
    """Let the system end this process when it hangs and its parent is no longer there to do it."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)
