"""Pages for whoever shows or reads them: opens documents, draws parts of pages, reads words.

Every document has a page process of its own, at most `DOCUMENTS` at a time; a spare one waits,
loaded and jailed, to take over when a document is opened or a process had to be ended. Knows
no picture or PDF library: this module is light.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from vlm.errors import (
    DeskError,
    DocumentMissing,
    DocumentTooLarge,
    PageCrashed,
    UnreadableDocument,
)
from vlm.pages import files, limits
from vlm.pages.jobs import Job, memory_is_short
from vlm.pages.pool import STOPPED, Pool
from vlm.pages.protocol import (
    RAISED,
    VERSION,
    Draw,
    Drawn,
    Failed,
    Measure,
    Measured,
    Open,
    Opened,
    Read,
    Reply,
    Request,
    Text,
)
from vlm.pages.reader import HANDS_OVER, Gone, Late, Reader
from vlm.types import Box, Document, PageRef, PageSize, Word

DOCUMENTS = 3
"""Documents with a process of their own; the one not used for longest is reopened when needed."""


@dataclass(frozen=True)
class Pixels:
    """A drawing: RGB, 8 bits each, `width * height * 3` bytes, rows packed, the top row first."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Deadlines:
    """Seconds after which a job is ended. `first` is for opening and the first drawing together.

    Raises:
        ValueError: Unless all are positive.
    """

    open: float = 5.0
    page: float = 10.0
    text: float = 10.0
    first: float = 11.5

    def __post_init__(self) -> None:
        if min(self.open, self.page, self.text, self.first) <= 0:
            raise ValueError("a deadline must be positive")


@dataclass
class _Session:
    """A document and the process that has it open."""

    reader: Reader
    document: Document
    stamp: files.Stamp
    password: str | None
    head_start: float
    """Seconds its opening took, counted against the first drawing; 0 afterwards."""


class PageClient:
    """Opens, measures, draws and reads documents in page processes. Blocking.

    Use it from one thread at a time; `stop` may be called from any. After `PageTimeout` or
    `PageCrashed` the next call works.

    Args:
        passwords: Passwords already known, by path; looked at again whenever one is needed.
        deadlines: When a job is given up.
    """

    def __init__(
        self, passwords: Mapping[str, str] | None = None, deadlines: Deadlines = Deadlines()
    ) -> None:
        self._known: Mapping[str, str] = {} if passwords is None else passwords
        self._entered: dict[str, str] = {}
        self._deadlines = deadlines
        self._ids = itertools.count(1)
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._pool = Pool()

    def __enter__(self) -> PageClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def jail(self) -> str:
        """What page processes cannot do, in plain words; empty until one has been used."""
        return self._pool.jail

    def settle(self) -> None:
        """Wait until the spare process is ready, so that the next document opens at once."""
        self._pool.settle()

    def open(self, path: str, password: str | None = None) -> Document:
        """Open a file, or look at it again when it is open.

        Args:
            path: The file.
            password: Remembered until this client is stopped, once it has opened the file.

        Raises:
            DocumentMissing: The file is gone or may not be read.
            DocumentTooLarge: It is over a limit.
            UnreadableDocument: It is empty, damaged or no document.
            PasswordNeeded: It is encrypted and the password is missing or wrong.
            PageTimeout: Opening took too long.
            PageCrashed: The page process ended.
        """
        session = self._fresh(path)
        if session is None or password not in (None, session.password):
            session = self._open(path, password)
        return session.document

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure `count` pages from page `first` on, fewer where the document ends.

        Raises:
            DeskError: As `open` and `render`.
        """
        found: list[PageSize] = []
        more = True
        while more and len(found) < count:
            page = first + len(found)
            job = Job("Measuring", files.shown_name(path), self._deadlines.open, page)
            session = self._session(path)
            request = Measure(next(self._ids), page, count - len(found))
            reply, _ = self._ask(session, request, job)
            if not isinstance(reply, Measured) or not 0 < len(reply.sizes) <= request.count:
                raise self._nonsense(session, job)
            found.extend(reply.sizes)
            more = first + len(found) < session.document.page_count
        return tuple(found)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Pixels:
        """Draw a part of a page to exactly `width` by `height` pixels.

        Args:
            page: The page; the drawing is turned by its rotation last.
            box: The part, in fractions of the page before that turn.
            width: Pixels of the result after the turn, at least 1.
            height: Pixels of the result after the turn, at least 1.

        Raises:
            DocumentTooLarge: More than 16 million pixels were asked for, or are in the picture.
            UnreadableDocument: The page is damaged or there is no such page.
            PageTimeout: Drawing took too long.
            PageCrashed: The page process ended.
            DeskError: As `open`, when the document has to be opened again.
            ValueError: Width or height is below 1.
        """
        if width < 1 or height < 1:
            raise ValueError(f"a drawing of {width} by {height} pixels")
        name = files.shown_name(page.path)
        if width * height > limits.RENDER_PIXELS:
            raise DocumentTooLarge(
                f"Page {page.page + 1} of {name} cannot be drawn with "
                f"{width * height / 1e6:.0f} million pixels; at most "
                f"{limits.RENDER_PIXELS // 1_000_000} million are possible. Zoom out a little."
            )
        session = self._session(page.path)
        seconds = min(self._deadlines.page, self._deadlines.first - session.head_start)
        session.head_start = 0.0
        job = Job("Drawing", name, seconds, page.page)
        request = Draw(next(self._ids), page.page, box, width, height, page.rotation)
        reply, data = self._ask(session, request, job)
        if not isinstance(reply, Drawn):
            raise self._nonsense(session, job)
        self._pool.hurry()
        return Pixels(width, height, data)

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read a page's text layer in reading order; empty when it has none.

        Boxes are fractions of the page as the document shows it, before `page.rotation`.

        Raises:
            DeskError: As `render`.
        """
        name = files.shown_name(page.path)
        job = Job("Reading the text of", name, self._deadlines.text, page.page)
        session = self._session(page.path)
        reply, _ = self._ask(session, Read(next(self._ids), page.page), job)
        if not isinstance(reply, Text):
            raise self._nonsense(session, job)
        return reply.words

    def close(self, path: str) -> None:
        """Forget a document, but not its password; it may be opened again."""
        session = self._sessions.get(_key(path))
        if session is not None:
            self._drop(session)

    def stop(self) -> None:
        """End every process, also under a job that is running; the client is then used up."""
        self._pool.stop()

    def _session(self, path: str) -> _Session:
        session = self._fresh(path) or self._open(path, None)
        self._sessions.move_to_end(_key(path))
        return session

    def _fresh(self, path: str) -> _Session | None:
        """Return the open document unless its file has changed or its process has ended."""
        session = self._sessions.get(_key(path))
        if session is None:
            return None
        try:
            changed = files.stamp(path) != session.stamp
        except DocumentMissing:
            changed = False  # its process still has the file: go on showing it
        except UnreadableDocument:
            changed = True
        if changed or not session.reader.alive:
            self._drop(session)
            return None
        return session

    def _open(self, path: str, password: str | None) -> _Session:
        descriptor, stamp = files.open_file(path)
        try:
            self.close(path)
            while len(self._sessions) >= DOCUMENTS:
                self._drop(next(iter(self._sessions.values())))
            session = self._handed(path, descriptor, stamp, password or self._password(path))
        finally:
            os.close(descriptor)
        self._sessions[_key(path)] = session
        if password is not None:
            self._entered[_key(path)] = password
        return session

    def _handed(
        self, path: str, descriptor: int, stamp: files.Stamp, password: str | None
    ) -> _Session:
        """Hand a file to a process of its own and have it opened there."""
        name = files.shown_name(path)
        job = Job("Opening", name, self._deadlines.open)
        where = None if HANDS_OVER else _key(path)
        request = Open(VERSION, next(self._ids), name, where, _sendable(password))
        reader = self._pool.take()
        nothing = Document(path, "pdf", 1, PageSize(1, 1))
        session = _Session(reader, nothing, stamp, password, 0.0)
        began = time.monotonic()
        try:
            reply, _ = self._ask(session, request, job, descriptor if HANDS_OVER else None)
            if not isinstance(reply, Opened) or not 0 < reply.page_count <= limits.PAGES:
                raise self._nonsense(session, job)
        except DeskError:
            self._pool.give_back(reader)
            raise
        session.document = Document(path, reply.format, reply.page_count, reply.first_size)
        session.head_start = time.monotonic() - began
        return session

    def _password(self, path: str) -> str | None:
        key = _key(path)
        return self._entered.get(key) or self._known.get(path) or self._known.get(key)

    def _ask(
        self, session: _Session, request: Request, job: Job, file: int | None = None
    ) -> tuple[Reply, bytes]:
        try:
            reply, data = session.reader.ask(request, job.seconds, file)
        except (Late, Gone) as error:
            self._drop(session)
            if self._pool.stopped:
                raise PageCrashed(STOPPED) from error
            raise (job.late() if isinstance(error, Late) else job.crashed()) from error
        if isinstance(reply, Failed):
            if reply.code == UnreadableDocument.code and memory_is_short():
                raise job.starved()
            raise RAISED.get(reply.code, UnreadableDocument)(reply.message[: limits.SENTENCE])
        return reply, data

    def _nonsense(self, session: _Session, job: Job) -> PageCrashed:
        self._drop(session)
        return job.crashed()

    def _drop(self, session: _Session) -> None:
        self._pool.give_back(session.reader)
        key = _key(session.document.path)
        if self._sessions.get(key) is session:
            del self._sessions[key]


def _key(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100  # Path.absolute keeps "..", resolve follows links


def _sendable(password: str | None) -> str | None:
    """Replace what cannot be written as UTF-8: such a password is wrong, not an error."""
    return password and password.encode(errors="replace").decode()
