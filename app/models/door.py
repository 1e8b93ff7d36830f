"""What the main window holds of the models window: cheap to import, it loads the rest when needed.

models = ModelsDoor(window)
models.chosen.connect(...)             # ModelChoice: read with it, and keep it in the settings
models.said.connect(notice.say)
panel.models_wanted.connect(models.open)
asking.model_changed.connect(models.set_model)
asking.load_failed.connect(models.set_failed)
asking.finished.connect(lambda asked: models.note(asked.answer.timings))
...
models.shutdown()
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.task import CancelToken, Tasks
from vlm.types import ModelInfo, Timings

if TYPE_CHECKING:
    from app.ask.values import LoadFailure
    from app.models.presenter import Models
    from app.models.work import Source


class ModelsDoor(QObject):
    """Opens the models window, which then lives as long as the main one.

    Signals:
        chosen(object): `ModelChoice`, the model that the person wants to read with, or the one
            that read before a model that could not be loaded.
        server_wanted(): The person wants a server to answer instead.
        said(str): A sentence for the main window: a model arrived or failed while the models
            window was closed, or could not be loaded.

    Args:
        window: The main window; the models window lies above it.
        coming: Returns the folder of the model that will read once it is loaded, "" for none.
        source: Where models come from; None for the hub.
    """

    chosen = Signal(object)
    server_wanted = Signal()
    said = Signal(str)

    def __init__(
        self,
        window: QWidget | None = None,
        coming: Callable[[], str] = lambda: "",
        source: Source | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._coming = coming
        self._source = source
        self._model: ModelInfo | None = None
        self._last: ModelInfo | None = None
        """The last model of this computer that was loaded."""
        self._failure: LoadFailure | None = None
        self._behind: Models | None = None
        self._lane = Tasks(1, self)

    @property
    def behind(self) -> Models | None:
        """What was loaded, None before the first `open`."""
        return self._behind

    @Slot()
    def open(self) -> None:
        """Show the models window."""
        if self._behind is None:
            from app.models.presenter import Models

            self._behind = Models(self._window, self._source)
            self._behind.chosen.connect(self.chosen)
            self._behind.said.connect(self.said)
            self._behind.server_wanted.connect(self.server_wanted)
            self._behind.set_model(self._model)
        self._behind.set_failed(self._failure)
        if self._model is None and (folder := self._coming()):
            self._behind.expect(folder)
        self._behind.open()

    @Slot(object)
    def set_model(self, model: ModelInfo | None) -> None:
        """Say which model reads now; None while none does."""
        self._model = model
        if model is not None and model.folder:
            self._last = model
            if self._failure is not None and self._failure.is_of(model.folder):
                self._failure = None  # it can be loaded after all
        if self._behind is not None:
            self._behind.set_model(model)
            self._behind.set_failed(self._failure)

    @Slot(object)
    def set_failed(self, failure: LoadFailure) -> None:
        """Remember which model could not be loaded, and go back to the one that read before."""
        self._failure = failure
        if self._behind is not None:
            self._behind.set_failed(failure)
        before = self._last
        if before is not None and not failure.is_of(before.folder):
            from app.models import words
            from app.models.values import ModelChoice

            self.said.emit(words.went_back(failure, before.name))
            self.chosen.emit(ModelChoice(before.folder, before.name))

    def note(self, timings: Timings) -> None:
        """Keep how fast an answer of the model that reads now was."""
        if self._model is not None and self._model.folder:
            self._lane.start(_Noting(self._model, timings))

    def shutdown(self) -> None:
        """Pause what is being fetched and end all work; nothing is emitted after this."""
        if self._behind is not None:
            self._behind.shutdown()
        self._lane.stop()


class _Noting:
    """Work that keeps a speed; what it needs is imported on its own thread."""

    def __init__(self, model: ModelInfo, timings: Timings) -> None:
        self._model = model
        self._timings = timings

    def __call__(self, token: CancelToken) -> Generator[None, None, None]:
        from vlm.speeds import Speeds

        Speeds().note(self._model, self._timings)
        yield from ()
