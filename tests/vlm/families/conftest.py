"""Tiny models of the other families, built once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import small

KINDS = tuple(small.BUILDERS)
Saved = Callable[[str], Path]


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Saved:
    """Return what saves a tiny model of a kind, once a session, and gives its folder."""
    root = tmp_path_factory.mktemp("families")

    def folder(kind: str) -> Path:
        path = root / kind
        return path if path.exists() else small.save(kind, path)

    return folder
