"""The examples as the window uses them: one lane that reads and writes, off its thread."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage

from app.examples import words as sentences
from app.examples.crops import Taken
from app.examples.naming import complete, contents_of
from app.examples.pictures import look_of, png
from app.examples.values import Changed, Exported, Listed, Refused, Thumbnail, Unhashed
from app.kept import Kept
from app.task import CancelToken, Ended, Failed, Task, Tasks, Work
from finetune.examples import ExampleStore
from finetune.exporting import export_folder, export_jsonl
from finetune.split import groups
from finetune.types import Crop, Example
from vlm.errors import DeskError
from vlm.system_refusals import reason

NAME = "examples.sqlite3"
LEFT_OVER = "examples-left-over.json"
THUMBNAIL_PX = QSize(416, 208)
"""Of a picture in the list, so that it is sharp at half of that on a screen with fine pixels."""
COMPARED = 400
"""Of so many examples the pages are compared, each with each; tuning needs ten that differ."""

_log = logging.getLogger(__name__)
_NO_FILE = "The document cannot be read any more."


class LeftOver(msgspec.Struct, frozen=True):
    """Examples whose pictures were not taken when the program ended."""

    examples: tuple[Example, ...]


class Shelf(QObject):
    """Reads and writes the examples one after the other.

    Signals:
        changed(object): `Changed`.
        refused(object): `Refused`.
        listed(object): `Listed`.
        drawn(object): `Thumbnail`.
        unhashed(object): Those of the pages asked for that are still where they were, a tuple.
        exported(object): `Exported`.
        complained(str): A plain sentence: what could not be done.
        stopping(): The last moment to hand over what has no picture yet, see `put_off`.

    Args:
        file: The file of the examples.
    """

    changed = Signal(object)
    refused = Signal(object)
    listed = Signal(object)
    drawn = Signal(object)
    unhashed = Signal(object)
    exported = Signal(object)
    complained = Signal(str)
    stopping = Signal()

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._lane = Tasks(threads=1, parent=self)
        self._keys = itertools.count()
        self._unwritten: dict[int, Callable[[ExampleStore], object]] = {}
        self._failed: set[int] = set()
        """Those of them that were tried and are not done: on a full disk, for example."""
        self._looks: dict[tuple[str, int, int], str] = {}
        """Hashes of pages in this session, by document, page and turn; only the lane's."""
        self._left: list[Example] = []
        self._left_over = Kept(file.with_name(LEFT_OVER), LeftOver)

    def keep(self, example: Example, taken: Taken) -> None:
        """Keep an example with its picture; one of the same answer is replaced.

        An empty `document` is filled in from the file, an empty `id` from what it is about.
        Ends in `changed` or `refused`.
        """
        key = taken.wanted.key

        def work(store: ExampleStore) -> Changed | Refused:
            whole = complete(example)
            if whole is None:
                return Refused(key, _NO_FILE)
            whole = self._with_look(whole, taken)
            picture = taken.encoded.picture if taken.encoded is not None else png(taken.image)
            store.add(whole, Crop(picture, taken.size, taken.words))
            return Changed("kept", key, len(store), store.document_count())

        self._write(work)

    def remove(self, ids: Sequence[str]) -> None:
        """Remove examples for good."""
        gone = tuple(ids)

        def work(store: ExampleStore) -> Changed:
            store.remove(gone)
            return Changed("edited", "", len(store), store.document_count())

        self._write(work)

    def take_back(self, asked: Example) -> None:
        """Remove the example of an answer, when there is one. `asked` says of which."""

        def work(store: ExampleStore) -> Changed | None:
            whole = complete(asked)
            name = whole.id if whole is not None else ""
            same = [one.id for one in store.all() if one.id == name or _is_of(one, asked)]
            if not same:
                return None
            store.remove(same)
            return Changed("taken back", "", len(store), store.document_count())

        self._write(work)

    def change(self, id: str, answer: str) -> None:
        """Correct the answer of an example; other spellings of the old one go with it."""

        def work(store: ExampleStore) -> Changed:
            with contextlib.suppress(KeyError):  # removed since
                store.change(id, store.get(id).question, (answer,))
            return Changed("edited", "", len(store), store.document_count())

        self._write(work)

    def find_unhashed(self, pages: Sequence[Unhashed]) -> None:
        """Look which documents are where they were; answered by `unhashed`."""
        asked = tuple(pages)

        def work(_: ExampleStore) -> tuple[Unhashed, ...]:
            named = {one.page.path for one in asked}
            there = {path: contents_of(path) for path in named}
            return tuple(one for one in asked if there[one.page.path] == one.document)

        self._do(work)

    def put_look(self, page: Unhashed, look: QImage) -> None:
        """Keep the hash of a page with its examples that have none."""

        def work(store: ExampleStore) -> None:
            store.set_page_hash(page.document, page.page, look_of(look))

        self._write(work)

    def list(self) -> None:
        """Read all examples, once what could not be written has been tried again.

        Answered by `listed`.
        """
        self._try_again()

        def work(store: ExampleStore) -> Listed:
            found = tuple(store.all())[::-1]
            documents = len({example.document for example in found})
            return Listed(found, documents, len(set(groups(found[:COMPARED]).values())))

        self._do(work)

    def draw(self, id: str) -> None:
        """Read the picture of an example in small; answered by `drawn` if it is still there."""

        def work(store: ExampleStore) -> Thumbnail | None:
            try:
                image = QImage.fromData(store.crop(id).picture)
            except KeyError:
                return None  # removed since
            smooth = Qt.TransformationMode.SmoothTransformation
            return Thumbnail(
                id, image.scaled(THUMBNAIL_PX, Qt.AspectRatioMode.KeepAspectRatio, smooth)
            )

        self._do(work)

    def export(self, file: Path, ids: Sequence[str]) -> None:
        """Write examples as JSONL, with a folder of pictures beside it."""
        chosen = tuple(ids)

        def work(store: ExampleStore) -> Exported:
            return Exported(export_jsonl(store, [store.get(id) for id in chosen], file), file)

        self._do(work)

    def export_folder(self, parent: Path, ids: Sequence[str]) -> None:
        """Write examples to a new folder in another, as the `datasets` library loads them."""
        chosen = tuple(ids)

        def work(store: ExampleStore) -> Exported:
            names = (f"examples-{n}" if n > 1 else "examples" for n in itertools.count(1))
            target = next(parent / name for name in names if not (parent / name).exists())
            rows = [store.get(id) for id in chosen]
            return Exported(export_folder(store, rows, target), target)

        self._do(work)

    def put_off(self, example: Example) -> None:
        """Keep an example without its picture until the next start, which takes it."""
        self._left.append(example)

    def take_left_over(self) -> tuple[Example, ...]:
        """Return what was put off when the program ended last, once."""
        left = self._left_over.load()
        if left is None:
            return ()
        self._keep_left_over(None)
        return left.examples

    def _keep_left_over(self, left: LeftOver | None) -> None:
        try:
            self._left_over.save(left)
        except OSError as error:
            _log.warning("What was left over could not be kept: %s", error.strerror)

    def stop(self) -> None:
        """Write what is not written yet."""
        self.stopping.emit()
        if self._left:
            self._keep_left_over(LeftOver(tuple(self._left)))
        self._lane.stop()
        left, self._unwritten = list(self._unwritten.values()), {}
        for work in left:
            try:
                self._with_store(work)
            except (DeskError, OSError) as error:  # the next may be smaller, or be about another
                code = error.code if isinstance(error, DeskError) else error.strerror
                _log.warning("An example could not be written at the end: %s", code)

    def _with_look(self, example: Example, taken: Taken) -> Example:
        """Fill in the page's hash, once for all examples of a page."""
        place = (example.document, example.page.page, example.page.rotation)
        if not example.page_hash and place not in self._looks and taken.look is not None:
            made = taken.encoded
            self._looks[place] = made.look if made is not None else look_of(taken.look)
        known = example.page_hash or self._looks.get(place, "")
        return msgspec.structs.replace(example, page_hash=known)

    def run(self, work: Callable[[ExampleStore], object]) -> Task:
        """Read something else, after all that was asked before; the task's value is what it gave.

        What goes wrong is said by `complained`.
        """
        return self._do(work)

    def _write(self, work: Callable[[ExampleStore], object]) -> None:
        """Do work that must be done even when the program ends before its turn."""
        key = next(self._keys)
        self._unwritten[key] = work
        self._try_again()
        self._try(key, work)

    def _try(self, key: int, work: Callable[[ExampleStore], object]) -> None:
        def steps(token: CancelToken) -> Generator[object, None, None]:
            if key in self._unwritten:  # else a try before has done it
                self._failed.add(key)  # until it is done
                done = self._with_store(work)
                self._unwritten.pop(key, None)
                self._failed.discard(key)
                yield done

        self._start(steps)

    def _try_again(self) -> None:
        """Write what failed before, in its order: there may be room by now."""
        for key in sorted(self._failed):
            if (work := self._unwritten.get(key)) is not None:
                self._try(key, work)

    def _with_store(self, work: Callable[[ExampleStore], object]) -> object:
        # Opened each time: SQLite binds a file to the thread that opened it, and threads of a
        # pool come and go.
        with ExampleStore(self._file) as store:
            return work(store)

    def _do(self, work: Callable[[ExampleStore], object]) -> Task:
        def steps(token: CancelToken) -> Generator[object, None, None]:
            yield self._with_store(work)

        return self._start(steps)

    def _start(self, steps: Work) -> Task:
        task = self._lane.start(steps)
        task.value.connect(self._on_done)
        task.ended.connect(self._on_ended)
        return task

    @Slot(object)
    def _on_done(self, done: object) -> None:
        match done:
            case Changed():
                self.changed.emit(done)
            case Refused():
                self.refused.emit(done)
            case Listed():
                self.listed.emit(done)
            case Thumbnail():
                self.drawn.emit(done)
            case tuple():
                self.unhashed.emit(done)
            case Exported():
                self.exported.emit(done)
            case _:
                pass

    @Slot(object)
    def _on_ended(self, ended: Ended) -> None:
        match ended:
            case Failed(error=DeskError() as error):
                self.complained.emit(str(error))
            case Failed(error=OSError() as error):
                self.complained.emit(f"The file could not be written: {reason(error)}.")
            case Failed():
                self.complained.emit(sentences.UNUSABLE)
            case _:
                pass


def _is_of(kept: Example, asked: Example) -> bool:
    """Tell whether an example was made from this answer, though its file may be another now."""
    return (
        kept.kind in ("right", "correction")
        and (kept.page, kept.box) == (asked.page, asked.box)
        and (kept.question, kept.said) == (asked.question, asked.said)
    )
