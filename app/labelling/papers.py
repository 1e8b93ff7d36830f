"""Which documents are labelled: chosen by the person, counted, and shown in the panel."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs, intake
from app.coalesce import Coalescer
from app.labelling import words
from app.labelling.counting import Counted, PaperCounter
from app.labelling.last_choice import LastChoice
from app.labelling.panel import LabelPanel
from app.labelling.values import Source
from app.labelling.work import WorkList, documents_in
from app.pages import PageService
from app.tabs import Tabs
from app.task import CancelToken, Ended, Failed, Tasks
from app.viewer.document_view import DocumentView
from vlm.pages.kinds import SUFFIXES
from vlm.system_refusals import reason
from vlm.types import PageRef


@dataclass(frozen=True, slots=True)
class _Listed:
    """The documents in a folder and below it."""

    folder: Path
    files: tuple[str, ...]


class Papers(QObject):
    """The work list and what is shown of it.

    Signals:
        named(str): It is known now which document this file is.
        replaced(object): Other documents were chosen: go to this place, (path, page).

    Args:
        panel: The view.
        pages: Opens documents to count their pages.
        tabs: The open documents.
        last: Which folder was labelled the last time.
        window: What dialogs lie above.
    """

    named = Signal(str)
    replaced = Signal(object)

    def __init__(
        self,
        panel: LabelPanel,
        pages: PageService,
        tabs: Tabs,
        last: LastChoice,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.work = WorkList()
        self._panel = panel
        self._tabs = tabs
        self._last = last
        self._window = window
        self._place = ("", 0)
        self._counter = PaperCounter(pages, lambda path: tabs.view(path) is not None, self)
        self._lane = Tasks(threads=1, parent=self)
        self._redraw = Coalescer(self, per_second=10)
        self._redraw.due.connect(self._show)
        self._counter.counted.connect(self._on_counted)
        panel.source_chosen.connect(self._on_source)
        panel.choose.show_folder(last.now.folder)

    def begin(self) -> None:
        """Take the open documents, when none were chosen before."""
        if not self.work.papers:
            self._replace(self._tabs.paths)

    def come_to(self, view: DocumentView) -> None:
        """Take a document that came to the front into the list, if it is not there."""
        added = self.work.add(view.path)
        document = view.document()
        if document is not None:
            self.work.learn(view.path, pages=document.page_count, failure="")
        if added or document is None:  # a view that opens its file: it may be another file now
            self._counter.name(view.path)
        self._redraw.touch()

    def show_place(self, page: PageRef | None) -> None:
        """Say which page is in front; the document's own place while none is."""
        self._place = (page.path, page.page) if page else (self._tabs.current_path, 0)
        self._redraw.touch()

    def set_labelled(self, pages: Iterable[tuple[str, int]]) -> None:
        """Say which pages have rows."""
        self.work.set_labelled(pages)
        self._redraw.touch()

    def stop(self) -> None:
        """Count and show no more."""
        self._redraw.drop()
        self._counter.stop()
        self._lane.stop()

    def _replace(self, paths: Iterable[str]) -> None:
        self._counter.forget()
        self.work.replace(paths)
        for paper in self.work.papers:
            view = self._tabs.view(paper.path)
            document = view.document() if view is not None else None
            if document is not None:
                self.work.learn(paper.path, pages=document.page_count, failure="")
        self._counter.count(paper.path for paper in self.work.papers if not paper.settled)
        self._redraw.touch()

    def _choose(self, paths: Iterable[str]) -> None:
        """Label these instead, and go to the first of them."""
        self._replace(paths)
        self.replaced.emit((self.work.papers[0].path, 0))

    @Slot(object)
    def _on_source(self, source: Source) -> None:
        current = self._tabs.current_path
        near = str(Path(current).parent) if current else str(Path.home())
        match source:
            case Source.OPEN:
                self._replace(self._tabs.paths)
            case Source.FILES:
                files = dialogs.choose_documents(self._window, near, intake.KINDS)
                if files:
                    self._choose(intake.sort_out(files).files)
            case Source.FOLDER:
                before = self._last.now.folder or near
                folder = dialogs.choose_folder(self._window, "Label a folder of documents", before)
                if folder:
                    self._list(Path(folder))
            case Source.SAME_FOLDER:
                self._list(Path(self._last.now.folder))

    def _list(self, folder: Path) -> None:
        whole = folder.absolute()

        def steps(_: CancelToken) -> Generator[_Listed, None, None]:
            yield _Listed(whole, documents_in(whole, SUFFIXES))

        task = self._lane.start(steps)
        task.value.connect(self._on_listed)
        task.ended.connect(self._on_list_ended)

    @Slot(object)
    def _on_listed(self, listed: _Listed) -> None:
        if listed.files:
            self._last.keep_folder(str(listed.folder))
            self._panel.choose.show_folder(str(listed.folder))
            self._choose(listed.files)
        else:
            self._panel.say(words.EMPTY_FOLDER)

    @Slot(object)
    def _on_list_ended(self, ended: Ended) -> None:
        match ended:
            case Failed(error=OSError() as error):
                self._panel.say(f"The folder cannot be read: {reason(error)}.")
            case _:
                pass

    @Slot(object)
    def _on_counted(self, found: Counted) -> None:
        self.work.learn(found.path, found.document, found.pages, found.failure)
        if found.document:
            self.named.emit(found.path)
        self._redraw.touch()

    @Slot()
    def _show(self) -> None:
        path = self._place[0]
        self._panel.show_progress(words.name(path), self.work.progress(self._place))
        papers = [(paper, self.work.labelled_pages(paper)) for paper in self.work.papers]
        self._panel.show_papers(papers, path)
