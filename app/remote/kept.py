"""The server that a person wanted remembered: a small file that only they can read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app import safe_file
from vlm.types import Server

NAME = "server.json"


class KeptServer:
    """Reads and writes the file. What it holds is only offered, never used by itself.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Server | None:
        """Return what is remembered; None for nothing, or a file that cannot be understood."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Server)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def save(self, server: Server | None) -> None:
        """Remember a server, or forget it.

        Raises:
            OSError: When the file cannot be written or removed.
        """
        if server is None:
            self._path.unlink(missing_ok=True)
        else:
            safe_file.write(self._path, msgspec.json.encode(server))
