"""The rows of the page in front: kept, corrected, removed, undone. Knows no widgets."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.coalesce import Coalescer
from app.examples import words as sentences
from app.examples.crops import NotTaken, Taken
from app.examples.shelf import Shelf
from app.examples.values import Changed, Refused
from app.labelling.ahead import CropsAhead
from app.labelling.values import RowItem
from finetune.examples import ExampleStore
from finetune.types import Example
from vlm.types import PageRef

UNDOS = 200
"""Rows that can be taken back, the last one first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page, oldest first, and all pages that have rows; `age` says when."""

    age: int
    document: str
    page: int
    examples: tuple[Example, ...]
    labelled: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Done:
    """A row that was kept, and the one that was there before it, if it was corrected."""

    example: Example
    before: Example | None


class Rows(QObject):
    """Keeps rows with their pictures and knows those of one page.

    Signals:
        changed(): There are other rows, here or on other pages.
        complained(str): Why a row could not be kept.

    Args:
        shelf: Where the examples are.
        ahead: Takes their pictures.
    """

    changed = Signal()
    complained = Signal(str)

    def __init__(self, shelf: Shelf, ahead: CropsAhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._ahead = ahead
        self._document = ""
        self._page: PageRef | None = None
        self._found: tuple[Example, ...] = ()
        self._drawing: dict[str, Example] = {}
        """Rows whose pictures are being taken, by key."""
        self._writing: dict[str, Example] = {}
        self._done: list[Done] = []
        self.labelled: frozenset[tuple[str, int]] = frozenset()
        """Documents with a page that has rows."""
        self.known = False
        """Whether the rows of the page in front were read."""
        self._age = 0
        """Grows with every change, so that what was read before it is not taken for new."""
        self._refresh = Coalescer(self, per_second=10)
        self._refresh.due.connect(self._look)
        ahead.ended.connect(self._on_taken)
        shelf.changed.connect(self._on_changed)
        shelf.refused.connect(self._on_refused)
        shelf.stopping.connect(self._on_stopping)

    @property
    def shown(self) -> tuple[RowItem, ...]:
        """The rows of the page in front, oldest first; those on their way stand at the end."""
        coming = [one for one in self._coming() if self._is_here(one)]
        ids = {one.id for one in coming}
        kept = [RowItem(one) for one in self._found if one.id not in ids]
        return (*kept, *(RowItem(one, pending=True) for one in coming))

    def look_at(self, document: str, page: PageRef | None) -> None:
        """Read the rows of another page; `changed` follows.

        Args:
            document: Its document's hash, "" while that is not known: it has no rows then but
                those on their way.
            page: The page.
        """
        if (document, page) != (self._document, self._page):
            self._document, self._page = document, page
            self._found = ()
            self.known = False
        self._look()

    def keep(self, example: Example) -> None:
        """Keep a row, instead of the one with its id; it is shown at once."""
        before = next((item.example for item in self.shown if item.example.id == example.id), None)
        self._done = [*self._done, Done(example, before)][-UNDOS:]
        self._keep(example)

    def remove(self, id: str) -> None:
        """Remove a row for good."""
        self._drop(id)
        self._done = [done for done in self._done if done.example.id != id]

    @property
    def can_undo(self) -> bool:
        """Whether a row of this sitting can be taken back."""
        return bool(self._done)

    def undo(self) -> Done | None:
        """Take the last row back, or what was corrected last; None when there is none."""
        if not self._done:
            return None
        done = self._done.pop()
        if done.before is None:
            self._drop(done.example.id)
        else:
            self._keep(done.before)
        return done

    def stop(self) -> None:
        """Redraw no more."""
        self._refresh.drop()

    def _is_here(self, example: Example) -> bool:
        page, here = example.page, self._page
        return here is not None and (page.path, page.page) == (here.path, here.page)

    def _coming(self) -> list[Example]:
        return [*self._writing.values(), *self._drawing.values()]

    def _keep(self, example: Example) -> None:
        self._forget_coming(example.id)
        key = uuid.uuid4().hex
        self._drawing[key] = example
        self._ahead.take(key, example.page, example.box)
        self.changed.emit()

    def _drop(self, id: str) -> None:
        self._forget_coming(id)
        self._found = tuple(one for one in self._found if one.id != id)
        self._age += 1
        self._shelf.remove((id,))
        self.changed.emit()

    def _forget_coming(self, id: str) -> None:
        for key in [key for key, one in self._drawing.items() if one.id == id]:
            del self._drawing[key]
            self._ahead.forget(key)

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        example = self._drawing.pop(end.wanted.key, None)
        if example is None:
            return
        if isinstance(end, Taken):
            self._writing[end.wanted.key] = example
            self._shelf.keep(example, end)
        else:
            self._fail(example, end.sentence)

    def _fail(self, example: Example, sentence: str) -> None:
        self._done = [done for done in self._done if done.example != example]
        self.complained.emit(sentences.not_kept(sentence))
        self.changed.emit()

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        self._age += 1
        kept = self._writing.pop(changed.key, None)
        if kept is not None and self._is_here(kept):
            self._found = (*(one for one in self._found if one.id != kept.id), kept)
            self.labelled |= {(kept.document, kept.page.page)}
            self.changed.emit()
        self._refresh.touch()

    @Slot()
    def _on_stopping(self) -> None:
        for example in self._drawing.values():
            self._shelf.put_off(example)
        self._drawing.clear()

    @Slot(object)
    def _on_refused(self, refused: Refused) -> None:
        example = self._writing.pop(refused.key, None)
        if example is not None:
            self._fail(example, refused.sentence)

    @Slot()
    def _look(self) -> None:
        age, document = self._age, self._document
        page = self._page.page if self._page is not None else 0

        def work(store: ExampleStore) -> Found:
            rows = tuple(store.of_page(document, page)) if document else ()
            return Found(age, document, page, rows, store.labelled_pages())

        self._shelf.run(work).value.connect(self._on_found)

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        if found.age != self._age:
            self._refresh.touch()
            return
        self.labelled = found.labelled
        page = self._page
        if page is not None and (found.document, found.page) == (self._document, page.page):
            self._found = found.examples
            self.known = True
        self.changed.emit()
