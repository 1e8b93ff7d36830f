"""Writes a small file that is whole at every moment and readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Replace a file so that a crash leaves the old or the new content.

    Raises:
        OSError: If the folder cannot be written; the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
