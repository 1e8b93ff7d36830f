from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub_server import COMMIT, FakeHub, serving, tiny_files
from vlm.parts import Store


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with serving(FakeHub({COMMIT: tiny_files()})) as running:
        yield running


@pytest.fixture
def store() -> Store:
    return Store()
