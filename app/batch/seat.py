"""One engine of a batch and the document it is asking. Knows no table's order and no store."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.batch.work import Looked
from app.engine_client import EngineClient
from vlm import protocol
from vlm.protocol import Event
from vlm.types import Precision


class Seat(QObject):
    """Asks one document at a time.

    Signals:
        happened(object, object): This seat, and an event of the document it asks.
        looked_up(): The engine has ended a job of somebody's, so that it may be free now.

    Args:
        client: The engine.
        number: Names the seat among those of a batch.
        own: Whether the engine is the batch's alone, and not the one a person asks.
    """

    happened = Signal(object, object)
    looked_up = Signal()

    def __init__(
        self, client: EngineClient, number: int, own: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.client = client
        self.number = number
        self.own = own
        self.job = 0
        self.looked: Looked | None = None
        self.row = 0
        self.columns: tuple[int, ...] = ()
        client.aside.connect(self._on_aside)
        client.reported.connect(self._on_reported)

    @property
    def name(self) -> str:
        """The name of the document that is asked."""
        return Path(self.looked.table.rows[self.row].path).name if self.looked else ""

    def ask(self, looked: Looked, row: int) -> None:
        """Ask what a document has not answered."""
        self.looked, self.row = looked, row
        self.columns = looked.table.missing(row)
        questions = tuple(looked.table.question(row, column) for column in self.columns)
        self.job = self.client.ask_aside(questions)

    def stop(self) -> None:
        """Let the document be; its last event still comes."""
        if self.job:
            self.client.cancel(self.job)

    def leave(self) -> None:
        """Give the seat up. An engine of its own ends without making anybody wait."""
        self.client.aside.disconnect(self._on_aside)
        self.client.reported.disconnect(self._on_reported)
        self.job = 0
        if self.own:
            self.client.retire()
        self.deleteLater()

    @Slot(object)
    def _on_aside(self, event: Event) -> None:
        if isinstance(event, protocol.Hello) or event.job != self.job:
            return
        if isinstance(event, protocol.LAST_EVENTS):
            self.job = 0
        self.happened.emit(self, event)

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        if isinstance(event, protocol.LAST_EVENTS):
            self.looked_up.emit()


def further(main: EngineClient, number: int, looked: Looked, parent: QObject) -> Seat:
    """Start another engine with the same model on a graphics card of its own.

    Args:
        main: The engine that a person asks.
        number: From 1; which of the other places of the model.
        looked: The batch.
        parent: Owns the seat.
    """
    model = looked.plan.model
    precision: Precision = looked.plan.precision
    card = {"CUDA_VISIBLE_DEVICES": model.elsewhere[number - 1]}
    client = EngineClient(main.command, parent, environment=card)
    for path, password in main.passwords.items():
        client.unlock(path, password)
    client.load(model.folder, model.adapter, model.device, precision)
    return Seat(client, number, own=True, parent=parent)
