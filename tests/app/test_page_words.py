from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.page_words import PageWords
from app.pages import PageService, WordsFound
from tests.app.viewer.sample import LocalSource, draw_sample
from vlm.errors import PageTimeout
from vlm.types import PageRef, Word


class Hanging(LocalSource):
    """Has one page whose text layer never ends."""

    def words(self, page: PageRef) -> tuple[Word, ...]:
        if page.page == 1:
            raise PageTimeout("Page 2 took too long to read.")
        return super().words(page)


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[PageService]:
    service = PageService(Hanging())
    yield service
    service.stop()


def test_what_was_asked_for_is_told_once_with_no_words_where_they_cannot_be_read(
    qtbot: QtBot, pages: PageService, tmp_path: Path
) -> None:
    path = draw_sample(tmp_path / "sample.pdf", pages=3)
    told: list[WordsFound] = []
    words = PageWords(pages)
    words.known.connect(told.append)
    words.ask(PageRef(path, 1))
    words.ask(PageRef(path, 2, 90))
    pages.open(path)
    qtbot.waitUntil(lambda: len(told) == 2)
    found = {one.page.page: one.words for one in told}
    assert found[1] == ()
    assert found[2][0].text == "Northwind"
    for page in (0, 2):
        with qtbot.waitSignal(pages.words_found):
            pages.read(PageRef(path, page))
    assert len(told) == 2, "others asked for these"
