"""Small files that are whole at every moment: written beside, synced, then put in place."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write(path: Path, content: bytes, durable: bool = True) -> None:
    """Replace a file so that a crash leaves the old or the new content, readable by its owner only.

    Args:
        path: The file.
        content: All of it.
        durable: Wait for the disk, so that it also outlives a power cut.

    Raises:
        OSError: When the folder cannot be written; the old file is untouched.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def set_aside(path: Path) -> str:
    """Rename a file that cannot be understood; return what became of it, as part of a sentence.

    An older one that was set aside before is replaced: one copy is enough to look at.
    """
    aside = path.with_name(f"{path.name}.broken")
    try:
        path.replace(aside)
    except OSError:
        return "could not be set aside"
    return f"was set aside as {aside.name}"
