from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.page_lane import Draw, Urgency
from app.pages import (
    UNFORESEEN,
    Drawn,
    PageFailure,
    PageService,
    PageSource,
    SizesFound,
    WordsFound,
    is_thumbnail,
    thumbnail,
)
from tests.app.viewer.hand import only
from tests.app.viewer.sample import LocalSource, draw_sample
from vlm.pages.client import PageClient
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize

TOP = Box(0.0, 0.0, 1.0, 0.01)


class Heard:
    """Everything a service said, in order."""

    def __init__(self, pages: PageService) -> None:
        self.all: list[object] = []
        for signal in (
            pages.opened,
            pages.failed,
            pages.drawn,
            pages.words_found,
            pages.sizes_found,
        ):
            signal.connect(self.all.append)

    def of(self, kind: type[object]) -> list[object]:
        return [said for said in self.all if isinstance(said, kind)]


@pytest.fixture
def sample(tmp_path: Path) -> str:
    return draw_sample(tmp_path / "sample.pdf", 3, landscape=1)


@pytest.fixture
def local() -> LocalSource:
    return LocalSource()


@pytest.fixture
def pages(qtbot: QtBot, local: LocalSource) -> Iterator[PageService]:
    service = PageService(local)
    yield service
    service.stop()


class PageServiceContract:
    """What holds whoever draws the pages."""

    def test_it_opens_measures_draws_and_reads(
        self, pages: PageService, sample: str, qtbot: QtBot
    ) -> None:
        with qtbot.waitSignal(pages.opened, timeout=20_000) as opened:
            pages.open(sample)
        assert opened.args == [Document(sample, "pdf", 3, PageSize(595.0, 842.0))]
        with qtbot.waitSignal(pages.sizes_found, timeout=20_000) as sized:
            pages.measure(sample, 1, 5)
        expected = (PageSize(842.0, 595.0), PageSize(595.0, 842.0))
        assert sized.args == [SizesFound(sample, 1, expected)]
        draw = Draw(PageRef(sample, 0), TOP, 60, 4)
        with qtbot.waitSignal(pages.drawn, timeout=20_000):
            pages.want(1, sample, [(Urgency.VISIBLE, draw)])
        pixmap = pages.image(draw)
        assert pixmap is not None
        colour = QColor(pixmap.toImage().pixel(30, 1))
        assert colour.blue() > colour.red() + 50  # the invoice's blue band
        with qtbot.waitSignal(pages.words_found, timeout=20_000) as read:
            pages.read(PageRef(sample, 2, 90))
        found = only(read)
        assert isinstance(found, WordsFound)
        assert found.page == PageRef(sample, 2)
        assert found.words[0].text == "Northwind"

    def test_a_protected_document_asks_once_a_session(
        self, pages: PageService, tmp_path: Path, qtbot: QtBot
    ) -> None:
        locked = draw_sample(tmp_path / "locked.pdf", 1, password="secret")
        for wrong in (None, "guess"):
            with qtbot.waitSignal(pages.failed, timeout=20_000) as failed:
                pages.open(locked, wrong)
            failure = only(failed)
            assert isinstance(failure, PageFailure)
            assert (failure.code, failure.page, failure.job) == ("password_needed", None, "open")
            assert pages.password(locked) is None
        with qtbot.waitSignal(pages.opened, timeout=20_000):
            pages.open(locked, "secret")
        assert pages.password(locked) == "secret"
        pages.close(locked)
        with qtbot.waitSignal(pages.opened, timeout=20_000):
            pages.open(locked)

    def test_stopping_ends_everything(self, pages: PageService, sample: str, qtbot: QtBot) -> None:
        with qtbot.waitSignal(pages.opened, timeout=20_000):
            pages.open(sample)
        pages.stop()
        assert pages.password(sample) is None


class TestLocal(PageServiceContract):
    """The contract with the source that other tests use."""


class TestPageProcess(PageServiceContract):
    """The contract with the real page process."""

    @pytest.fixture
    def pages(self, qtbot: QtBot) -> Iterator[PageService]:
        source: PageSource = PageClient()
        service = PageService(source)
        yield service
        service.stop()


def test_what_is_no_longer_wanted_is_never_drawn(
    pages: PageService, local: LocalSource, sample: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    local.gate.clear()
    first, second, third = (Draw(PageRef(sample, page), WHOLE_PAGE, 20, 30) for page in range(3))
    pages.want(1, sample, [(Urgency.VISIBLE, first), (Urgency.NEAR, second)])
    qtbot.waitUntil(lambda: local.waiting > 0)
    pages.want(1, sample, [(Urgency.VISIBLE, third)])
    with qtbot.waitSignals([pages.drawn, pages.drawn]):
        local.gate.set()
    assert [page for job, page in local.asked if job == "render"] == [0, 2]


def test_results_of_a_closed_document_are_dropped(
    pages: PageService, local: LocalSource, sample: str, tmp_path: Path, qtbot: QtBot
) -> None:
    heard = Heard(pages)
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    local.gate.clear()
    draw = Draw(PageRef(sample, 0), WHOLE_PAGE, 20, 30)
    pages.want(1, sample, [(Urgency.VISIBLE, draw)])
    qtbot.waitUntil(lambda: local.waiting > 0)
    pages.close(sample)
    local.gate.set()
    with qtbot.waitSignal(pages.opened):
        pages.open(draw_sample(tmp_path / "other.pdf", 1))
    assert heard.of(Drawn) == []
    assert not pages.has_image(draw)
    pages.want(1, sample, [(Urgency.VISIBLE, draw)])
    pages.read(PageRef(sample, 0))
    with qtbot.waitSignal(pages.words_found):
        pages.read(PageRef(str(tmp_path / "other.pdf"), 0))
    assert len(heard.of(WordsFound)) == 1


def test_a_failing_page_is_named_and_the_next_one_works(
    pages: PageService, local: LocalSource, sample: str, qtbot: QtBot
) -> None:
    heard = Heard(pages)
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    local.failing = {0}
    broken, fine = (Draw(PageRef(sample, page), WHOLE_PAGE, 20, 30) for page in (0, 1))
    with qtbot.waitSignals([pages.failed, pages.drawn]):
        pages.want(1, sample, [(Urgency.VISIBLE, broken), (Urgency.VISIBLE, fine)])
    message = "Page 1 took too long to draw."
    assert heard.of(PageFailure) == [PageFailure(sample, 0, "page_timeout", message, "draw")]
    assert pages.has_image(fine)


def test_an_unforeseen_error_is_one_failure_and_the_lane_goes_on(
    pages: PageService, local: LocalSource, sample: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    with qtbot.waitSignal(pages.failed) as failed:
        pages.read(PageRef(sample, 99))  # the source raises an IndexError of its own
    failure = only(failed)
    assert isinstance(failure, PageFailure)
    assert failure.message == UNFORESEEN
    with qtbot.waitSignal(pages.words_found):
        pages.read(PageRef(sample, 1))


def test_stopping_under_a_running_job_ends_the_source(
    pages: PageService, local: LocalSource, sample: str, qtbot: QtBot
) -> None:
    heard = Heard(pages)
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    local.gate.clear()
    pages.read(PageRef(sample, 0))
    qtbot.waitUntil(lambda: local.waiting > 0)
    pages.stop()
    assert local.stopped >= 1
    assert heard.of(WordsFound) == []


def test_drawing_runs_off_the_windows_thread(
    pages: PageService, local: LocalSource, sample: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    assert local.threads
    assert threading.get_ident() not in local.threads


def test_small_pictures_have_their_own_budget(
    pages: PageService, sample: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(sample)
    small = thumbnail(sample, 0, PageSize(595, 842))
    assert max(small.width, small.height) == 320
    assert is_thumbnail(small)
    with qtbot.waitSignal(pages.drawn):
        pages.want(1, sample, [(Urgency.THUMBNAIL, small)])
    assert pages.thumbnails.used_bytes == small.width * small.height * 4
    assert pages.images.used_bytes == 0
