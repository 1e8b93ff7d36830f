"""A page client for tests that need the real processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vlm.pages.client import PageClient


@pytest.fixture
def client() -> Iterator[PageClient]:
    with PageClient() as made:
        yield made
