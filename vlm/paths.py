"""Where the program keeps its files. Knows the folders, not what is in them.

All lie under `$VLM_DESK_HOME` when that is set, else where the system wants them (platformdirs).
Each function raises `FolderUnusable` where its folder can neither be found nor made.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from vlm import system_refusals
from vlm.errors import FolderUnusable

_APP = "vlm-desk"


def _folder(name: str, system_path: str) -> Path:
    home = os.environ.get("VLM_DESK_HOME")
    folder = Path(home) / name if home else Path(system_path)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FolderUnusable(
            f"{system_refusals.sentence(error, folder)} Another folder can be named in the "
            "environment variable VLM_DESK_HOME."
        ) from error
    return folder


def data_dir() -> Path:
    """History, examples, adapters, models: what must not be lost. Created with mode 0700."""
    return _folder("data", platformdirs.user_data_dir(_APP, appauthor=False))


def config_dir() -> Path:
    """Settings and the last session. Created with mode 0700."""
    return _folder("config", platformdirs.user_config_dir(_APP, appauthor=False))


def cache_dir() -> Path:
    """What can be made again. Created with mode 0700."""
    return _folder("cache", platformdirs.user_cache_dir(_APP, appauthor=False))


def log_dir() -> Path:
    """The rotating log. Created with mode 0700."""
    return _folder("log", platformdirs.user_log_dir(_APP, appauthor=False))
