"""The history's life beside the window: one lane that reads and writes, off the window's thread."""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.history import export
from app.history.entry import Entry
from app.history.store import HistoryStore
from app.task import CancelToken, Ended, Failed, Task, Tasks
from vlm.errors import DeskError
from vlm.system_refusals import reason

RECALLED = 20
"""How many questions about a document are offered again."""
CHUNK = 1 << 20
"""Bytes read at once while a document is fingerprinted."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave; `words` is what was searched for, "" for everything."""

    words: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was asked about a document before, each question once, newest first."""

    path: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Digest:
    """The fingerprint of an entry's document, "" when there is none."""

    number: int
    digest: str


def fingerprint(path: Path, token: CancelToken) -> str:
    """Return a file's SHA-256 in hex; "" when it cannot be read or the work was stopped."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if token.cancelled:
                    return ""
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


class History(QObject):
    """The history as the window uses it. Opens its file when it is first needed.

    Signals:
        found(object): `Found`, the answer to `search`.
        recalled(object): `Recalled`, the answer to `recall`.
        added(object): An `Entry` with its number.
        changed(): Entries were added, deleted or judged; search again to see them.
        exported(str): The file that was written.
        complained(str): A plain sentence: what could not be done.

    Args:
        path: The history file.
    """

    found = Signal(object)
    recalled = Signal(object)
    added = Signal(object)
    changed = Signal()
    exported = Signal(str)
    complained = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._lane = Tasks(threads=1, parent=self)
        self._readers = Tasks(threads=1, parent=self)
        self._store: HistoryStore | None = None
        self._keys = itertools.count()
        self._unwritten: dict[int, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Keep an entry; its document's fingerprint follows when it has been computed."""
        key = next(self._keys)
        self._unwritten[key] = entry

        def work(store: HistoryStore) -> Entry:
            stored = replace(entry, number=store.add(entry))
            del self._unwritten[key]
            return stored

        self._do(work).value.connect(self._on_added)

    def search(self, words: str = "") -> None:
        """Look for entries; answered by `found`."""
        task = self._do(lambda store: Found(words, tuple(store.search(words))))
        task.value.connect(self.found)

    def recall(self, path: str) -> None:
        """Look for what was asked about a document; answered by `recalled`.

        Nobody asked for it, so nobody is told when it fails: whatever is kept next tells.
        """

        def steps(token: CancelToken) -> Generator[Recalled, None, None]:
            yield Recalled(path, self._opened().questions_about(path, RECALLED))

        self._lane.start(steps).value.connect(self.recalled)

    def judge(self, number: int, verdict: bool | None, correction: str = "") -> None:
        """Keep what the person thinks of an answer, and what it should have been."""
        task = self._do(lambda store: store.judge(number, verdict, correction))
        task.value.connect(self._on_changed)

    def delete(self, numbers: Sequence[int]) -> None:
        """Remove entries from the file for good."""
        kept = tuple(numbers)
        self._do(lambda store: store.delete(kept)).value.connect(self._on_changed)

    def export(self, file: Path, words: str = "") -> None:
        """Write all entries found with `words` to a CSV, JSON or Markdown file."""

        def work(store: HistoryStore) -> str:
            export.write(file, store.search(words, limit=-1))
            return str(file)

        self._do(work).value.connect(self._on_exported)

    def stop(self) -> None:
        """Write what is not written yet and close the file."""
        self._readers.stop()
        self._lane.stop()
        try:
            for entry in list(self._unwritten.values()):
                self._opened().add(entry)
        except DeskError as error:
            _log.warning("The history could not be written at the end: %s", error.code)
        self._unwritten.clear()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _opened(self) -> HistoryStore:
        if self._store is None:
            self._store = HistoryStore(self._path)
            if self._store.complaint:
                self.complained.emit(self._store.complaint)
        return self._store

    def _do(self, work: Callable[[HistoryStore], object]) -> Task:
        def steps(token: CancelToken) -> Generator[object, None, None]:
            yield work(self._opened())

        task = self._lane.start(steps)
        task.ended.connect(self._on_ended)
        return task

    @Slot(object)
    def _on_ended(self, ended: Ended) -> None:
        match ended:
            case Failed(error=DeskError() as error):
                self.complained.emit(str(error))
            case Failed(error=OSError() as error):
                self.complained.emit(f"The file could not be written: {reason(error)}.")
            case Failed():
                self.complained.emit("The history could not be used; the log says more.")
            case _:
                pass

    @Slot(object)
    def _on_added(self, entry: object) -> None:
        assert isinstance(entry, Entry)
        self.added.emit(entry)
        self.changed.emit()
        path, number = Path(entry.question.page.path), entry.number

        def read(token: CancelToken) -> Generator[_Digest, None, None]:
            yield _Digest(number, fingerprint(path, token))

        # A bound method, not a closure: a closure on a child's signal that holds the last
        # reference to this object would end it in the middle of the child's own end.
        self._readers.start(read).value.connect(self._on_digest)

    @Slot(object)
    def _on_digest(self, read: _Digest) -> None:
        if read.digest:
            self._do(lambda store: store.fingerprint(read.number, read.digest))

    @Slot(object)
    def _on_changed(self, _: object) -> None:
        self.changed.emit()

    @Slot(object)
    def _on_exported(self, file: str) -> None:
        self.exported.emit(file)
