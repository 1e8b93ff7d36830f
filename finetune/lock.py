"""A lock on a run folder that ends with its process, however that ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from finetune.errors import RunBusy

_FILE = "lock"


class RunLock:
    """Held from construction until `release` or the end of the process.

    Raises:
        RunBusy: When another process holds it.
        OSError: When the folder cannot be written, or its disk knows no locks.
    """

    def __init__(self, run: Path) -> None:
        self._descriptor = os.open(run / _FILE, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            if not isinstance(error, BlockingIOError | PermissionError):  # that is on Windows
                raise
            raise RunBusy(
                "This run is already being worked on, perhaps by another window."
            ) from error

    def release(self) -> None:
        """Let another process have the run."""
        os.close(self._descriptor)


def is_held(run: Path) -> bool:
    """Tell whether a process works on the run."""
    if not (run / _FILE).exists():
        return False
    try:
        lock = RunLock(run)
    except RunBusy:
        return True
    lock.release()
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
