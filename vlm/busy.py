"""Tells other processes of this person that a question is being answered, so that they stand back.

The sign is a lock on a small file. The system takes a lock away when its holder ends, however it
ends, so nobody waits for an engine that is gone. Knows no torch.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path

from vlm import paths
from vlm.errors import FolderUnusable

FILE = "answering.lock"
_TRIES, _LOOKS, _PAUSE_S = 20, 3, 0.002
"""How often each tries; somebody who only looks holds the file for microseconds."""


@contextlib.contextmanager
def answering(folder: Path | None = None) -> Generator[None]:
    """Show, while inside, that this process answers; several processes may at once.

    Where the sign cannot be set the answer is made all the same.

    Args:
        folder: Where the sign stands; None for the program's own.
    """
    try:
        descriptor = os.open(_file(folder), os.O_CREAT | os.O_RDWR, 0o600)
    except (
        OSError,
        FolderUnusable,
    ):  # a disk that cannot be written must not keep anybody from an answer
        yield
        return
    try:
        for _ in range(_TRIES):
            if _share(descriptor):
                break
            time.sleep(_PAUSE_S)
        yield
    finally:
        os.close(descriptor)


def is_answering(folder: Path | None = None) -> bool:
    """Tell whether any process answers a question now.

    Args:
        folder: Where the sign stands; None for the program's own.
    """
    try:
        descriptor = os.open(_file(folder), os.O_RDWR)
    except (OSError, FolderUnusable):  # nobody ever answered here
        return False
    try:
        for _ in range(_LOOKS):
            if _own(descriptor):
                return False
            time.sleep(_PAUSE_S)
        return True
    finally:
        os.close(descriptor)


def _file(folder: Path | None) -> Path:
    return (folder or paths.data_dir()) / FILE


if sys.platform == "win32":
    import msvcrt

    def _own(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _share(descriptor: int) -> bool:
        return _own(descriptor)  # there is no shared lock here: the first who answers holds it

else:
    import fcntl

    def _own(descriptor: int) -> bool:
        return _flock(descriptor, fcntl.LOCK_EX)

    def _share(descriptor: int) -> bool:
        return _flock(descriptor, fcntl.LOCK_SH)

    def _flock(descriptor: int, kind: int) -> bool:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
