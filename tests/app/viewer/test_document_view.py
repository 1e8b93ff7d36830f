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
def view(qtbot: QtBot, pages: PageService, tmp_path: Path) -> Iterator[DocumentView]:
    shown = DocumentView(draw_sample(tmp_path / "sample.pdf"), pages)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.opened):
        shown.resize(900, 700)
        shown.show()
    yield shown
    shown.close()


def test_it_opens_its_document_and_shows_the_first_page(view: DocumentView) -> None:
    document = view.document()
    assert document is not None
    assert document.page_count == 5
    assert view.page().page == 0
