"""Removes models from this machine, really: what was freed is gone from the disk.

Of a folder that is not ours only files that belong to a model are deleted.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from vlm import safety
from vlm.added import AddedFolders
from vlm.catalogue import Model, Place
from vlm.errors import FetchFailed
from vlm.parts import ORIGIN, Store
from vlm.speeds import Speeds
from vlm.system_refusals import reason


def remove(model: Model, store: Store | None = None) -> None:
    """Delete a model's files.

    Raises:
        FetchFailed: With a sentence, if it cannot be deleted.
    """
    try:
        match model.place:
            case Place.SHIPPED:
                raise FetchFailed(f"{model.name} comes with the program and stays.")
            case Place.OWN:
                (store or Store()).delete(model.folder)
            case Place.CACHE:
                _uncache(model.folder)
            case Place.ADDED:
                _delete_files(model.folder)
                _drop_if_empty(model.folder, AddedFolders())
    except OSError as error:
        raise FetchFailed(
            f"{model.name} cannot be deleted: {reason(error)}. "
            "If it is in use, choose another model first."
        ) from error
    Speeds().forget(model.folder)


def _uncache(snapshot: Path) -> None:
    """Delete a version from the hub's cache with the files that no other version shares."""
    repository = snapshot.parent.parent
    others = [one for one in snapshot.parent.iterdir() if one.name != snapshot.name]
    if not others:
        shutil.rmtree(repository)
        return
    shared = {file.resolve() for other in others for file in other.rglob("*") if file.is_file()}
    blobs = repository / "blobs"
    for file in [file for file in snapshot.rglob("*") if file.is_symlink()]:
        blob = file.resolve()
        if blob.parent == blobs.resolve() and blob not in shared:
            blob.unlink(missing_ok=True)
    shutil.rmtree(snapshot)
    for ref in [file for file in (repository / "refs").rglob("*") if file.is_file()]:
        if ref.read_text(encoding="utf-8", errors="replace").strip() == snapshot.name:
            ref.unlink()


def _delete_files(folder: Path) -> None:
    for name in (*safety.allowed_below(folder), ORIGIN):
        (folder / name).unlink(missing_ok=True)
    for below in {Path(name).parent for name in safety.OTHERS} - {Path()}:
        with contextlib.suppress(OSError):  # it is not there, or holds what is not the model's
            (folder / below).rmdir()


def _drop_if_empty(folder: Path, added: AddedFolders) -> None:
    if folder in added.read():
        added.drop(folder)
    if not any(folder.iterdir()):
        folder.rmdir()
