"""The model that is in memory with all it has seen: loaded, given another adapter, moved, dropped.

Knows what is kept of pages and where; knows no questions.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import psutil
from msgspec import structs

from vlm import device, paths
from vlm.cancel import CancelToken, Stopped, told
from vlm.errors import DeskError, ModelIncomplete, OutOfMemory
from vlm.loader import LoadedModel, check, load, may_switch, switch
from vlm.page_store import PageStore
from vlm.protocol import Event, Load, Loaded, Progress
from vlm.seeing import Sight
from vlm.skew import Angles
from vlm.views import PageSource

KEPT_SHARE = 0.1
"""Share of the free memory that pages seen before may fill."""

KEPT_BYTES = (64 * 2**20, 2 * 2**30)
"""Least and most bytes of it."""

PAGES, STORED_BYTES = "pages", 2**30
"""Folder in the program's cache for what was made of pages, and its most bytes."""


class ModelInMemory:
    """One model, or none yet. Use it from one thread.

    Args:
        pages: Draws and reads pages.
        budget_bytes: For pages seen before; None to choose by the memory there is.
        place: Chooses where a model runs.
        angles: Of pages; None to measure them for the model alone.
    """

    def __init__(
        self,
        pages: PageSource,
        budget_bytes: int | None,
        place: Callable[[str], device.Placement],
        angles: Angles | None = None,
    ) -> None:
        self._pages = pages
        self._angles = angles
        self._budget_bytes = budget_bytes
        self._place = place
        self.sight: Sight | None = None
        """What sees pages with the model; None where none is loaded."""
        self._wanted: Load | None = None

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        """Load a model, see `vlm.engine.Engine.load`; the last event is `Loaded`.

        Raises:
            DeskError: What loading can raise.
            Stopped: If the job shall stop.
        """
        if (sight := self._switchable(request)) is not None:
            sight.keep_in(_store(request))
            if request.adapter != sight.loaded.info.adapter:
                yield from self._switch(sight, request, cancel)
            else:
                yield Loaded(request.job, sight.loaded.info)
            self._wanted = request
            return
        yield Progress(request.job, "Checking the model")
        check(Path(request.folder), request.adapter)
        self.drop()
        yield Progress(request.job, "Choosing where the model runs")
        placement = self._place(request.device)
        try:
            loaded = yield from self._loaded(request, placement, cancel)
        except OutOfMemory:
            if request.device != "auto" or placement.device == "cpu":
                raise
            yield Progress(request.job, "Not enough GPU memory; using the processor instead")
            loaded = yield from self._loaded(request, self._place("cpu"), cancel)
        yield Progress(request.job, "Preparing the model")  # packing many weights takes a while
        yield Loaded(request.job, self._use(loaded, request).loaded.info)

    def to_cpu(self, job: int, cancel: CancelToken) -> Generator[Progress, None, None]:
        """Load the same model once more, on the processor; the one before is dropped first.

        Raises:
            DeskError: What loading can raise.
            Stopped: If the job shall stop.
        """
        info = self.ready().loaded.info
        self.drop()
        wanted = self._wanted or Load(job, info.folder)
        again = structs.replace(
            wanted, job=job, folder=info.folder, adapter=info.adapter, device="cpu"
        )
        self._use((yield from self._loaded(again, self._place("cpu"), cancel)), wanted)

    def ready(self) -> Sight:
        """Return what sees pages with the model.

        Raises:
            ModelIncomplete: If none is loaded.
        """
        if self.sight is None:
            raise ModelIncomplete("No model is loaded. Choose one in Models.")
        return self.sight

    def drop(self) -> None:
        """Give up the model and its memory."""
        if self.sight is not None:
            used = self.sight.loaded.placement.device
            self.sight = None
            device.release(used)

    def _switchable(self, request: Load) -> Sight | None:
        """Return the sight whose model needs no more than another adapter, or to keep pages."""
        sight, before = self.sight, self._wanted
        if sight is None or before is None:
            return None
        rest = structs.replace(request, job=0, adapter=None, folder="", keep_pages=None)
        if rest != structs.replace(before, job=0, adapter=None, folder="", keep_pages=None):
            return None
        other = request.adapter != sight.loaded.info.adapter
        other = other or request.keep_pages != before.keep_pages
        other = other or request.adapter is None  # the base, in whose files nothing changed
        return sight if other and may_switch(sight.loaded, Path(request.folder)) else None

    def _switch(self, sight: Sight, request: Load, cancel: CancelToken) -> Iterator[Event]:
        steps = switch(sight.loaded, request.adapter)
        try:
            loaded = yield from told(request.job, steps, cancel)
            sight.switch(loaded)
        except (Stopped, DeskError):
            raise  # before anything was changed
        except BaseException:
            self.drop()  # half an adapter would answer without anybody noticing
            raise
        yield Loaded(request.job, sight.loaded.info)

    def _loaded(
        self, request: Load, placement: device.Placement, cancel: CancelToken
    ) -> Generator[Progress, None, LoadedModel]:
        steps = load(Path(request.folder), request.adapter, placement, request.precision)
        try:
            return (yield from told(request.job, steps, cancel))
        except (MemoryError, RuntimeError) as error:
            short = device.shortage(error, placement.device)
            if short is None:
                raise
            device.release(placement.device)
            raise short from error

    def _use(self, loaded: LoadedModel, request: Load) -> Sight:
        budget = self._budget_bytes
        if budget is None:
            share = int(psutil.virtual_memory().available * KEPT_SHARE)
            budget = min(max(share, KEPT_BYTES[0]), KEPT_BYTES[1])
        self._wanted = request
        if loaded.placement.device == "cuda":  # else torch would build in a folder that all share
            os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(paths.cache_dir() / "built"))
        store = _store(request)
        precision, angles = request.precision, self._angles
        self.sight = Sight(loaded, self._pages, budget, precision, store, angles)
        return self.sight


def _store(request: Load) -> PageStore | None:
    """Return where what is made of pages is kept; what a person wants gone is removed."""
    store = PageStore(paths.cache_dir() / PAGES, STORED_BYTES)
    if request.keep_pages is False:
        store.clear()
    return store if request.keep_pages else None
