"""Runs a batch: asks document by document when nobody waits for the engine, keeps each answer."""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.batch import words, work
from app.batch.work import Answers, Looked, Looking, Plan
from app.engine_client import EngineClient
from app.task import Ended, Failed, Task, Tasks
from vlm import protocol
from vlm.batch import Cell, Table, TimeLeft, cell_of
from vlm.errors import AdapterMismatch, DeskError, ModelIncomplete, ModelUnsupported
from vlm.protocol import AllAnswered, Answered, Cancelled, Event, Progress, Unanswered

HOPELESS = (ModelIncomplete.code, ModelUnsupported.code, AdapterMismatch.code)
"""Codes after which no other document would fare better."""


class Phase(Enum):
    """What a batch does."""

    EMPTY = "empty"
    LOOKING = "looking"
    READY = "ready"
    RUNNING = "running"
    STOPPING = "stopping"


class BatchRunner(QObject):
    """One batch. What a person asks goes first: the document on its way is asked again later.

    Signals:
        tabled(object): Another `Table`, or None.
        answered(int, int): A row and column of it have their answer.
        changed(): The phase, or what `state` says, is another.
        said(str): A plain sentence for the person.

    Args:
        client: The one engine, shared with the asking panel.
    """

    tabled = Signal(object)
    answered = Signal(int, int)
    changed = Signal()
    said = Signal(str)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._lane = Tasks(1, self)
        self._answers = Answers()
        self._looked: Looked | None = None
        self._look: Task | None = None
        self._left = TimeLeft()
        self._job = 0
        self._asked: Looked | None = None
        self._row = 0
        self._columns: tuple[int, ...] = ()
        self.phase = Phase.EMPTY
        self.doing = ""
        client.aside.connect(self._on_aside)
        client.reported.connect(self._on_reported)

    @property
    def table(self) -> Table | None:
        """What is asked and answered."""
        return self._looked.table if self._looked is not None else None

    @property
    def plan(self) -> Plan | None:
        """What the table was made for."""
        return self._looked.plan if self._looked is not None else None

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest will take, None while unknown or not running."""
        if self.table is None or self.phase is not Phase.RUNNING:
            return None
        return self._left.seconds(self.table.total - self.table.done)

    def look(self, plan: Plan) -> None:
        """Look at documents and at what they have answered already; a running batch stops."""
        self.stop()
        if self._look is not None:
            self._look.abandon()
        self._set(Phase.LOOKING, "")
        self._look = self._lane.start(work.look(self._answers, plan))
        self._look.value.connect(self._on_looked)
        self._look.ended.connect(self._on_look_ended)

    @Slot()
    def run(self) -> None:
        """Ask what is missing, and what could not be answered before."""
        if self.table is None or self.phase is not Phase.READY:
            return
        self.table.retry_problems()
        self.tabled.emit(self.table)
        self._left.start(time.monotonic())
        self._set(Phase.RUNNING, "")
        self._next()

    @Slot()
    def stop(self) -> None:
        """Ask nothing more; what is answered is kept."""
        if self.phase is Phase.RUNNING and self._job:
            self._set(Phase.STOPPING, words.STOPPING)
            self._client.cancel(self._job)
        elif self.phase is Phase.RUNNING:
            self._set(Phase.READY, "")

    def shutdown(self) -> None:
        """End all work; nothing is emitted after this."""
        self._client.aside.disconnect(self._on_aside)
        self._client.reported.disconnect(self._on_reported)
        self._lane.stop()
        self._answers.close()

    def _set(self, phase: Phase, doing: str) -> None:
        self.phase, self.doing = phase, doing
        self.changed.emit()

    @Slot(object)
    def _on_looked(self, value: Looking | Looked) -> None:
        if isinstance(value, Looking):
            self._set(Phase.LOOKING, words.looking(value.done, value.total))
            return
        self._looked = value
        self.tabled.emit(value.table)

    @Slot(object)
    def _on_look_ended(self, end: Ended) -> None:
        self._look = None
        if isinstance(end, Failed):
            self._looked = None
            self.tabled.emit(None)
            self.said.emit(_sentence(end))
        self._set(Phase.EMPTY if self._looked is None else Phase.READY, "")

    @Slot()
    def _next(self) -> None:
        """Ask the next document, when the engine has nothing else to do."""
        looked, client = self._looked, self._client
        if self.phase is not Phase.RUNNING or self._job or looked is None:
            return
        if client.model is None or client.loading:
            self._set(Phase.RUNNING, words.NO_MODEL)
            return
        if not client.idle:
            self._set(Phase.RUNNING, words.YOURS_FIRST)
            return
        wanted = looked.plan.model
        if (client.model.folder, client.model.adapter) != (wanted.folder, wanted.adapter):
            self._set(Phase.READY, "")
            self.said.emit(words.OTHER_MODEL)
            return
        row = next(looked.table.todo(), None)
        if row is None:
            self._set(Phase.READY, "")
            return
        self._asked, self._row, self._columns = looked, row, looked.table.missing(row)
        questions = tuple(looked.table.question(row, column) for column in self._columns)
        self._job = client.ask_aside(questions)
        self._set(Phase.RUNNING, "")

    @Slot(object)
    def _on_aside(self, event: Event) -> None:
        if isinstance(event, protocol.Hello) or event.job != self._job:
            return
        match event:
            case Answered():
                self._keep(self._columns[event.index], cell_of(event.answer))
            case Unanswered():
                self._keep(self._columns[event.index], Cell(problem=event.message))
            case Progress():
                if self.phase is Phase.RUNNING:
                    self._set(Phase.RUNNING, f"{self._name()}: {event.text}")
            case AllAnswered():
                self._ended()
            case Cancelled():
                self._left.start(time.monotonic())  # the wait is no part of the pace
                self._ended()
            case protocol.Failed():
                self._on_failed(event)
            case _:
                return

    def _name(self) -> str:
        """Name the document that is being asked."""
        return Path(self._asked.table.rows[self._row].path).name if self._asked else ""

    def _on_failed(self, event: protocol.Failed) -> None:
        if event.code in HOPELESS or not self._client.running:
            self._job = 0
            self._set(Phase.READY, "")
            self.said.emit(event.message)
            return
        for column in self._columns:
            if self._asked is not None and self._asked.table.cell(self._row, column) is None:
                self._keep(column, Cell(problem=event.message))
        self._ended()

    def _ended(self) -> None:
        """Go on, or stop when that was wanted, after the last event of a document."""
        self._job = 0
        if self.phase is Phase.STOPPING:
            self._set(Phase.READY, "")
        else:
            QTimer.singleShot(0, self, self._next)

    def _keep(self, column: int, cell: Cell) -> None:
        looked = self._asked
        if looked is None:
            return
        looked.table.put(self._row, column, cell)
        self._left.note(time.monotonic())
        row, key = looked.table.rows[self._row], looked.table.keys[column]
        keeping = self._lane.start(work.keep(self._answers, row, looked.reader, key, cell))
        keeping.ended.connect(self._on_kept)
        if looked is self._looked:
            self.answered.emit(self._row, column)
            self.changed.emit()

    @Slot(object)
    def _on_kept(self, end: Ended) -> None:
        if isinstance(end, Failed):
            self.stop()
            self.said.emit(_sentence(end))

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        if isinstance(event, protocol.LAST_EVENTS):
            QTimer.singleShot(0, self, self._next)


def _sentence(end: Failed) -> str:
    if isinstance(end.error, DeskError):
        return str(end.error)
    return "Something went wrong inside the program; the log says more."
