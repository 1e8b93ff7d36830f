"""What the main window holds of the training window: cheap to import, the rest comes when needed.

training = TrainingDoor(examples_file, window, version_set_for)
training.said.connect(notice.say)
training.told.connect(notice.tell)
training.gate_wanted.connect(gate.open)
training.examples_wanted.connect(examples.open)
training.label_wanted.connect(label.open)
asking.model_changed.connect(training.set_model)
shelf.changed.connect(training.look_at_examples)
window.column.addWidget(training.sign)
training.find_again()
...
training.shutdown()
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.slices import Slices
from app.task import Tasks
from app.training.sign import TrainingSign
from vlm import paths
from vlm.types import ModelInfo

if TYPE_CHECKING:
    from app.training.presenter import Training


class TrainingDoor(QObject):
    """Opens the training window, which then lives as long as the main one.

    Signals:
        told(object): `Message` for the main window: a run was measured while the training window
            was closed.
        gate_wanted(object): The folder of a run whose measure the person wants to see.
        examples_wanted(): The person wants to see the examples.
        label_wanted(): The person wants to make some.
        said(str): A sentence for the main window: a run goes on, or ended without a measure, while
            the training window was closed.

    Args:
        file: The examples.
        window: The main window.
        reads: Returns which tuned version reads with the model in a folder, see `in_use.readers`.
    """

    told = Signal(object)
    gate_wanted = Signal(object)
    examples_wanted = Signal()
    label_wanted = Signal()
    said = Signal(str)

    def __init__(
        self,
        file: Path,
        window: QWidget | None = None,
        reads: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__(window)
        self._file = file
        self._reads = reads
        self._window = window
        self._model: ModelInfo | None = None
        self._behind: Training | None = None
        self._wanted = False
        self._slices: Slices | None = None
        self._lane = Tasks(1, self)
        self.sign = TrainingSign()
        self.sign.clicked.connect(self._on_sign)

    @property
    def behind(self) -> Training | None:
        """What was loaded, None before it was needed."""
        return self._behind

    @Slot()
    def open(self) -> None:
        """Show the training window: at once, or as soon as what it needs was imported."""
        if self._behind is not None:
            self._behind.open()
        elif not self._wanted:
            self._wanted = True
            self._load()

    def find_again(self) -> None:
        """Follow runs from before that still go on, and say so."""
        runs = paths.data_dir() / "runs"
        if runs.is_dir() and any(runs.iterdir()):
            self._load()

    @Slot(object)
    def set_model(self, model: ModelInfo | None) -> None:
        """Say which model reads now; None while none does."""
        self._model = model
        if self._behind is not None and model is not None:
            self._behind.setting_up.set_model(model.folder)

    @Slot()
    def look_at_examples(self) -> None:
        """Look at the examples again: there are others."""
        if self._behind is not None:
            self._behind.look_at_examples()

    def shutdown(self) -> None:
        """End all work of the window; runs go on. Nothing is emitted after this."""
        self._lane.stop()
        if self._slices is not None:
            self._slices.stop()
        if self._behind is not None:
            self._behind.shutdown()

    @Slot()
    def _on_sign(self) -> None:
        if self._behind is not None:
            self._behind.open_at_work()

    def _load(self) -> None:
        if self._slices is not None:
            return
        from app.training import warming  # not for the first frame

        self._slices = Slices(self)
        self._slices.done.connect(self._on_imported)
        task = self._lane.start(warming.pure)
        task.value.connect(self._on_pure)

    @Slot(object)
    def _on_pure(self, _: object) -> None:
        if self._slices is not None:
            from app.training import warming  # was imported for `pure`

            self._slices.start(warming.window())

    @Slot()
    def _on_imported(self) -> None:
        if self._behind is None:
            from app.training.presenter import Training

            self._behind = Training(self._file, self._window, self._reads)
            self._behind.told.connect(self.told)
            self._behind.gate_wanted.connect(self.gate_wanted)
            self._behind.examples_wanted.connect(self.examples_wanted)
            self._behind.label_wanted.connect(self.label_wanted)
            self._behind.said.connect(self.said)
            self._behind.goes_on.connect(self.sign.show_progress)
            self.set_model(self._model)
            self._behind.follow()
        if self._wanted:
            self._behind.open()
