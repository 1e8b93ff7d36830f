"""Which model folder is used when nobody names one. Knows names and dates, not what is inside."""

from __future__ import annotations

from pathlib import Path

import assets

_SHIPPED = Path(assets.__file__).parent / "models"


def shipped_folders(root: Path = _SHIPPED) -> tuple[Path, ...]:
    """Return the folders of the models that come with the program, newest first."""
    if not root.is_dir():
        return ()
    found = [folder for folder in root.iterdir() if (folder / "config.json").is_file()]
    return tuple(sorted(found, key=lambda folder: (folder.stat().st_mtime, folder.name))[::-1])


def default_folder(root: Path = _SHIPPED) -> Path | None:
    """Return the newest model that comes with the program, or None when there is none."""
    return next(iter(shipped_folders(root)), None)


def is_shipped(folder: Path, root: Path = _SHIPPED) -> bool:
    """Tell whether a model came with the program."""
    return folder.resolve().parent == root.resolve()
