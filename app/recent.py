"""The files opened lately, newest first, and the small file they are kept in."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from app import safe_file

LENGTH = 10
"""How many are kept."""


class RecentFiles:
    """A short list on disk; a broken file is set aside and the list starts empty.

    Args:
        path: The file; need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = self._load()

    @property
    def files(self) -> tuple[str, ...]:
        """Absolute paths, newest first; some may be gone by now."""
        return tuple(self._files)

    def add(self, file: str) -> None:
        """Put a file first and save."""
        self._save([file, *(other for other in self._files if other != file)][:LENGTH])

    def remove(self, file: str) -> None:
        """Forget one file and save."""
        self._save([other for other in self._files if other != file])

    def clear(self) -> None:
        """Forget all and save."""
        self._save([])

    def _load(self) -> list[str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[str])[:LENGTH]
        except OSError:
            return []
        except (msgspec.DecodeError, UnicodeDecodeError):
            safe_file.set_aside(self._path)
            return []

    def _save(self, files: list[str]) -> None:
        self._files = files
        # Called on the window's thread: a list of conveniences need not wait for the disk,
        # nor is a full one worth a word.
        with contextlib.suppress(OSError):
            safe_file.write(self._path, msgspec.json.encode(files), durable=False)
