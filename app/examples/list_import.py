"""Takes a list of questions and answers that somebody made elsewhere in among the examples."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.examples.naming import name_of
from app.examples.shelf import Shelf
from app.examples.values import Changed, Refused
from app.history.keeper import fingerprint
from app.task import CancelToken, Ended, Failed, Task, Tasks
from finetune import importing
from finetune.examples import ExampleStore, new_id
from finetune.types import Example, Row, RowProblem
from vlm.errors import DeskError

AT_ONCE = 2
"""Rows under way: with the next one known, its document stays open between the two."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come; `rows` is 0 while the list is being read."""

    done: int
    rows: int


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a list. `failure` is why it could not be read at all, else ""."""

    added: int = 0
    known: int = 0
    problems: tuple[RowProblem, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rows whose pictures are to be taken, and what is settled already."""

    rows: tuple[tuple[int, Example], ...]
    known: int
    problems: tuple[RowProblem, ...]


class ListImport(QObject):
    """One import at a time, row by row; what a person keeps meanwhile goes between the rows.

    Signals:
        progressed(object): `Progress`.
        ended(object): `Report`, once for every start.

    Args:
        shelf: Where the examples go.
        taker: Takes their pictures.
        file: The file of the examples, read to see which are there.
    """

    progressed = Signal(object)
    ended = Signal(object)

    def __init__(
        self, shelf: Shelf, taker: CropTaker, file: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._taker = taker
        self._file = file
        self._lane = Tasks(threads=1, parent=self)
        self._task: Task | None = None
        self._report: Report | None = None
        self._rows: deque[tuple[int, Example]] = deque()
        self._total = 0
        self._under: dict[str, tuple[int, Example]] = {}
        taker.ended.connect(self._on_taken)
        shelf.changed.connect(self._on_changed)
        shelf.refused.connect(self._on_refused)
        shelf.complained.connect(self._on_complained)

    @property
    def running(self) -> bool:
        """Whether a list is being imported."""
        return self._report is not None

    def start(self, source: Path) -> None:
        """Import a list, or the one list in a folder."""
        if self.running:
            return
        self._report = Report()
        self.progressed.emit(Progress(0, 0))
        file = self._file

        def steps(token: CancelToken) -> Generator[_Plan, None, None]:
            yield _plan(source, file, token)

        self._task = self._lane.start(steps)
        self._task.value.connect(self._on_plan)
        self._task.ended.connect(self._on_read)

    def shutdown(self) -> None:
        """Stop, and wait until nothing runs any more."""
        self.stop()
        self._lane.stop()

    def stop(self) -> None:
        """Take no more rows; the report says what came of those before."""
        if self._task is not None:
            self._task.abandon()
        self._rows.clear()
        for key in self._under:
            self._taker.forget(key)
        self._under.clear()
        self._finish()

    @Slot(object)
    def _on_plan(self, plan: _Plan) -> None:
        self._report = Report(known=plan.known, problems=plan.problems)
        self._rows.extend(plan.rows)
        self._total = len(plan.rows)
        self._feed()

    @Slot(object)
    def _on_read(self, ended: Ended) -> None:
        match ended:
            case Failed(error=DeskError() as error):
                self._report = Report(failure=str(error))
                self._finish()
            case Failed():
                self._report = Report(failure="The list could not be read; the log says more.")
                self._finish()
            case _:
                pass

    def _feed(self) -> None:
        """Have the pictures of the next rows taken; end when there are no more."""
        while self._rows and len(self._under) < AT_ONCE:
            key = uuid.uuid4().hex
            self._under[key] = self._rows.popleft()
            example = self._under[key][1]
            self._taker.take(Wanted(key, example.page, example.box))
        if self._under:
            left = len(self._rows) + len(self._under)
            self.progressed.emit(Progress(self._total - left, self._total))
        else:
            self._finish()

    def _finish(self) -> None:
        report, self._report = self._report, None
        if report is not None:
            problems = tuple(sorted(report.problems, key=lambda problem: problem.line))
            self.ended.emit(replace(report, problems=problems))

    def _settle(self, key: str, sentence: str) -> None:
        """Note what became of a row: taken with "", else left out because of the sentence."""
        if self._report is None or key not in self._under:
            return
        line, _ = self._under.pop(key)
        if sentence:
            problems = (*self._report.problems, RowProblem(line, sentence))
            self._report = replace(self._report, problems=problems)
        else:
            self._report = replace(self._report, added=self._report.added + 1)
        self._feed()

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        key = end.wanted.key
        if key not in self._under:
            return
        if isinstance(end, Taken):
            self._shelf.keep(self._under[key][1], end)
        else:
            self._settle(key, end.sentence)

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        self._settle(changed.key, "")

    @Slot(object)
    def _on_refused(self, refused: Refused) -> None:
        self._settle(refused.key, refused.sentence)

    @Slot(str)
    def _on_complained(self, sentence: str) -> None:
        if self._report is not None:
            self._report = replace(self._report, failure=sentence)
            self.stop()


def _plan(source: Path, file: Path, token: CancelToken) -> _Plan:
    """Read a list and set aside what is wrong, what is there already and what is new.

    Raises:
        DeskError: When the list or the examples cannot be read.
    """
    hashes: dict[str, str] = {}
    rows: dict[str, tuple[int, Example]] = {}
    problems: list[RowProblem] = []
    with ExampleStore(file) as store:
        there = {example.id: example for example in store.all()}
    contents = {_content(example) for example in there.values()}
    known = 0
    for row in importing.read(source):
        if token.cancelled:
            break
        if isinstance(row, RowProblem):
            problems.append(row)
            continue
        path = row.page.path
        if not row.document and path not in hashes:
            hashes[path] = fingerprint(Path(path), token)
        document = row.document or hashes[path]
        if not document:
            problems.append(RowProblem(row.line, "The document cannot be read."))
            continue
        example = _example(row, document)
        old = there.get(example.id)
        same = old is not None and (old.question, old.answers) == (row.question, row.answers)
        if same or _content(example) in contents:
            known += 1
            continue
        contents.add(_content(example))
        if old is not None or example.id in rows:
            # Another answer to what was asked before: both are kept for the person to choose.
            example = msgspec.structs.replace(example, id=new_id())
        rows[example.id] = (row.line, example)
    return _Plan(tuple(rows.values()), known, tuple(problems))


def _content(example: Example) -> tuple[object, ...]:
    """Return what makes two rows say the same of the same place."""
    place = (example.document, example.page.page, example.page.rotation, example.box)
    return *place, example.question, example.answers


def _example(row: Row, document: str) -> Example:
    example = Example(
        id=row.id,
        document=document,
        page=row.page,
        question=row.question,
        answers=row.answers,
        kind=row.kind,
        made_at=time.time(),
        box=row.box,
        page_hash=row.page_hash,
    )
    return example if row.id else msgspec.structs.replace(example, id=name_of(example))
