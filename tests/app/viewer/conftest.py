from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.pages import PageService
from app.viewer.document_view import DocumentView
from tests.app.viewer.sample import LocalSource, draw_sample


@pytest.fixture
def source() -> LocalSource:
    return LocalSource()


@pytest.fixture
def pages(qtbot: QtBot, source: LocalSource) -> Iterator[PageService]:
    service = PageService(source)
    yield service
    service.stop()


@pytest.fixture
def sample(tmp_path: Path) -> str:
    return draw_sample(tmp_path / "sample.pdf")


@pytest.fixture
def view(qtbot: QtBot, pages: PageService, sample: str) -> Iterator[DocumentView]:
    """A shown view of five invoices whose sizes are known and whose first page is drawn."""
    shown = DocumentView(sample, pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignals([shown.opened, pages.sizes_found, pages.drawn]):
        shown.resize(900, 700)
        shown.show()
    shown.setFocus()
    yield shown
    shown.close()
