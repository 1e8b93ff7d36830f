"""Runs a batch: asks document by document when nobody waits for the engine, keeps each answer."""

from __future__ import annotations

import time
from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.batch import words, work
from app.batch.recall import Chosen, past
from app.batch.seat import Seat, further
from app.batch.work import Answers, Looked, Looking, Plan
from app.coalesce import Coalescer
from app.engine_client import EngineClient
from app.task import Ended, Failed, Task, Tasks
from vlm import protocol
from vlm.batch import Cell, Table, TimeLeft, cell_of
from vlm.batch_dealing import Dealing
from vlm.errors import (
    AdapterMismatch,
    DeskError,
    EngineEnded,
    ModelIncomplete,
    ModelUnsupported,
    PasswordNeeded,
)
from vlm.protocol import AllAnswered, Answered, Cancelled, Event, Unanswered

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

    Where the model could answer on further graphics cards, an engine on each helps while the batch
    runs; a person's questions do not stop those.

    Signals:
        tabled(object): Another `Table`, or None.
        answered(int, int): A row and column of it have their answer.
        changed(): The phase, or what `state` says, is another.
        said(str): A plain sentence for the person.
        recalled(object): `Verdict`, an answer to be judged.

    Args:
        client: The engine that a person asks; it answers the batch when nobody waits for it.
    """

    tabled = Signal(object)
    answered = Signal(int, int)
    changed = Signal()
    said = Signal(str)
    recalled = Signal(object)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = Tasks(1, self)
        self._answers = Answers()
        self._looked: Looked | None = None
        self._recalled: Chosen | None = None
        self._look: Task | None = None
        self._left = TimeLeft()
        self._dealing = Dealing(Table((), ()))
        self.main = self._sit(Seat(client, 0, own=False, parent=self))
        self._seats = [self.main]
        self._step = Coalescer(self, per_second=4)
        self._step.due.connect(self.changed)
        self.phase = Phase.EMPTY
        self.doing = ""
        self.reading: dict[int, float] = {}

    def _sit(self, seat: Seat) -> Seat:
        seat.happened.connect(self._on_happened)
        seat.looked_up.connect(self._on_looked_up)
        return seat

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

    @Slot(object)
    def recall(self, chosen: Chosen) -> None:
        """Have an answer judged; the same one twice in a row is shown already."""
        if self.plan is not None and chosen != self._recalled:
            self._recalled = chosen
            plan = self.plan
            self.recalled.emit(past(chosen, plan.model, plan.splitting, plan.max_new_tokens))

    @Slot()
    def run(self) -> None:
        """Ask what is missing, and what could not be answered before."""
        if self._looked is None or self.phase is not Phase.READY:
            return
        self._looked.table.retry_problems()
        self.tabled.emit(self._looked.table)
        self._begin(self._looked)

    def unlock(self, row: int, password: str) -> None:
        """Ask a locked document again, with its password; every engine remembers it until the end.

        Args:
            row: Of the table.
            password: What the person typed.
        """
        looked = self._looked
        if looked is None:
            return
        for seat in self._seats:
            seat.client.unlock(looked.table.rows[row].path, password)
        looked.table.retry(row)
        for column in looked.table.missing(row):
            self.answered.emit(row, column)
        if self.phase is Phase.READY:
            self._begin(looked)
        else:
            self._next()

    def _begin(self, looked: Looked) -> None:
        self._dealing = Dealing(looked.table)
        for number in range(1, len(looked.plan.model.elsewhere) + 1):
            if len(tuple(looked.table.todo())) > number:
                seat = further(self.main.client, number, looked, self)
                self._seats.append(self._sit(seat))
        self._left = TimeLeft(len(self._seats))
        self._left.start(time.monotonic())
        self._set(Phase.RUNNING, "")
        self._next()

    @Slot()
    def stop(self) -> None:
        """Ask nothing more; what is answered is kept."""
        if self.phase is Phase.RUNNING:
            self._set(Phase.STOPPING, words.STOPPING)
            for seat in self._seats:
                seat.stop()
            self._rest()

    def shutdown(self) -> None:
        """End all work; nothing is emitted after this."""
        self._step.drop()
        for seat in self._seats:
            seat.happened.disconnect(self._on_happened)
            seat.looked_up.disconnect(self._on_looked_up)
            if seat.own:
                seat.client.stop()
        self._lane.stop()
        self._answers.close()

    def _rest(self) -> None:
        """Be ready again, once no engine asks anything."""
        if any(seat.job for seat in self._seats):
            return
        for seat in self._seats[1:]:
            seat.leave()
        self._seats = [self.main]
        if self.phase in (Phase.RUNNING, Phase.STOPPING):
            self._set(Phase.READY, "")

    def _set(self, phase: Phase, doing: str) -> None:
        busy = {seat.row for seat in self._seats if seat.job and seat.looked is self._looked}
        self.reading = {row: self.reading.get(row, 0.0) for row in busy}
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
        """Give every engine that has nothing else to do its next document."""
        looked = self._looked
        if self.phase is not Phase.RUNNING or looked is None:
            return
        wanted, client = looked.plan.model, self.main.client
        now = client.model
        if now is not None and (now.folder, now.adapter) != (wanted.folder, wanted.adapter):
            self.stop()
            self.said.emit(words.OTHER_MODEL)
            return
        for seat in self._seats[:]:
            if not seat.job and self._is_free(seat):
                row = self._dealing.take(seat.number)
                if row is not None:
                    seat.ask(looked, row)
        if not self._dealing.asked and next(looked.table.todo(), None) is None:
            self._rest()
            return
        waits = words.NO_MODEL if now is None or client.loading else words.YOURS_FIRST
        names = [seat.name for seat in self._seats if seat.job]
        self._set(Phase.RUNNING, words.in_hand(looked.table, names) if names else waits)

    def _is_free(self, seat: Seat) -> bool:
        """Tell whether an engine can ask now; one of the batch's own that has ended leaves."""
        client = seat.client
        if seat.own and not client.running:
            self._seats.remove(seat)
            seat.leave()
            return False
        return client.model is not None and not client.loading and client.idle

    @Slot(object, object)
    def _on_happened(self, seat: Seat, event: Event) -> None:
        match event:
            case Answered():
                self._keep(seat, seat.columns[event.index], cell_of(event.answer))
            case Unanswered():
                self._keep(seat, seat.columns[event.index], Cell(problem=event.message), event.code)
            case AllAnswered():
                self._ended(seat)
            case Cancelled():
                if len(self._seats) == 1:
                    self._left.start(time.monotonic())  # the wait is no part of the pace
                self._ended(seat)
            case protocol.Failed():
                self._on_failed(seat, event)
            case protocol.Progress():
                self._on_step(event)
            case _:
                return

    def _on_step(self, event: protocol.Progress) -> None:
        """Say what is done of a document, where there is but one in hand."""
        looked, busy = self._looked, [seat.name for seat in self._seats if seat.job]
        if self.phase is Phase.RUNNING and looked is not None and len(busy) == 1:
            self.doing = words.in_hand(looked.table, busy, event.text)
            # What is done of a document has several parts, each of which begins at nothing.
            self.reading = {row: max(now, event.fraction) for row, now in self.reading.items()}
            self._step.touch()

    def _on_failed(self, seat: Seat, event: protocol.Failed) -> None:
        gone = event.code == EngineEnded.code
        if event.code in HOPELESS or (gone and not seat.client.running):
            self._dealing.done(seat.number)
            if seat.own:
                self._seats.remove(seat)
                seat.leave()
                self._ended(seat)
            else:
                self.stop()
                self._rest()
                self.said.emit(event.message)
            return
        if not gone or self._dealing.lost(seat.number) is not None:
            self._fail(seat, event)
        self._ended(seat)

    def _fail(self, seat: Seat, event: protocol.Failed) -> None:
        """Say of all that a document has not answered why."""
        for column in seat.columns:
            if seat.looked is not None and seat.looked.table.cell(seat.row, column) is None:
                self._keep(seat, column, Cell(problem=event.message), event.code)

    def _ended(self, seat: Seat) -> None:
        """Go on, or stop when that was wanted, after the last event of a document."""
        self._dealing.done(seat.number)
        if self.phase is Phase.RUNNING:
            QTimer.singleShot(0, self, self._next)
        else:
            self._rest()

    def _keep(self, seat: Seat, column: int, cell: Cell, code: str = "") -> None:
        looked = seat.looked
        if looked is None:
            return
        looked.table.put(seat.row, column, cell)
        if code == PasswordNeeded.code:
            looked.table.lock(seat.row)
        if not cell.problem:  # what cannot be read says so at once and is no measure of the rest
            self._left.note(time.monotonic())
        row, key = looked.table.rows[seat.row], looked.table.keys[column]
        keeping = self._lane.start(work.keep(self._answers, row, looked.reader, key, cell))
        keeping.ended.connect(self._on_kept)
        if looked is self._looked:
            self.answered.emit(seat.row, column)
            self.changed.emit()

    @Slot(object)
    def _on_kept(self, end: Ended) -> None:
        if isinstance(end, Failed):
            self.stop()
            self.said.emit(_sentence(end))

    @Slot()
    def _on_looked_up(self) -> None:
        QTimer.singleShot(0, self, self._next)


def _sentence(end: Failed) -> str:
    if isinstance(end.error, DeskError):
        return str(end.error)
    return "Something went wrong inside the program; the log says more."
