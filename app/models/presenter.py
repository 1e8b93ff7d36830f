"""Between the models window and this computer: looks, fetches, removes, hands the choice on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs, figures
from app.ask.values import LoadFailure
from app.coalesce import Coalescer
from app.dialogs import Prompt
from app.models import words, work
from app.models.dialog import ModelsDialog
from app.models.fetching import Fetching
from app.models.values import Arriving, Entry, Listing, ModelChoice, same_folder
from app.models.work import Source
from app.task import Ended, Failed, Tasks, Work
from vlm import hub
from vlm.catalogue import Place
from vlm.errors import DeskError, ModelUnknown
from vlm.hub import ModelName
from vlm.types import ModelInfo

_DELETE, _KEEP, _TAKE_OFF = "Delete the files", "Keep", "Only take it off the list"


class Models(QObject):
    """The models window with everything behind it; lives as long as the main window.

    What is being fetched goes on while the window is closed.

    Signals:
        chosen(object): `ModelChoice`, the model that the person wants to read with.
        server_wanted(): The person wants a server to answer instead; the window has closed.
        said(str): A sentence for the main window: a model arrived or failed while this window
            was closed.

    Args:
        parent: The main window; the models window lies above it.
        source: Where models come from.
    """

    chosen = Signal(object)
    server_wanted = Signal()
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None, source: Source | None = None) -> None:
        super().__init__(parent)
        self.dialog = ModelsDialog(parent)
        self.fetching = Fetching(source or Source(), self)
        self._lane = Tasks(1, self)
        self._in_use = ""
        self._looking = False
        self._look_again = False
        self._log = Coalescer(self, per_second=2)
        self._connect()

    def _connect(self) -> None:
        dialog, fetching, shown = self.dialog, self.fetching, self.dialog.list
        dialog.shown.connect(self.look)
        dialog.connections_shown.connect(self._read_log)
        dialog.add_pressed.connect(self._on_add)
        dialog.server_pressed.connect(self._on_server)
        dialog.get_bar.wanted.connect(self._on_wanted)
        shown.use_pressed.connect(self._on_use)
        shown.remove_pressed.connect(self._on_remove)
        shown.pause_pressed.connect(fetching.pause)
        shown.resume_pressed.connect(fetching.start)
        shown.cancel_pressed.connect(self._on_cancel)
        fetching.changed.connect(shown.show_arriving)
        fetching.gone.connect(shown.drop_arriving)
        fetching.arrived.connect(self._on_arrived)
        fetching.failed.connect(self._on_failed)
        fetching.connected.connect(self._log.touch)
        self._log.due.connect(self._on_connected)

    @Slot()
    def open(self) -> None:
        """Show the window, and look anew at what is on this computer."""
        self.dialog.show()
        self.dialog.activateWindow()

    def set_model(self, model: ModelInfo | None) -> None:
        """Say which model reads now; None while none does."""
        if model is not None:
            self._set_in_use(model.folder)  # a server's is ""

    def set_failed(self, failure: LoadFailure | None) -> None:
        """Say which model could not be loaded, None for none."""
        self.dialog.list.show_failed(failure)

    def expect(self, folder: str) -> None:
        """Say in which folder the model is that is being loaded."""
        self._set_in_use(folder)

    def shutdown(self) -> None:
        """Pause what is being fetched and end all work; nothing is emitted after this."""
        self._log.drop()
        self.fetching.shutdown()
        self._lane.stop()

    @Slot()
    def look(self) -> None:
        """Look what is on this computer; once more when something changes meanwhile."""
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        task = self._lane.start(work.look())
        task.value.connect(self._on_listing)
        task.ended.connect(self._on_looked)

    def _set_in_use(self, folder: str) -> None:
        self._in_use = folder
        self.dialog.list.show_in_use(folder)

    @Slot(object)
    def _on_listing(self, listing: Listing) -> None:
        self.dialog.list.show_listing(listing)
        self.fetching.show_unfinished(listing.unfinished)

    @Slot(object)
    def _on_looked(self, end: Ended) -> None:
        self._looking = False
        if isinstance(end, Failed):
            self.dialog.list.message.setText(_sentence(end))
            self.dialog.list.message.show()
        if self._look_again:
            self._look_again = False
            self.look()

    @Slot(object)
    def _on_arrived(self, name: ModelName) -> None:
        self.look()
        if not self.dialog.isVisible():
            self.said.emit(f"{name.id} is here now. Choose it in Models.")

    @Slot(object)
    def _on_failed(self, state: Arriving) -> None:
        if not self.dialog.isVisible():
            self.said.emit(f"{state.name.id} could not be fetched. {state.words}")

    @Slot(str)
    def _on_wanted(self, typed: str) -> None:
        try:
            name = hub.parse(typed)
        except ModelUnknown as error:
            self.dialog.get_bar.say(str(error))
            return
        self.dialog.get_bar.clear()
        self.fetching.start(name)
        self.dialog.list.verticalScrollBar().setValue(0)

    @Slot(object)
    def _on_use(self, entry: Entry) -> None:
        folder = str(entry.model.folder)
        self._set_in_use(folder)
        self.dialog.accept()
        self.chosen.emit(ModelChoice(folder, entry.model.name))

    @Slot(object)
    def _on_cancel(self, name: ModelName) -> None:
        done = self.fetching.done_bytes(name)
        text = f"{figures.size(done)} of {name.id} have arrived. Cancelling deletes them."
        if not done or self._agreed("Cancel and delete?", text, "Cancel and delete", _KEEP):
            self.fetching.cancel(name)

    @Slot(object)
    def _on_remove(self, entry: Entry) -> None:
        model = entry.model
        if self._in_use and same_folder(model.folder, self._in_use):
            text = f"{model.name} is in use. Choose another model first, then remove it."
            self._tell("In use", text)
            return
        text = f"{model.name} takes {figures.size(model.disk_bytes)} in {model.folder}."
        choices = [_DELETE, _KEEP]
        if model.place is Place.CACHE:
            text += " Other programs on this computer may use it as well."
        if model.place is Place.ADDED:
            choices = [_TAKE_OFF, _DELETE, _KEEP]
        prompt = Prompt("Remove this model?", text, tuple(choices), for_good=True)
        reply = dialogs.ask(self.dialog, prompt)
        if reply is not None and reply.choice == _DELETE:
            self._change(work.delete(model))
        if reply is not None and reply.choice == _TAKE_OFF:
            self._change(work.take_off(model.folder))

    @Slot()
    def _on_server(self) -> None:
        self.dialog.accept()
        self.server_wanted.emit()

    @Slot()
    def _on_add(self) -> None:
        folder = dialogs.choose_folder(self.dialog, "A folder with models", str(Path.home()))
        if folder:
            self._change(work.add(Path(folder)))

    def _change(self, change: Work) -> None:
        """Do something to what is on this computer, then look anew."""
        task = self._lane.start(change)
        task.ended.connect(self._on_changed)

    @Slot(object)
    def _on_changed(self, end: Ended) -> None:
        if isinstance(end, Failed):
            self._tell("That did not work", _sentence(end))
        self.look()

    @Slot()
    def _on_connected(self) -> None:
        if self.dialog.on_connections:
            self._read_log()

    @Slot()
    def _read_log(self) -> None:
        task = self._lane.start(work.connections())
        task.value.connect(self.dialog.connections.show_rows)

    def _agreed(self, title: str, text: str, yes: str, no: str) -> bool:
        reply = dialogs.ask(self.dialog, Prompt(title, text, (yes, no)))
        return reply is not None and reply.choice == yes

    def _tell(self, title: str, text: str) -> None:
        dialogs.ask(self.dialog, Prompt(title, text))


def _sentence(end: Failed) -> str:
    return figures.sentence(str(end.error)) if isinstance(end.error, DeskError) else words.BUG
