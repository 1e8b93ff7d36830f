"""The list of folders with models that a person added. One small file; the folders stay theirs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vlm import paths, whole_file


class AddedFolders:
    """Keeps the list.

    Args:
        path: The file; None for the program's own.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or paths.data_dir() / "model_folders.json"

    def read(self) -> tuple[Path, ...]:
        """Return the folders in the order in which they were added."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=list[str])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return ()
        return tuple(Path(folder) for folder in found)

    def add(self, folder: Path) -> None:
        """Add a folder, once.

        Raises:
            OSError: If the list cannot be written.
        """
        folder = folder.resolve()
        if folder not in self.read():
            self._write((*self.read(), folder))

    def drop(self, folder: Path) -> None:
        """Take a folder off the list, with the one above it that was added; files stay.

        Raises:
            OSError: If the list cannot be written.
        """
        folder = folder.resolve()
        kept = [top for top in self.read() if top != folder and top not in folder.parents]
        self._write(tuple(kept))

    def _write(self, folders: tuple[Path, ...]) -> None:
        whole_file.write(self._path, msgspec.json.encode([str(folder) for folder in folders]))
