"""Keeps the hashes of files that are saved, so that a damaged one is noticed when it is used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from finetune.disk import Disk, save
from vlm import file_hashes
from vlm.file_hashes import HASHES


def note(disk: Disk, folder: Path, names: Iterable[str]) -> None:
    """Keep the hashes of files that were just saved, beside those that a folder keeps already.

    Args:
        disk: Saves them.
        folder: Of the files.
        names: Theirs.

    Raises:
        AdapterMismatch: When the hashes of the others cannot be read.
        OSError: When a file cannot be read or the hashes not be written.
    """
    new = {name: file_hashes.hash_of(folder / name) for name in names}
    save(disk, folder / HASHES, [file_hashes.written({**file_hashes.read(folder), **new})])


def take_along(disk: Disk, source: Path, target: Path, names: Iterable[str]) -> None:
    """Keep at their copies the hashes of files that were copied, as far as there are any.

    Args:
        disk: Saves them.
        source: Where the files were copied from.
        target: Where to.
        names: Of the files.

    Raises:
        AdapterMismatch: When the hashes cannot be read.
        OSError: When they cannot be written.
    """
    known = file_hashes.read(source)
    if kept := {name: known[name] for name in names if name in known}:
        save(disk, target / HASHES, [file_hashes.written(kept)])
