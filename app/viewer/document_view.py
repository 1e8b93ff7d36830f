"""One document's tab: thumbnails, pages, search and the person's box. Layout and connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import assert_never

import msgspec
from PySide6.QtCore import QEvent, Signal, SignalInstance, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import figures, icons
from app.focus import hand_on
from app.pages import Drawn, PageFailure, PageService, SizesFound, WordsFound
from app.viewer.actions import ViewActions
from app.viewer.commands import Commands
from app.viewer.crop import Crop, CropTool
from app.viewer.finder import Finder
from app.viewer.heat import Heats
from app.viewer.list_room import ListRoom
from app.viewer.opening import Opening
from app.viewer.page_area import PageArea
from app.viewer.page_hand import PageHand
from app.viewer.page_notices import PageNotices
from app.viewer.search_bar import SearchBar
from app.viewer.state import ViewState
from app.viewer.thumbnails import Thumbnails
from app.viewer.view_bar import ViewBar
from app.viewer.wanting import Wanting
from vlm.types import Box, Document, PageRef

SIZES_AT_ONCE = 200  # pages measured in one request, at least; of very long ones a fiftieth


class DocumentView(QWidget):
    """Shows one document. `close()` gives its pages and images back.

    Its `actions()` are the commands for the window's View menu.

    Signals:
        page_changed(int): Another page is the current one, or it was turned; from 0.
        crop_changed(object): `Crop`, or None when there is no box any more.
        zoom_changed(float): 1.0 is 100 %.
        opened(object): `Document`.
        failed(object): `PageFailure` of the document or of one of its pages.
        close_wanted(): The person closes the document, which cannot be opened.

    Args:
        path: The document, opened at once.
        pages: Where pages come from; shared by all views.
    """

    page_changed = Signal(int)
    crop_changed = Signal(object)
    zoom_changed = Signal(float)
    opened = Signal(object)
    failed = Signal(object)
    close_wanted = Signal()

    def __init__(self, path: str, pages: PageService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._pages = pages
        pages.open(path)  # the page process works while the widgets are made
        self._document: Document | None = None
        self._pending: ViewState | None = None
        self._measured = -1
        """The first page whose size is not known yet; -1 while nobody measures."""
        self._line_asked: tuple[int, float, float] | None = None
        self._crop = CropTool()
        self._actions = ViewActions(self)
        self._list_room = ListRoom(self, self._actions.thumbnails)
        self._bar = ViewBar(self._actions)
        self._search_bar = SearchBar()
        self._thumbnails = Thumbnails(path, pages)
        self._area = PageArea(path, pages, self._crop)
        self._hand = PageHand(self._area, self._crop)
        self._commands = Commands(
            self._actions, self._area, self._thumbnails, self._search_bar, self._bar
        )
        self._finder = Finder(path, pages, self._area, self._search_bar)
        self._notices = PageNotices(self._area)
        self._opening = Opening(self._area, Path(path).name)
        self._wanting = Wanting(path, pages, self, self._area, self._thumbnails)
        self._links: tuple[tuple[SignalInstance, Callable[..., None]], ...] = (
            (pages.opened, self._on_opened),
            (pages.failed, self._on_failed),
            (pages.drawn, self._on_drawn),
            (pages.sizes_found, self._on_sizes),
            (pages.words_found, self._on_words),
        )
        self._lay_out()
        self._connect_pages()
        self._connect_parts()
        self._actions.enable(False)

    # For the window

    def document(self) -> Document | None:
        """Return the document once it is open."""
        return self._document

    def page(self) -> PageRef:
        """Return the current page, as turned by the person."""
        return PageRef(self.path, self._area.page, self._area.rotation)

    def go_to(self, page: int) -> None:
        """Bring a page to the top; from 0."""
        if self._document is None:
            before = self._pending or ViewState()
            self._pending = msgspec.structs.replace(before, page=page, scroll=(0.0, 0.0))
        self._area.go_to(page)

    def crop(self) -> tuple[PageRef, Box] | None:
        """Return the person's box and its page."""
        if self._crop.box is None:
            return None
        return PageRef(self.path, self._crop.page, self._area.rotation), self._crop.box

    def set_crop(self, page: int, box: Box | None) -> None:
        """Put the person's box on a page, or take it away."""
        if (page, box) != (self._crop.page, self._crop.box):
            self._crop.set(page, box)
            self._on_crop()

    def show_evidence(self, page: int, boxes: Sequence[Box], scroll: bool, proven: bool) -> None:
        """Mark where an answer's words stand, and with `scroll` bring them into view."""
        self._area.set_evidence(page, boxes, proven=proven)
        if scroll and boxes:
            self._area.show_box(page, boxes[0])

    def clear_evidence(self) -> bool:
        """Take the marks away; tell whether there were any."""
        had = bool(self._area.painter.evidence[1])
        self._area.set_evidence(0, ())
        return had

    def show_heat(self, heats: Heats) -> None:
        """Lay over pages how much a model looked where; nothing takes it away."""
        self._area.painter.heats = heats
        self._area.viewport().update()

    def state(self) -> ViewState:
        """Return what a session keeps; what is asked for while the document still opens."""
        if self._document is None and self._pending is not None:
            return self._pending
        page, x, y = self._area.position()
        return ViewState(
            page=page,
            zoom=self._area.zoom,
            fit=self._area.fit,
            rotation=self._area.rotation,
            crop_page=self._crop.page,
            crop=self._crop.box,
            scroll=(x, y),
        )

    def restore(self, state: ViewState) -> None:
        """Return to how the person left the view, as soon as the document is open."""
        if self._document is None:
            self._pending = state
            return
        self._commands.turn_to(state.rotation)
        if state.fit == "none":
            self._area.zoom_to(state.zoom)
        else:
            self._area.fit_to(state.fit)
        self._area.set_position(state.page, *state.scroll)
        self.set_crop(min(state.crop_page, self._document.page_count - 1), state.crop)

    def unlock(self, password: str) -> None:
        """Open the protected document."""
        self._pages.open(self.path, password)

    # Putting it together

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._thumbnails)
        middle.addWidget(self._area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._search_bar)
        column.addLayout(middle, 1)
        self._search_bar.hide()
        self._thumbnails.hide()
        hand_on(self, self._area)

    def _connect_pages(self) -> None:
        for signal, slot in self._links:
            signal.connect(slot)

    def _connect_parts(self) -> None:
        self._area.page_changed.connect(self._on_page)
        self._area.zoom_changed.connect(self._on_zoom)
        self._area.moved.connect(self._notices.place)
        self._thumbnails.page_chosen.connect(self._area.go_to)
        self._commands.turned.connect(self._on_turned)
        self._commands.box_wanted.connect(lambda wanted: self.set_crop(*wanted))
        self._hand.crop_changed.connect(self._on_crop)
        self._hand.line_asked.connect(self._on_line_asked)
        self._notices.retry_asked.connect(lambda page: self._area.set_failed(page, False))
        self._opening.retry_asked.connect(lambda: self._pages.open(self.path))
        self._opening.close_asked.connect(self.close_wanted)
        self._opening.password_entered.connect(self.unlock)

    # What pages say

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        if document.path != self.path:
            return
        self._document = document
        self._opening.done()
        self._notices.clear()
        self._actions.enable(True)
        self._bar.set_count(document.page_count)
        self._finder.set_count(document.page_count)
        self._make_room(document)
        self._area.show_pages(document.page_count, document.first_size)
        self._thumbnails.show_pages(self._area.sizes)
        self._bar.show_page(self._area.page)
        self._bar.show_zoom(self._area.zoom)
        self._commands.show_fit()
        if document.page_count > 1:
            self._measured = 0
            self._pages.measure(self.path, 0, min(self._sizes_at_once(), document.page_count))
        pending, self._pending = self._pending, None
        if pending is not None:
            self.restore(pending)
        self._wanting.begin()
        self.opened.emit(document)

    def _make_room(self, document: Document) -> None:
        """Show the list of small pictures first, so that pages are drawn once, at their width."""
        self._list_room.begin(document.page_count)
        layout = self.layout()
        assert layout is not None
        layout.activate()

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.path != self.path:
            return
        match failure.job:
            case "open":
                self._opening.show_failure(failure)
            case "draw":
                assert failure.page is not None
                self._area.set_failed(failure.page, True)
                self._notices.show_failure(failure.page, figures.sentence(failure.message))
            case "sizes" | "words":
                return
            case _:
                assert_never(failure.job)
        self.failed.emit(failure)

    @Slot(object)
    def _on_drawn(self, drawn: Drawn) -> None:
        if drawn.draw.path == self.path:
            self._area.viewport().update()
            self._thumbnails.refresh(drawn.draw.page.page)

    @Slot(object)
    def _on_sizes(self, found: SizesFound) -> None:
        if found.path != self.path or self._document is None:
            return
        if self._area.set_sizes(found.first, found.sizes):
            self._thumbnails.make_room()
        if found.first != self._measured:
            return
        following = self._measured = found.first + len(found.sizes)
        left = self._document.page_count - following
        if found.sizes and left > 0:
            self._pages.measure(self.path, following, min(self._sizes_at_once(), left))

    def _sizes_at_once(self) -> int:
        count = self._document.page_count if self._document is not None else 0
        return max(SIZES_AT_ONCE, count // 50)

    @Slot(object)
    def _on_words(self, found: WordsFound) -> None:
        asked = self._line_asked
        if found.page.path == self.path and asked is not None and asked[0] == found.page.page:
            self._line_asked = None
            self._take_line(*asked)

    # What the person does

    @Slot(int)
    def _on_page(self, page: int) -> None:
        self._bar.show_page(page)
        self._thumbnails.follow(page)
        if self._document is not None:
            self._area.setAccessibleName(
                f"Page {figures.whole(page + 1)} of {figures.whole(self._document.page_count)}"
            )
        self.page_changed.emit(page)

    @Slot(float)
    def _on_zoom(self, zoom: float) -> None:
        self._bar.show_zoom(zoom)
        self.zoom_changed.emit(zoom)

    @Slot()
    def _on_crop(self) -> None:
        self._area.viewport().update()
        crop = self.crop()
        self.crop_changed.emit(None if crop is None else Crop(*crop))

    @Slot(object)
    def _on_line_asked(self, asked: tuple[int, float, float]) -> None:
        if self._finder.text(asked[0]) is not None:
            self._take_line(*asked)
        else:
            self._line_asked = asked
            self._pages.read(PageRef(self.path, asked[0]), soon=True)

    def _take_line(self, page: int, x: float, y: float) -> None:
        text = self._finder.text(page)
        size = self._area.sizes[page]
        line = text.line_at(x, y, size.height / size.width) if text is not None else None
        if line is not None:
            self.set_crop(page, line)

    @Slot()
    def _on_turned(self) -> None:
        """Say that a question would now be about the page as it is turned."""
        self._on_crop() if self._crop.box else self.page_changed.emit(self._area.page)

    # Qt

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            icons.tint_all(self)
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Others may open the same file before this view is deleted: it must not speak for them.
        links, self._links = self._links, ()
        for signal, slot in links:
            signal.disconnect(slot)
        self._wanting.end()
        self._pages.close(self.path)
        super().closeEvent(event)
