"""Takes the picture and the words of a part of a page, through the window's page service.

One at a time; the document is opened for it when nobody has it open, and closed again after.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from app.examples.pictures import Encoded
from app.page_lane import Draw, Urgency
from app.pages import Drawn, PageFailure, PageService, SizesFound, WordsFound
from finetune.lookalike import LONGEST_PX as LOOK_PX
from finetune.pictures import size_px
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize, Word

LONGEST_PX = 2048
"""Longer side of a kept picture; `finetune.gathering`, which is too heavy for the window."""
DPI = 300.0
"""Finer shows a model nothing that it can use; also as there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a page to take; `key` is the caller's.

    `look_only`: only what the whole page looks like, small, is wanted.
    """

    key: str
    page: PageRef
    box: Box | None
    look_only: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What was wanted: the page's size before its turn, the words inside, the pixels.

    `look` is the whole page, drawn as `finetune.lookalike` wants it. `encoded` is what is kept of
    both, where somebody had the time to make it ready.
    """

    wanted: Wanted
    size: PageSize
    words: tuple[Word, ...]
    image: QImage
    look: QImage | None = None
    encoded: Encoded | None = None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why it could not be taken, in a sentence."""

    wanted: Wanted
    sentence: str


@dataclass(slots=True)
class _Under:
    """The one being taken, and what has come of it."""

    wanted: Wanted
    size: PageSize | None = None
    words: tuple[Word, ...] | None = None
    draw: Draw | None = None
    image: QImage | None = None
    look_draw: Draw | None = None
    look: QImage | None = None


class CropTaker(QObject):
    """Takes parts of pages in the order they were wanted.

    Signals:
        ended(object): `Taken` or `NotTaken`, once for everything wanted and not forgotten.

    Args:
        pages: Opens, measures, draws and reads.
        is_shown: Whether a tab has this document, and so closes it.
    """

    ended = Signal(object)

    def __init__(
        self, pages: PageService, is_shown: Callable[[str], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pages = pages
        self._is_shown = is_shown
        self._owner = pages.owner()
        self._waiting: deque[Wanted] = deque()
        self._under: _Under | None = None
        self._opened_here: set[str] = set()
        pages.opened.connect(self._on_opened)
        pages.closed.connect(self._on_closed)
        pages.failed.connect(self._on_failed)
        pages.sizes_found.connect(self._on_sizes)
        pages.words_found.connect(self._on_words)
        pages.drawn.connect(self._on_drawn)

    @property
    def busy(self) -> bool:
        """Whether something is being taken."""
        return self._under is not None

    def take(self, wanted: Wanted) -> None:
        """Take this after what was wanted before."""
        self._waiting.append(wanted)
        self._next()

    def forget(self, key: str) -> None:
        """Take nothing more with this key and say nothing of it."""
        self._waiting = deque(wanted for wanted in self._waiting if wanted.key != key)
        if self._under is not None and self._under.wanted.key == key:
            self._leave(self._under)
            self._next()

    def _next(self) -> None:
        if self._under is None and self._waiting:
            self._under = _Under(self._waiting.popleft())
            self._begin(self._under.wanted)

    def _begin(self, wanted: Wanted) -> None:
        path = wanted.page.path
        if self._pages.is_open(path):
            self._pages.measure(path, wanted.page.page, 1)
            if not wanted.look_only:
                self._pages.read(wanted.page, soon=True)
        else:
            self._opened_here.add(path)
            self._pages.open(path)

    def _leave(self, under: _Under) -> None:
        """Let go of the page, and of the document when it was opened for this alone."""
        self._under = None
        self._pages.unwant(self._owner)
        path = under.wanted.page.path
        if path in self._opened_here and all(w.page.path != path for w in self._waiting):
            self._opened_here.discard(path)
            if not self._is_shown(path):
                self._pages.close(path)

    def _end(self, under: _Under, end: Taken | NotTaken) -> None:
        self._leave(under)
        self.ended.emit(end)
        self._next()

    def _about(self, path: str) -> _Under | None:
        """Return what is being taken, when it is of this document."""
        under = self._under
        return under if under is not None and under.wanted.page.path == path else None

    def _finish_if_complete(self, under: _Under) -> None:
        wanted = under.wanted
        words = () if wanted.look_only else under.words
        if under.size is None or words is None or under.image is None or under.look is None:
            return
        box = wanted.box or WHOLE_PAGE
        inside = tuple(word for word in words if box.holds(word.box))
        self._end(under, Taken(wanted, under.size, inside, under.image, under.look))

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        """Ask again: opening drops what was asked of the document before."""
        if (under := self._about(document.path)) is not None:
            self._under = _Under(under.wanted)
            self._begin(under.wanted)

    @Slot(str)
    def _on_closed(self, path: str) -> None:
        if (under := self._about(path)) is not None:
            self._under = _Under(under.wanted)
            self._begin(under.wanted)

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        under = self._about(failure.path)
        if under is None or failure.page not in (None, under.wanted.page.page):
            return
        if failure.job == "words":
            # The picture is what is learned from; a text layer that hangs must not cost it.
            under.words = ()
            self._finish_if_complete(under)
        else:
            self._end(under, NotTaken(under.wanted, failure.message))

    @Slot(object)
    def _on_sizes(self, found: SizesFound) -> None:
        under = self._about(found.path)
        if under is None or under.draw is not None:
            return
        wanted = under.wanted
        place = wanted.page.page - found.first
        if 0 <= place < len(found.sizes):
            under.size = found.sizes[place]
            self._want_drawn(under, under.size)
        elif found.first == wanted.page.page:
            missing = f"There is no page {found.first + 1} in this document."
            self._end(under, NotTaken(wanted, missing))

    def _want_drawn(self, under: _Under, size: PageSize) -> None:
        wanted = under.wanted
        box, turn = wanted.box or WHOLE_PAGE, wanted.page.rotation
        look = Draw(wanted.page, WHOLE_PAGE, *size_px(size, WHOLE_PAGE, turn, 1e9, LOOK_PX))
        crop = Draw(wanted.page, box, *size_px(size, box, turn, DPI, LONGEST_PX))
        under.look_draw = look
        under.draw = look if wanted.look_only else crop
        draws = dict.fromkeys((under.draw, look))
        self._pages.want(self._owner, wanted.page.path, [(Urgency.SOON, draw) for draw in draws])

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        under = self._about(found.page.path)
        if under is not None and found.page.page == under.wanted.page.page:
            under.words = found.words
            self._finish_if_complete(under)

    @Slot(object)
    def _on_drawn(self, drawn: Drawn) -> None:
        under = self._about(drawn.draw.path)
        if under is None or drawn.draw not in (under.draw, under.look_draw):
            return
        if drawn.draw == under.draw:
            under.image = drawn.image
        if drawn.draw == under.look_draw:
            under.look = drawn.image
        self._finish_if_complete(under)
