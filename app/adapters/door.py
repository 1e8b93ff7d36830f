"""What the main window holds of the tuned versions: which one reads, and the way to the others.

It decides with which version a model is loaded, keeps that in the settings, and goes back to the
model as it came when a version cannot be used. The window itself is loaded when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from app.adapters import words
from app.adapters.values import Listing, Tuned, Wearing
from app.desk import Reading
from app.settings import Settings
from app.task import Tasks
from finetune.types import BY_PAGE
from vlm import models
from vlm.types import ModelInfo, PageRef, Precision, Server

if TYPE_CHECKING:
    from app.adapters.chooser import PageChoice
    from app.adapters.presenter import Versions
    from app.ask.panel import AskPanel
    from app.ask.presenter import AskPresenter
    from app.examples.crops import CropTaker
    from finetune.choice import Choice

OVERRIDES = 200
"""Documents for which the person's own choice is remembered."""


class VersionsDoor(QObject):
    """Stands between the settings, the engine and the versions on this computer.

    Signals:
        settings_wanted(object): `Settings` as the person wants them now.
        models_wanted(): The person wants the models window.
        said(str): A plain sentence for the person.
        refused(str): Why a version reads no more, for example after its model was replaced.

    Args:
        window: The main window.
        settings: Returns the settings of now.
        asking: Loads models.
        panel: Shows which version reads.
        taker: Draws pages to be looked at.
    """

    settings_wanted = Signal(object)
    models_wanted = Signal()
    said = Signal(str)
    refused = Signal(str)

    def __init__(
        self,
        window: QWidget,
        settings: Callable[[], Settings],
        asking: AskPresenter,
        panel: AskPanel,
        taker: CropTaker,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._asking = asking
        self._panel = panel
        self._head = panel.head
        self._taker = taker
        self._lane = Tasks(1, self)
        self._behind: Versions | None = None
        self._chooser: PageChoice | None = None
        self._listing = Listing()
        self._wearing = Wearing()
        self._page: PageRef | None = None
        self._picked: str | None = None
        self._loaded: tuple[str, str | None, str, Precision, bool] | None = None
        self._parked: tuple[str, str | None, str, Precision, bool] | None = None
        self._before: tuple[str, str] | None = None
        """A model and the version set for it when what was tuned took their place."""
        self._looked_at = ""
        self.overrides: dict[str, str] = {}
        panel.head.set_menu(self.menu)
        panel.head.small_pressed.connect(self.use_small)
        panel.note_hushed.connect(self._on_hushed)
        asking.model_changed.connect(self._on_model)
        asking.adapter_refused.connect(self._on_refused)
        asking.server_changed.connect(self._on_server)

    @property
    def behind(self) -> Versions | None:
        """What was loaded, None before the first `open`."""
        return self._behind

    @property
    def listing(self) -> Listing:
        """The versions there are, as far as it has looked."""
        return self._listing

    @property
    def folder(self) -> str:
        """The folder of the model that was chosen, loaded or not; "" while a server answers."""
        return self._folder

    @property
    def wearing(self) -> Wearing:
        """Which version reads, and who decided so."""
        return self._wearing

    def set_for(self, folder: str) -> str:
        """Return which version reads with the model in a folder: a name, `BY_PAGE`, "" for none."""
        own, known = Path(folder).resolve(), self._settings().adapters
        return next((name for key, name in known.items() if Path(key).resolve() == own), "")

    @Slot()
    def open(self) -> None:
        """Show the window of the versions."""
        if self._behind is None:
            from app.adapters.presenter import Versions

            behind = self._behind = Versions(self._window, self._lane)
            behind.changed.connect(self.look)
            behind.use_wanted.connect(self.use)
            behind.by_page_wanted.connect(self.set_by_page)
            behind.renamed.connect(self._on_renamed)
            behind.removed.connect(self._on_removed)
            self._show()
        self._behind.open()

    def load(self, settings: Settings) -> None:
        """Read with the model of the settings and the version that is set for it."""
        shipped = models.default_folder()
        folder = settings.model_folder or (str(shipped) if shipped is not None else "")
        setting = settings.adapters.get(folder, "")
        self._head.set_small(shipped is not None and folder != str(shipped))
        self._panel.set_hushed(settings.hushed)
        if folder != self._folder:
            self._picked = None
        adapter = self._picked if setting == BY_PAGE else setting
        precision: Precision = settings.exactness.value
        how = (settings.device.value, precision, settings.keep_history)
        wanted = (folder, adapter or None, *how)
        if wanted == self._parked:
            return  # a server answers, and nothing was chosen instead
        if wanted != self._loaded:
            self._loaded = wanted
            self._asking.load_model(folder or None, adapter or None, *how)
        self._decide()

    def unpark(self) -> None:
        """Let the next `load` load, whatever it is, where a server or nothing reads now."""
        self._parked = None
        if self._wearing.model is None:
            self._loaded = None

    @Slot()
    def use_small(self) -> None:
        """Read with the model that comes with the program from now on."""
        self.settings_wanted.emit(replace(self._settings(), model_folder=""))

    @Slot(str)
    def use(self, name: str) -> None:
        """Read all documents with a version of the model that reads, "" for the base."""
        if self._folder:
            self._set(self._folder, name)

    @Slot(object)
    def use_tuned(self, tuned: Tuned) -> None:
        """Read with a version that was just taken over, and with its model."""
        self.look()
        self._before = self._folder, self._settings().adapters.get(self._folder, "")
        base, now = Path(tuned.base), self._folder
        same = bool(now) and base.resolve() == Path(now).resolve()
        self._set(now if same else tuned.base, tuned.adapter.name)

    @Slot()
    def go_back(self) -> None:
        """Read as before the last version was taken over; with the base when nobody knows how."""
        folder, name = self._before or (self._folder, "")
        self._before = None
        if folder:
            self._set(folder, name)

    @Slot(bool)
    def set_by_page(self, by_page: bool) -> None:
        """Let each page decide, or go on with the version that reads now."""
        self.use(BY_PAGE if by_page else self._wearing.active)

    def use_here(self, name: str | None) -> None:
        """Read the document in front with a version, "" for the base; None lets pages decide."""
        if self._page is None:
            return
        self.overrides.pop(self._page.path, None)
        if name is not None:
            self.overrides[self._page.path] = name
            while len(self.overrides) > OVERRIDES:
                self.overrides.pop(next(iter(self.overrides)))
        self._decide()

    @Slot(object)
    def set_reading(self, reading: Reading) -> None:
        """Say which page is in front."""
        self._page = reading.page
        self._decide()

    @Slot()
    def look(self) -> None:
        """Look which versions there are."""
        from app.adapters import work

        task = self._lane.start(work.look(self._folder))
        task.value.connect(self._on_listing)

    def menu(self) -> QMenu | None:
        """Return the model chip's menu, None when there is nothing to choose."""
        if not self._listing.versions and not self._wearing.active:
            return None
        from app.adapters import menu

        does = menu.Doings(
            self.use, self.use_here, self.set_by_page, self.open, self.models_wanted.emit
        )
        return menu.build(self._window, self._listing, self._wearing, does)

    def shutdown(self) -> None:
        """End all work; nothing is emitted after this."""
        if self._behind is not None:
            self._behind.shutdown()
        if self._chooser is not None:
            self._chooser.shutdown()
        self._lane.stop()

    @property
    def _folder(self) -> str:
        """Folder of the model that is read with, "" for none."""
        return self._loaded[0] if self._loaded is not None else ""

    def _set(self, folder: str, name: str) -> None:
        """Have a model and its version kept in the settings; that loads them."""
        settings = self._settings()
        others = {key: value for key, value in settings.adapters.items() if key != folder}
        adapters = {**others, folder: name} if name else others
        model = settings.model_folder if folder == self._folder else folder
        self.settings_wanted.emit(replace(settings, model_folder=model, adapters=adapters))

    def _decide(self) -> None:
        """Let the page decide, where that is what is set."""
        setting = self._settings().adapters.get(self._folder, "")
        path = self._page.path if self._page is not None else ""
        override = self.overrides.get(path)
        by_page = setting == BY_PAGE
        reason = self._wearing.reason if by_page else ""
        self._wearing = replace(self._wearing, setting=setting, override=override, reason=reason)
        if by_page and self._chooser is None:
            from app.adapters.chooser import PageChoice

            self._chooser = PageChoice(self._taker, self)
            self._chooser.busy.connect(self._asking.set_held)
            self._chooser.chosen.connect(self._on_chosen)
        if self._chooser is not None:
            self._chooser.set_listing(self._listing)
            self._chooser.set_page(self._page, override)
            self._chooser.set_enabled(by_page and bool(self._listing.base))
        self._show()

    def _show(self) -> None:
        self._head.set_reason(self._wearing.reason)
        if self._behind is not None:
            self._behind.show_listing(self._listing)
            self._behind.show_wearing(self._wearing)

    @Slot(str)
    def _on_hushed(self, name: str) -> None:
        """Tell no more of what a small model reads."""
        settings = self._settings()
        self.settings_wanted.emit(replace(settings, hushed=(*settings.hushed, name)))

    @Slot(object)
    def _on_chosen(self, choice: Choice) -> None:
        self._wearing = replace(self._wearing, reason=choice.reason)
        self._picked = choice.adapter
        self.load(self._settings()) if choice.adapter != self._loaded_adapter else self._show()

    @property
    def _loaded_adapter(self) -> str | None:
        return self._loaded[1] if self._loaded is not None else None

    @Slot(object)
    def _on_model(self, model: ModelInfo | None) -> None:
        self._wearing = replace(self._wearing, model=model)
        if model is not None and model.folder and model.folder != self._looked_at:
            self._looked_at = model.folder
            self.look()
        self._show()

    @Slot(object)
    def _on_server(self, server: Server | None) -> None:
        """Know of nothing that is loaded while a server answers."""
        if server is None:
            self._parked = None
        elif self._loaded is not None:
            self._head.set_small(False)  # the strip offers the way back
            self._parked, self._loaded = self._loaded, None
            self._decide()

    @Slot(object)
    def _on_listing(self, listing: Listing) -> None:
        self._listing = listing
        self._decide()

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        """Go back to the base: the version is gone or was made for another model."""
        self.refused.emit(words.gone_back(sentence))
        if self._wearing.by_page:
            if self._page is not None:
                self.overrides.pop(self._page.path, None)
            self._picked = None
            self.load(self._settings())
        else:
            self.use("")
        self.look()

    @Slot(str, str)
    def _on_renamed(self, old: str, new: str) -> None:
        self.overrides = {path: new if n == old else n for path, n in self.overrides.items()}
        if self._picked == old:
            self._picked = new
        self._replace(old, new)

    @Slot(str)
    def _on_removed(self, name: str) -> None:
        self.overrides = {path: n for path, n in self.overrides.items() if n != name}
        if self._picked == name:
            self._picked = None
        self._replace(name, "")

    def _replace(self, old: str, new: str) -> None:
        """Have every model that was to be read with a version read with another, "" for none."""
        if self._before is not None and self._before[1] == old:
            self._before = self._before[0], new
        settings = self._settings()
        adapters = {key: new if name == old else name for key, name in settings.adapters.items()}
        kept = {key: name for key, name in adapters.items() if name}
        self.settings_wanted.emit(replace(settings, adapters=kept))
