"""Saves files so that a crash at any moment leaves the old content or the new, never a mixture.

`Disk` is the seam at which the tests cut off the power.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when there is no room, on the disk or in the person's quota."""
_PART = ".part"
_ABANDONED_S = 86_400.0
"""Younger folders may be what another program is writing at this moment."""


class Disk(Protocol):
    """The few things that are asked of a file system; all raise `OSError`."""

    def create(self, path: Path) -> int:
        """Create or empty a file of mode 0600 and return its descriptor."""
        ...

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write some of the data and return how many bytes."""
        ...

    def fsync(self, descriptor: int) -> None:
        """Return when the file's content is on the disk."""
        ...

    def close(self, descriptor: int) -> None:
        """Close a file."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file, replacing what is there."""
        ...

    def fsync_folder(self, folder: Path) -> None:
        """Return when the names in a folder are on the disk."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file if it is there."""
        ...


class RealDisk:
    """The system's own files."""

    def create(self, path: Path) -> int:
        """See `Disk`."""
        return os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """See `Disk`."""
        return os.write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        """See `Disk`."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """See `Disk`."""
        os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """See `Disk`."""
        source.replace(target)

    def fsync_folder(self, folder: Path) -> None:
        """See `Disk`; Windows has no such call and writes names through."""
        if sys.platform == "win32":
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """See `Disk`."""
        path.unlink(missing_ok=True)


def save(disk: Disk, path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Put a whole file in place: written beside it, on the disk, renamed, the name on the disk.

    Of several that save one file at once, in this program or another, the last one's stays.

    Raises:
        OSError: When that is not possible; what was there before still is.
    """
    part = path.with_name(f"{path.name}.{threading.get_native_id()}{_PART}")
    try:
        descriptor = disk.create(part)
        try:
            for piece in pieces:
                rest = memoryview(piece)
                while rest.nbytes:
                    rest = rest[disk.write(descriptor, rest) :]
            disk.fsync(descriptor)
        finally:
            disk.close(descriptor)
        disk.replace(part, path)
    except OSError:
        disk.remove(part)
        raise
    disk.fsync_folder(path.parent)


def sweep(disk: Disk, folder: Path) -> None:
    """Remove what an interrupted `save` left in a folder."""
    for part in folder.glob("*" + _PART):
        disk.remove(part)


def sweep_folders(root: Path) -> None:
    """Remove the folders that killed programs left half written or half removed, after a day."""
    for part in root.glob("*" + _PART):
        with contextlib.suppress(OSError):  # another program was quicker
            if part.stat().st_mtime < time.time() - _ABANDONED_S:
                shutil.rmtree(part, ignore_errors=True)
