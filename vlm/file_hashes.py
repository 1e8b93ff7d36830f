"""The hashes of files that were saved in a folder, kept beside them: a disk may change a bit.

In weights that shows in nothing but worse answers. What comes from elsewhere or was saved before
has no hashes, and is read as it is. Whoever wrote the file of hashes is not trusted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vlm.errors import AdapterMismatch
from vlm.types import Value

HASHES = "file_hashes.json"
"""The file, in the folder of the others."""

VERSION: Literal[1] = 1
_MOST_BYTES = 16_384
_Name = Annotated[str, Meta(pattern=r"^\w[\w.-]{0,63}$")]
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class _FileHashes(Value, frozen=True):
    """SHA-256 of files by their names."""

    files: dict[_Name, _Hash]
    version: Literal[1] = VERSION


def read(folder: Path) -> dict[str, str]:
    """Return the hashes of the files in a folder by their names; none where none were kept.

    Raises:
        AdapterMismatch: When they cannot be read.
    """
    try:
        with (folder / HASHES).open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise _changed(folder, HASHES)
        return msgspec.json.decode(data, type=_FileHashes).files
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _changed(folder, HASHES) from error


def require(folder: Path, names: Iterable[str] | None = None) -> None:
    """Make sure that files are as they were saved, as far as their hashes were kept.

    Args:
        folder: Theirs.
        names: Of the files; None for all.

    Raises:
        AdapterMismatch: When one is not, or cannot be read.
    """
    known = read(folder)
    for name in known if names is None else known.keys() & set(names):
        try:
            same = (folder / name).is_file() and hash_of(folder / name) == known[name]
        except OSError as error:
            raise _changed(folder, name) from error
        if not same:
            raise _changed(folder, name)


def hash_of(file: Path) -> str:
    """Return the hash of a file.

    Raises:
        OSError: When it cannot be read.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def written(hashes: Mapping[str, str]) -> bytes:
    """Return the bytes of the file of hashes, given by the names of the files."""
    return msgspec.json.format(msgspec.json.encode(_FileHashes(dict(hashes)))) + b"\n"


def _changed(folder: Path, name: str) -> AdapterMismatch:
    return AdapterMismatch(
        f"“{folder.name}” is damaged: {name} is not as it was saved. Use an earlier version, "
        "import it again, or train again."
    )
