"""Pages for the window: opens, measures, draws and reads documents without making it wait.

One worker talks to the page process; visible work goes first and what nobody wants any more is
never started. Results of a document that was closed in the meantime are dropped.
"""

from __future__ import annotations

import itertools
import logging
import weakref
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, assert_never

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from app.page_lane import Close, Draw, Job, Open, Order, PageLane, Read, Sizes, Urgency, Wish
from app.task import CancelToken, Tasks
from app.viewer.image_cache import ImageCache
from vlm.errors import DeskError
from vlm.types import Box, Document, PageRef, PageSize, Word

PAGES_BYTES = 192 * 1024 * 1024
"""Budget of sharp page images, all documents together."""
THUMBNAIL_BYTES = 64 * 1024 * 1024
STOP_WAIT_MS = 300
"""How long a running page job may take to end before its process is ended under it."""

UNFORESEEN = "Something went wrong inside the program; the log says more."

_log = logging.getLogger(__name__)

PageJob = Literal["open", "sizes", "draw", "words"]


class Raster(Protocol):
    """Drawn pixels: RGB888, rows packed, `width * height * 3` bytes."""

    @property
    def width(self) -> int:
        """Pixels."""
        ...

    @property
    def height(self) -> int:
        """Pixels."""
        ...

    @property
    def data(self) -> bytes:
        """The rows, top first."""
        ...


class PageSource(Protocol):
    """The blocking side: a page process, or a source made for a test. Raises `DeskError`."""

    def open(self, path: str, password: str | None = None) -> Document:
        """Open a file."""
        ...

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure pages."""
        ...

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Raster:
        """Draw a part of a page."""
        ...

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read the text layer."""
        ...

    def close(self, path: str) -> None:
        """Forget a file."""
        ...

    def stop(self) -> None:
        """End for good; callable from any thread, a job that is running fails."""
        ...


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A job that could not be done; `page` is None when the whole document failed."""

    path: str
    page: int | None
    code: str
    message: str
    job: PageJob


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn part of a page; `image` is opaque RGB32."""

    draw: Draw
    image: QImage


@dataclass(frozen=True, slots=True)
class WordsFound:
    """The words of a page in reading order; none when it has no text layer."""

    page: PageRef
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class SizesFound:
    """The sizes of pages from `first` on."""

    path: str
    first: int
    sizes: tuple[PageSize, ...]


Result = Document | PageFailure | Drawn | WordsFound | SizesFound | None


def _work(source: PageSource, order: Order) -> Result:
    match order:
        case Open():
            return source.open(order.path, order.password)
        case Close():
            source.close(order.path)
            return None
        case Sizes():
            sizes = source.sizes(order.path, order.first, order.count)
            return SizesFound(order.path, order.first, sizes)
        case Draw():
            raster = source.render(order.page, order.box, order.width, order.height)
            rows = QImage(
                raster.data,
                raster.width,
                raster.height,
                raster.width * 3,
                QImage.Format.Format_RGB888,
            )
            return Drawn(order, rows.convertToFormat(QImage.Format.Format_RGB32))
        case Read():
            return WordsFound(order.page, source.words(order.page))
        case _:
            assert_never(order)


def _failure(order: Order, error: DeskError) -> PageFailure | None:
    code, message = error.code, str(error)
    match order:
        case Open():
            return PageFailure(order.path, None, code, message, "open")
        case Sizes():
            return PageFailure(order.path, order.first, code, message, "sizes")
        case Draw():
            return PageFailure(order.path, order.page.page, code, message, "draw")
        case Read():
            return PageFailure(order.path, order.page.page, code, message, "words")
        case Close():
            return None
        case _:
            assert_never(order)


class PageService(QObject):
    """All page work of the window, through one lane; results arrive on the window's thread.

    Signals:
        opened(object): `Document`.
        failed(object): `PageFailure`.
        drawn(object): `Drawn`; the image is already in `images`.
        words_found(object): `WordsFound`.
        sizes_found(object): `SizesFound`.
        closed(str): The path of a document of which nothing is announced any more.

    Args:
        source: The page process; the service stops it.
    """

    opened = Signal(object)
    failed = Signal(object)
    drawn = Signal(object)
    words_found = Signal(object)
    sizes_found = Signal(object)
    closed = Signal(str)

    def __init__(self, source: PageSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.images = ImageCache(PAGES_BYTES)
        self.thumbnails = ImageCache(THUMBNAIL_BYTES)
        self._source = source
        self._lane = PageLane()
        self._openings = itertools.count(1)
        self._owners = itertools.count(1)
        self._opening: dict[str, int] = {}
        self._passwords: dict[str, str] = {}
        # A program that dies before `stop` must not wait for a worker that waits for work.
        weakref.finalize(self, self._lane.end)
        self._tasks = Tasks(threads=1, parent=self)
        self._tasks.start(self._serve).value.connect(self._on_result)

    def owner(self) -> int:
        """Return a new name for a view that wants images; see `want`."""
        return next(self._owners)

    def open(self, path: str, password: str | None = None) -> None:
        """Open a document, again if it was open; a password that worked is used without asking.

        Ends in `opened` or `failed`.
        """
        self._lane.drop(path)
        opening = self._opening[path] = next(self._openings)
        known = password if password is not None else self._passwords.get(path)
        self._lane.put(Job(Open(path, known), opening), Urgency.OPEN)

    def password(self, path: str) -> str | None:
        """Return the password that opened a document in this session."""
        return self._passwords.get(path)

    def close(self, path: str) -> None:
        """Forget a document and its images; nothing of it is announced any more."""
        opening = self._opening.pop(path, None)
        self._lane.drop(path)
        self.images.forget(path)
        self.thumbnails.forget(path)
        if opening is not None:
            self._lane.put(Job(Close(path), opening), Urgency.OPEN)
            self.closed.emit(path)

    def is_open(self, path: str) -> bool:
        """Tell whether a document is open or being opened."""
        return path in self._opening

    def image(self, draw: Draw) -> QPixmap | None:
        """Return what was drawn, if it is still kept, and count it as just shown."""
        return (self.thumbnails if is_thumbnail(draw) else self.images).get(draw)

    def has_image(self, draw: Draw) -> bool:
        """Tell whether `image` would return one."""
        return draw in (self.thumbnails if is_thumbnail(draw) else self.images)

    def want(self, owner: int, path: str, wishes: Sequence[Wish]) -> None:
        """Replace what a view wants drawn, most urgent first; ends in `drawn` or `failed` each."""
        opening = self._opening.get(path)
        if opening is not None:
            self._lane.wish(owner, opening, wishes)

    def unwant(self, owner: int) -> None:
        """Forget what a view wants drawn."""
        self._lane.wish(owner, 0, ())

    def measure(self, path: str, first: int, count: int) -> None:
        """Ask for the sizes of some pages."""
        self._put(Sizes(path, first, count), Urgency.SIZES)

    def read(self, page: PageRef, soon: bool = False) -> None:
        """Ask for the words of a page; `soon` when a person waits for just this page."""
        plain = PageRef(page.path, page.page)
        self._put(Read(plain), Urgency.SOON if soon else Urgency.TEXT)

    def stop(self) -> None:
        """End the worker and the page process. Call before the program ends."""
        self._lane.end()
        if not self._tasks.stop(STOP_WAIT_MS):
            self._source.stop()
            self._tasks.stop()
        self._opening.clear()
        self._passwords.clear()

    def _put(self, order: Order, urgency: Urgency) -> None:
        opening = self._opening.get(order.path)
        if opening is not None:
            self._lane.put(Job(order, opening), urgency)

    def _serve(self, token: CancelToken) -> Generator[tuple[Job, Result], None, None]:
        try:
            while (job := self._lane.take()) is not None:
                try:
                    yield job, _work(self._source, job.order)
                except DeskError as error:
                    if isinstance(job.order, Draw):
                        self._lane.drop_drawings(job.order.page)
                    yield job, _failure(job.order, error)
                except Exception:  # noqa: BLE001 - the thread's edge: one bug must not end the lane
                    _log.exception("A page job failed in a way nobody foresaw")
                    yield job, _failure(job.order, DeskError(UNFORESEEN))
        finally:
            self._source.stop()

    @Slot(object)
    def _on_result(self, done: tuple[Job, Result]) -> None:
        job, result = done
        self._lane.delivered(job)
        if result is None or self._opening.get(job.order.path) != job.opening:
            return
        match result:
            case Document():
                if isinstance(job.order, Open) and job.order.password is not None:
                    self._passwords[job.order.path] = job.order.password
                self.opened.emit(result)
            case PageFailure():
                self.failed.emit(result)
            case Drawn():
                self._keep(result)
                self.drawn.emit(result)
            case WordsFound():
                self.words_found.emit(result)
            case SizesFound():
                self.sizes_found.emit(result)
            case _:
                assert_never(result)

    def _keep(self, drawn: Drawn) -> None:
        cache = self.thumbnails if is_thumbnail(drawn.draw) else self.images
        cache.put(drawn.draw, drawn.image)


THUMBNAIL_EDGE = 320
"""Pixels of a thumbnail's longer edge; sharp at 160 logical pixels on a high-dpi screen."""


def thumbnail(path: str, page: int, size: PageSize) -> Draw:
    """Return the one small picture of a whole page: in the list, and before the sharp one."""
    scale = THUMBNAIL_EDGE / max(size.width, size.height)
    width = max(1, round(size.width * scale))
    height = max(1, round(size.height * scale))
    return Draw(PageRef(path, page), Box(0.0, 0.0, 1.0, 1.0), width, height)


def is_thumbnail(draw: Draw) -> bool:
    """Tell a page's small picture from a sharp one."""
    return max(draw.width, draw.height) <= THUMBNAIL_EDGE and draw.box == Box(0.0, 0.0, 1.0, 1.0)
