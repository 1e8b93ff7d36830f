"""Tiny checkpoints, built once, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from tests import tiny
from tests.vlm.answering import shipped_engine
from vlm.engine import Engine


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Compute tiny models on one thread: more only wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def checkpoint(
    tmp_path_factory: pytest.TempPathFactory, one_thread: None
) -> Callable[[tiny.Kind], Path]:
    """Return what saves a tiny model of a kind, once a session, and gives its folder."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(kind: tiny.Kind) -> Path:
        path = root / kind
        return path if path.exists() else tiny.save(kind, path)

    return folder


@pytest.fixture
def shipped() -> Iterator[Engine]:
    """Run the model that ships, with real pages."""
    with shipped_engine() as found:
        yield found
