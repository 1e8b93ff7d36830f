"""The open documents: opens, closes, remembers; says what a question would read now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app import intake
from app.ask.values import EvidenceClick, Looks
from app.file_watch import FileWatch
from app.recent import RecentFiles
from app.session import SavedTab
from app.tabs import Tabs
from app.viewer.heat import heats
from vlm.errors import DocumentMissing
from vlm.pages.files import shown_name
from vlm.types import Box, Document, PageRef

if TYPE_CHECKING:
    from app.pages import PageFailure
    from app.viewer.document_view import DocumentView
    from app.viewer.state import ViewState

CLOSED_KEPT = 20
CHANGED = "“{name}” was changed on this computer and is shown as it is now."


@dataclass(slots=True)
class _Sheet:
    """What is kept of an open document beside its view; `waiting` until the view can take it."""

    draft: str = ""
    waiting: ViewState | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the next question would read: nothing while `document` is None."""

    document: Document | None = None
    page: PageRef | None = None
    box: Box | None = None


class Desk(QObject):
    """Presenter of the tabs.

    Signals:
        said(str): A plain sentence for the person.
        folder_came(str): A folder was dropped or named instead of documents.
        count_changed(int): How many documents are open.
        reading_changed(object): `Reading`.
        document_opened(object): A `Document` that can be read now.
        switched(str): The draft of the document now in front.
        recent_changed(): The list of files opened lately is another.
        changed(): Something the session keeps is another.
    """

    said = Signal(str)
    folder_came = Signal(str)
    count_changed = Signal(int)
    reading_changed = Signal(object)
    document_opened = Signal(object)
    switched = Signal(str)
    recent_changed = Signal()
    changed = Signal()

    def __init__(self, tabs: Tabs, recent: RecentFiles, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._recent = recent
        self._sheets: dict[str, _Sheet] = {}
        self._closed: list[SavedTab] = []
        tabs.made.connect(self._on_made)
        tabs.switched.connect(self._on_switched)
        tabs.close_wanted.connect(self.close_document)
        tabs.moved.connect(self.changed)
        self._watch = FileWatch(self)
        self._watch.changed.connect(self._on_file_changed)

    @property
    def recent(self) -> tuple[str, ...]:
        """Files opened lately, newest first."""
        return self._recent.files

    @property
    def draft(self) -> str:
        """The question being typed about the document in front."""
        sheet = self._sheets.get(self._tabs.current_path)
        return sheet.draft if sheet is not None else ""

    def take(self, came: intake.Intake, page: int | None = None) -> None:
        """Open what came in, the first in front at `page` (from 0), and say what cannot be."""
        for sentence in came.refused:
            self.said.emit(sentence)
        for folder in came.folders:
            self.folder_came.emit(folder)
        for path in came.files:
            self._add(SavedTab(path))
        if came.files:
            self._show(came.files[0], page)

    def open(self, paths: Iterable[str], page: int | None = None) -> None:
        """Open files; see `take`."""
        self.take(intake.sort_out(paths), page)

    def restore(self, saved: Iterable[SavedTab], current: int) -> None:
        """Bring back the tabs of a session; only the one in front is opened at once."""
        tabs = list(saved)
        for tab in tabs:
            self._add(tab)
        if tabs:
            self._show(tabs[min(max(current, 0), len(tabs) - 1)].path, None)

    def saved(self) -> tuple[tuple[SavedTab, ...], int]:
        """Return all tabs as a session keeps them, and the index of the one in front."""
        paths = self._tabs.paths
        current = self._tabs.current_path
        tabs = tuple(self._saved(path) for path in paths)
        return tabs, paths.index(current) if current in paths else 0

    def look_at(self, page: PageRef, box: Box | None) -> None:
        """Show a page of a file, opening it if need be, with this box on it."""
        known = page.path in self._sheets
        self._add(SavedTab(page.path))
        view = self._tabs.view(page.path)
        if not known or view is None or view.document() is None:
            from app.viewer.state import ViewState

            state = ViewState(page=page.page, rotation=page.rotation, crop_page=page.page, crop=box)
            self._sheets[page.path].waiting = state
            if view is not None:
                view.restore(state)
        self._tabs.show_tab(page.path)
        view = self._tabs.current
        if view is not None and view.document() is not None:
            if view.page().page != page.page:
                view.go_to(page.page)
            view.set_crop(page.page, box)

    def show_evidence(self, click: EvidenceClick) -> None:
        """Mark where words stand; with `jump` go there, else only if the document is open."""
        page, jump = click.page, click.jump
        if jump and page.path not in self._sheets:
            self.open([page.path], page.page)
        elif jump:
            self._tabs.show_tab(page.path)
        view = self._tabs.view(page.path)
        if view is not None:
            if jump and not click.boxes:
                view.go_to(page.page)
            view.show_evidence(page.page, click.boxes, jump, click.proven)

    @Slot(object)
    def show_looks(self, looks: Looks) -> None:
        """Show the page with where the model looked, or take that away again."""
        page = looks.page
        if looks.maps and page.path not in self._sheets:
            self.open([page.path], page.page)
        elif looks.maps:
            self._tabs.show_tab(page.path)
        view = self._tabs.view(page.path)
        if view is not None:
            if looks.maps and view.page().page != page.page:
                view.go_to(page.page)
            view.show_heat(heats(page.page, looks.maps))

    @Slot()
    def clear_evidence(self) -> None:
        """Take the marks away."""
        if self._tabs.current is not None:
            self._tabs.current.clear_evidence()

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Keep what is being typed with the document in front."""
        sheet = self._sheets.get(self._tabs.current_path)
        if sheet is not None and sheet.draft != text:
            sheet.draft = text
            self.changed.emit()

    def put_back(self, path: str, text: str) -> None:
        """Keep a question as what is being typed about a document, unless something is."""
        sheet = self._sheets.get(path)
        if sheet is not None and not sheet.draft.strip():
            sheet.draft = text

    @Slot(str)
    def close_document(self, path: str) -> None:
        """Close a document; `reopen` brings it back."""
        if path not in self._sheets:
            return
        self._closed = [*self._closed, self._saved(path)][-CLOSED_KEPT:]
        del self._sheets[path]
        self._watch.remove(path)
        self._tabs.remove(path)
        self.count_changed.emit(len(self._sheets))
        self.changed.emit()

    @Slot()
    def close_current(self) -> None:
        """Close the document in front."""
        self.close_document(self._tabs.current_path)

    @Slot()
    def reopen(self) -> None:
        """Bring back the document closed last, where it was."""
        while self._closed:
            tab = self._closed.pop()
            if tab.path not in self._sheets:
                self._add(tab)
                self._show(tab.path, None)
                return

    @Slot()
    def forget_recent(self) -> None:
        """Empty the list of files opened lately."""
        self._recent.clear()
        self.recent_changed.emit()

    def stop(self) -> None:
        """Hear no more of files that change."""
        self._watch.stop()

    def _add(self, tab: SavedTab) -> None:
        if tab.path in self._sheets:
            return
        self._sheets[tab.path] = _Sheet(tab.draft, tab.view)
        self._tabs.add(tab.path)
        self.count_changed.emit(len(self._sheets))
        self.changed.emit()

    def _show(self, path: str, page: int | None) -> None:
        self._sheets[path].page = page
        self._tabs.show_tab(path)
        view = self._tabs.current
        if view is not None and page is not None:
            view.go_to(page)

    def _saved(self, path: str) -> SavedTab:
        sheet, view = self._sheets[path], self._tabs.view(path)
        if view is not None and (view.document() is not None or sheet.waiting is None):
            return SavedTab(path, view.state(), sheet.draft)
        return SavedTab(path, sheet.waiting, sheet.draft)

    @Slot(object)
    def _on_made(self, view: DocumentView) -> None:
        sheet = self._sheets[view.path]
        if sheet.page is None and sheet.waiting is not None:
            view.restore(sheet.waiting)
        view.opened.connect(self._on_opened)
        view.failed.connect(self._on_failed)
        view.close_wanted.connect(self.close_current)  # only what is in front can be pressed
        view.page_changed.connect(self._on_moved)
        view.crop_changed.connect(self._on_moved)
        view.zoom_changed.connect(self.changed)

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        self._sheets[document.path].waiting = None
        self._watch.add(document.path)
        self._recent.add(document.path)
        self.recent_changed.emit()
        self.document_opened.emit(document)
        self._on_moved()

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.job == "open":
            self._watch.add(failure.path)  # a new copy is opened as soon as it is there
        if failure.code == DocumentMissing.code and failure.job == "open":
            self._recent.remove(failure.path)
            self.recent_changed.emit()

    @Slot(str)
    def _on_file_changed(self, path: str) -> None:
        """Show a document as it is now, where the person was in it."""
        sheet = self._sheets[path]
        sheet.waiting, sheet.page = self._saved(path).view, None
        self._tabs.renew(path)
        self.said.emit(CHANGED.format(name=shown_name(path)))

    @Slot()
    def _on_moved(self) -> None:
        self.reading_changed.emit(self.reading())
        self.changed.emit()

    @Slot(object)
    def _on_switched(self, view: DocumentView | None) -> None:
        self.switched.emit(self.draft)
        self._on_moved()

    def reading(self) -> Reading:
        """Return what the next question would read now."""
        view = self._tabs.current
        document = view.document() if view is not None else None
        if view is None or document is None:
            return Reading()
        page, box = view.crop() or (view.page(), None)
        return Reading(document, page, box)
