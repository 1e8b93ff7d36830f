"""The document in front while it is labelled: brought there, its box, the marks on its pages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.desk import Desk
from app.labelling.marks import lay_over, marks_of
from app.labelling.values import RowItem
from app.labelling.work import Place
from app.tabs import Tabs
from app.viewer.document_view import DocumentView
from vlm.types import Box


class Front:
    """Goes to pages. A folder of hundreds is labelled with one tab at a time.

    Args:
        desk: Opens and closes documents.
        tabs: Those that are open; what the person opened stays open.
        keys: Sees the keys pressed on the pages first.
    """

    def __init__(self, desk: Desk, tabs: Tabs, keys: QObject) -> None:
        self._desk = desk
        self._tabs = tabs
        self._keys = keys
        self._ours: set[str] = set()

    @property
    def path(self) -> str:
        """The document in front, "" when none is open."""
        return self._tabs.current_path

    @property
    def view(self) -> DocumentView | None:
        """Its view."""
        return self._tabs.current

    def go(self, place: Place) -> None:
        """Bring a page to the front."""
        path, page = place
        before, view = self._tabs.current_path, self._tabs.current
        if path not in self._tabs.paths:
            self._ours.add(path)
        if path == before and view is not None:
            view.go_to(page)
            return
        self._desk.open([path], page)
        if before in self._ours and path in self._tabs.paths:
            self._ours.discard(before)
            self._desk.close_document(before)

    def prepare(self) -> None:
        """Make the view in front ready to be labelled."""
        if self.view is not None:
            lay_over(self.view, self._keys)

    def show_box(self, page: int, box: Box | None) -> None:
        """Put the person's box on a page, or take it away."""
        view = self.view
        if view is not None:
            if box is None and view.page().page != page:
                view.go_to(page)  # the box was on a page that showed below another
            view.set_crop(page, box)

    def show_rows(self, page: int, rows: Sequence[RowItem], current: str) -> None:
        """Mark the boxes of a page's rows but that of `current`, which is the person's now."""
        marks = marks_of(self.view) if self.view is not None else None
        if marks is not None:
            marks.show_rows(page, rows, current)

    def focus(self) -> None:
        """Give the keyboard to the pages."""
        if self.view is not None:
            self.view.setFocus()
