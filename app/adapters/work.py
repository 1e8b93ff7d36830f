"""The long work behind the tuned versions, as generators that run off the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from app.adapters.values import Listing, Renamed, Version, Written
from app.task import CancelToken, Work
from finetune.adapters import Adapter, AdapterLibrary
from finetune.errors import AdapterInvalid
from finetune.fingerprint import base_fingerprint
from vlm.errors import DeskError, ModelIncomplete
from vlm.system_refusals import reason


def look(base: str) -> Work:
    """Look which versions there are. Yields one `Listing`.

    Args:
        base: Folder of the model that reads, "" for none.
    """

    def work(token: CancelToken) -> Generator[Listing, None, None]:
        try:
            fingerprint = base_fingerprint(Path(base)) if base else ""
        except ModelIncomplete:  # gone since it was loaded: then no version is for it
            fingerprint = ""
        found = AdapterLibrary().all()
        yield Listing(
            tuple(Version(a, a.card.base_fingerprint == fingerprint) for a in found), fingerprint
        )

    return work


def rename(name: str, new: str) -> Work:
    """Give a version another name. Yields `Renamed`."""

    def once(library: AdapterLibrary) -> Renamed:
        library.rename(name, new)
        return Renamed(name, new)

    return _do(once)


def remove(name: str) -> Work:
    """Remove a version for good. Yields its name."""

    def once(library: AdapterLibrary) -> str:
        library.remove(name)
        return name

    return _do(once)


def export(name: str, target: Path) -> Work:
    """Write a version as a peft folder. Yields `Written`."""

    def once(library: AdapterLibrary) -> Written:
        library.export(name, target)
        return Written(name, target)

    return _do(once)


def bring(folder: Path, base: Path) -> Work:
    """Take over a version from a folder, under a free name. Yields the `Adapter`."""

    def once(library: AdapterLibrary) -> Adapter:
        return library.bring(folder, base, library.free_name(folder.name))

    return _do(once)


def adopt(run: Path, name: str) -> Work:
    """Take over what a run learned, once. Yields the `Adapter`."""

    def once(library: AdapterLibrary) -> Adapter:
        return library.adopted(run) or library.adopt(run, library.free_name(name))

    return _do(once)


def _do(once: Callable[[AdapterLibrary], object]) -> Work:
    def work(token: CancelToken) -> Generator[object, None, None]:
        try:
            yield once(AdapterLibrary())
        except OSError as error:
            why = reason(error)
            raise AdapterInvalid(f"The files cannot be read or written: {why}.") from error

    return work


def sentence(error: Exception, otherwise: str) -> str:
    """Return what to tell a person of an error that ended some work."""
    return str(error) if isinstance(error, DeskError) else otherwise
