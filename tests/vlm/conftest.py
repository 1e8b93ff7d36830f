"""Tiny checkpoints, built once, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import tiny


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tiny.Kind], Path]:
    """Return what saves a tiny model of a kind, once a session, and gives its folder."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(kind: tiny.Kind) -> Path:
        path = root / kind
        return path if path.exists() else tiny.save(kind, path)

    return folder
