"""The models on their way: which runs, which is paused, and what each one's row shows."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from app import figures
from app.coalesce import Coalescer
from app.models import words, work
from app.models.values import Arriving, Stage, Unfinished
from app.models.work import Source
from app.task import Ended, Failed, Finished, Stopped, Task, Tasks
from vlm.errors import DeskError
from vlm.fetch_events import Event, Fetched, Moved, Planned, Waiting
from vlm.hub import ModelName
from vlm.memory import Need

AT_ONCE = 2
"""Models that are fetched at the same time; more would only share the same line."""


class Run(QObject):
    """One model on its way, moving or at rest.

    Signals:
        changed(object): Its state, `Arriving`; redraws are bounded.
        failed(object): Its state when it stopped with a sentence.
        arrived(object): Its `ModelName`; it is whole now.
        gone(object): Its `ModelName`; it is whole, or what had arrived is deleted. The last one.
        connected(): Connections were made.
    """

    changed = Signal(object)
    failed = Signal(object)
    arrived = Signal(object)
    gone = Signal(object)
    connected = Signal()

    def __init__(self, name: ModelName, source: Source, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self.done_bytes = 0
        self._total_bytes = 0
        self._source = source
        self._tasks = tasks
        self._state = Arriving(name, Stage.ASKING, words.ASKING)
        self._task: Task | None = None
        self._unwanted = False
        self._redraw = Coalescer(self)
        self._redraw.due.connect(self._on_redraw)

    def start(self) -> None:
        """Fetch, or continue; one that runs already goes on."""
        if self._task is None:
            self._task = self._tasks.start(work.fetch(self.name, self._source))
            self._task.value.connect(self._on_event)
            self._task.ended.connect(self._on_ended)
            self._show(Stage.ASKING, words.ASKING)

    def pause(self) -> None:
        """Stop after the current step; what has arrived is kept."""
        if self._task is not None:
            self._task.cancel()
            self._show(Stage.PAUSING, words.PAUSING)

    def cancel(self) -> None:
        """Stop, and delete what has arrived."""
        self._unwanted = True
        if self._task is None:
            self._discard()
        else:
            self.pause()

    def rest(self, done: int, total: int) -> None:
        """Show what an earlier start of the program has left."""
        self.done_bytes, self._total_bytes = done, total
        self._show(Stage.PAUSED, words.paused(done, total))

    def drop(self) -> None:
        """Say nothing more."""
        self._redraw.drop()

    @Slot(object)
    def _on_event(self, event: Event | Need) -> None:
        match event:
            case Need():
                self._state = replace(self._state, need=event)
                self._redraw.touch()
            case Planned():
                self._total_bytes = event.plan.total_bytes
                self.connected.emit()
            case Moved():
                self.done_bytes, self._total_bytes = event.done_bytes, event.total_bytes
                self._show(Stage.MOVING, words.moving(event))
            case Waiting():
                self._show(Stage.MOVING, words.waiting(event))
                self.connected.emit()
            case Fetched():
                self.done_bytes = self._total_bytes

    @Slot(object)
    def _on_ended(self, end: Ended) -> None:
        self._task = None
        self.connected.emit()
        if self._unwanted and not isinstance(end, Finished):
            self._discard()
            return
        match end:
            case Finished():
                self.arrived.emit(self.name)
                self._go()
            case Stopped():
                self.rest(self.done_bytes, self._total_bytes)
            case Failed():
                self._fail(end)

    def _discard(self) -> None:
        self._task = self._tasks.start(work.discard(self.name))
        self._task.ended.connect(self._on_discarded)

    @Slot(object)
    def _on_discarded(self, end: Ended) -> None:
        self._task = None
        if isinstance(end, Failed):
            self._unwanted = False
            self._fail(end)
        else:
            self._go()

    def _fail(self, end: Failed) -> None:
        known = isinstance(end.error, DeskError)
        self._show(Stage.FAILED, figures.sentence(str(end.error)) if known else words.BUG)
        self.failed.emit(self._state)

    def _go(self) -> None:
        self._redraw.drop()
        self.gone.emit(self.name)

    def _show(self, stage: Stage, text: str) -> None:
        fraction = self.done_bytes / self._total_bytes if self._total_bytes else -1.0
        self._state = replace(self._state, stage=stage, words=text, fraction=fraction)
        self._redraw.touch()

    @Slot()
    def _on_redraw(self) -> None:
        self.changed.emit(self._state)


class Fetching(QObject):
    """Starts, pauses, continues and cancels.

    Signals:
        changed(object): `Arriving`, how far one is.
        failed(object): `Arriving` that stopped with a sentence.
        arrived(object): `ModelName` that is whole now; comes before `gone`.
        gone(object): `ModelName` that is no longer on its way: whole or discarded.
        connected(): Connections were made.
    """

    changed = Signal(object)
    failed = Signal(object)
    arrived = Signal(object)
    gone = Signal(object)
    connected = Signal()

    def __init__(self, source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._tasks = Tasks(AT_ONCE, self)
        self._runs: dict[str, Run] = {}

    @Slot(object)
    def start(self, name: ModelName) -> None:
        """Fetch a model, or continue; one that runs already goes on."""
        self._run(name).start()

    @Slot(object)
    def pause(self, name: ModelName) -> None:
        """Stop after the current step; what has arrived is kept."""
        if name.id in self._runs:
            self._runs[name.id].pause()

    def cancel(self, name: ModelName) -> None:
        """Stop, and delete what has arrived."""
        if name.id in self._runs:
            self._runs[name.id].cancel()

    def done_bytes(self, name: ModelName) -> int:
        """Return how much of a model is here."""
        return self._runs[name.id].done_bytes if name.id in self._runs else 0

    def show_unfinished(self, parts: tuple[Unfinished, ...]) -> None:
        """Show what an earlier start of the program has left, as paused."""
        for part in parts:
            if part.name.id not in self._runs and part.total_bytes:
                self._run(part.name).rest(part.done_bytes, part.total_bytes)

    def shutdown(self) -> bool:
        """Pause everything; false when a step still hangs. Nothing is emitted after this."""
        for run in self._runs.values():
            run.drop()
        return self._tasks.stop()

    def _run(self, name: ModelName) -> Run:
        run = self._runs.get(name.id)
        if run is None:
            run = self._runs[name.id] = Run(name, self._source, self._tasks, self)
            run.changed.connect(self.changed)
            run.failed.connect(self.failed)
            run.arrived.connect(self.arrived)
            run.connected.connect(self.connected)
            run.gone.connect(self._on_gone)
        return run

    @Slot(object)
    def _on_gone(self, name: ModelName) -> None:
        self._runs.pop(name.id).deleteLater()
        self.gone.emit(name)
