"""Opens a person's file for the page process: what it is, whether it may be read, its names.

Nothing here reads a byte of it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from vlm.errors import DocumentMissing, DocumentTooLarge, UnreadableDocument
from vlm.pages import limits
from vlm.system_refusals import reason

_REPLACED = "\N{REPLACEMENT CHARACTER}"
NO_TEXT = (
    "{name} has characters in its name, or its folder's, that this program cannot write. "
    "Rename it, then open it again."
)


@dataclass(frozen=True)
class Stamp:
    """What changes when a file's bytes change."""

    device: int
    inode: int
    size: int
    mtime_ns: int


def shown_name(path: str) -> str:
    """Return a file's name as a sentence may show it: short, printable, on one line."""
    name = Path(path).name or path or "The file"
    name = "".join(c if c.isprintable() else _REPLACED for c in name)
    if len(name) <= limits.NAME:
        return name
    keep = limits.NAME // 2
    return f"{name[:keep]}…{name[-keep:]}"


def as_text(path: str | os.PathLike[str]) -> str:
    """Return a path, or what else the system hands over, as text that can be sent and kept.

    Bytes in it that are no text, as from archives of old systems, become replacement characters,
    as Qt does it too. Such a path leads nowhere, and opening it says why.
    """
    given = os.fspath(path)
    return "".join(_REPLACED if "\ud800" <= c <= "\udfff" else c for c in given)


def stamp(path: str) -> Stamp:
    """Look at a file without opening it.

    Raises:
        DocumentMissing: It is gone or may not be read.
        DocumentTooLarge: It is over the limit.
        UnreadableDocument: It is empty, a folder or a device.
    """
    try:
        return _checked(path, os.stat(path))  # noqa: PTH116  # Path() rejects no path, os tells why
    except (OSError, ValueError) as error:
        raise _missing(path, error) from error


def open_file(path: str) -> tuple[int, Stamp]:
    """Open a file for reading; a pipe or device cannot make this wait.

    Returns:
        The descriptor, the caller's to close, and what the file was when opened.

    Raises:
        DocumentMissing: It is gone or may not be read.
        DocumentTooLarge: It is over the limit.
        UnreadableDocument: It is empty, a folder or a device.
    """
    stamp(path)  # opening some devices does things
    flags = os.O_RDONLY
    for extra in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT"):
        flags |= getattr(os, extra, 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise _missing(path, error) from error
    try:
        return descriptor, _checked(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise


def _checked(path: str, found: os.stat_result) -> Stamp:
    name = shown_name(path)
    if stat.S_ISDIR(found.st_mode):
        raise UnreadableDocument(f"{name} is a folder. Open the files in it one by one.")
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableDocument(f"{name} is not a file but a device or a connection.")
    if found.st_size == 0:
        raise UnreadableDocument(
            f"{name} is empty: there is nothing in the file. Ask for a new copy of it."
        )
    if found.st_size > limits.FILE_BYTES:
        raise DocumentTooLarge(
            f"{name} has {found.st_size / 1e9:.1f} GB; files up to "
            f"{limits.FILE_BYTES / 1e9:.1f} GB can be opened. Split it into smaller parts."
        )
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _missing(path: str, error: OSError | ValueError) -> DocumentMissing:
    name = shown_name(path)
    if isinstance(error, FileNotFoundError):
        if _REPLACED in path:
            return DocumentMissing(NO_TEXT.format(name=name))
        return DocumentMissing(
            f"{name} is no longer where it was. Find it in its new place and open it again."
        )
    if isinstance(error, PermissionError):
        return DocumentMissing(f"You are not allowed to read {name}. Ask its owner for access.")
    why = reason(error) if isinstance(error, OSError) else "no such name"
    return DocumentMissing(f"{name} cannot be read: {why}.")
