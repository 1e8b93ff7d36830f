"""What a row keeps is ready before Enter is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.examples.crops import CropTaker, Taken, Wanted
from app.examples.pictures import look_of, png
from app.labelling import ahead as ahead_module
from app.labelling.ahead import CropsAhead
from tests.app.labelling.desk import NUMBER, TOTAL
from vlm.types import Box, PageRef, PageSize

PAGE, OTHER = PageRef("/papers/one.pdf", 0), PageRef("/papers/one.pdf", 1)


def picture(shade: int) -> QImage:
    image = QImage(100, 80, QImage.Format.Format_RGB32)
    image.fill(shade)
    return image


class Taker(QObject):
    """Takes a picture when the test says so."""

    ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[Wanted] = []
        self.forgotten: list[str] = []

    def take(self, wanted: Wanted) -> None:
        self.wanted.append(wanted)

    def forget(self, key: str) -> None:
        self.forgotten.append(key)

    def bring(self, number: int) -> Taken:
        size = PageSize(595.0, 842.0)
        taken = Taken(self.wanted[number], size, (), picture(number), picture(0xFFFFFF))
        self.ended.emit(taken)
        return taken


@pytest.fixture
def taker(monkeypatch: pytest.MonkeyPatch) -> Taker:
    monkeypatch.setattr(ahead_module, "REST_MS", 0)
    monkeypatch.setattr(ahead_module, "REST_PAGE_MS", 0)
    return Taker()


@pytest.fixture
def ahead(qtbot: QtBot, taker: Taker) -> Iterator[CropsAhead]:
    made = CropsAhead(cast(CropTaker, taker))
    yield made
    made.stop()


def row(ahead: CropsAhead, page: PageRef, box: Box | None = None) -> Taken | None:
    """Keep a row; return its picture if it was here at once."""
    given: list[Taken] = []
    ahead.ended.connect(given.append)
    ahead.take("row", page, box)
    ahead.ended.disconnect(given.append)
    return given[0] if given else None


def test_what_is_kept_of_a_box_is_ready_before_its_row(
    qtbot: QtBot, taker: Taker, ahead: CropsAhead
) -> None:
    ahead.look_at(PAGE, NUMBER)
    qtbot.waitUntil(lambda: len(taker.wanted) == 1)
    brought = taker.bring(0)
    qtbot.waitUntil(lambda: ahead.ready)
    kept = row(ahead, PAGE, NUMBER)
    assert kept is not None
    assert kept.wanted == Wanted("row", PAGE, NUMBER)
    assert kept.encoded is not None
    assert brought.look is not None
    assert kept.encoded.picture == png(brought.image)
    assert kept.encoded.look == look_of(brought.look)


def test_a_row_that_is_faster_waits_for_its_picture(
    qtbot: QtBot, taker: Taker, ahead: CropsAhead
) -> None:
    ahead.look_at(PAGE, NUMBER)
    assert row(ahead, PAGE, NUMBER) is None
    with qtbot.waitSignal(ahead.ended) as told:
        taker.bring(0)
    assert told.args is not None
    assert told.args[0].wanted.key == "row"
    assert told.args[0].encoded is not None
    assert len(taker.wanted) == 1


def test_rows_between_a_picture_and_its_file_share_the_work(
    qtbot: QtBot, taker: Taker, ahead: CropsAhead
) -> None:
    ahead.look_at(PAGE, NUMBER)
    qtbot.waitUntil(lambda: len(taker.wanted) == 1)
    taker.bring(0)
    assert row(ahead, PAGE, NUMBER) is None
    ahead.look_at(PAGE, TOTAL)
    with qtbot.waitSignal(ahead.ended) as told:
        assert row(ahead, PAGE, NUMBER) is None
    assert told.args is not None
    assert told.args[0].encoded is not None
    assert told.args[0].wanted == Wanted("row", PAGE, NUMBER)


def test_a_row_is_not_lost_when_its_file_is_not_ready_at_the_end(
    qtbot: QtBot, taker: Taker, ahead: CropsAhead
) -> None:
    ahead.look_at(PAGE, NUMBER)
    qtbot.waitUntil(lambda: len(taker.wanted) == 1)
    given: list[Taken] = []
    ahead.ended.connect(given.append)
    brought = taker.bring(0)
    ahead.take("row", PAGE, NUMBER)
    assert not given
    ahead.stop()
    assert [(one.wanted.key, one.image) for one in given] == [("row", brought.image)]


def test_the_whole_page_is_taken_once_for_all_its_rows(
    qtbot: QtBot, taker: Taker, ahead: CropsAhead
) -> None:
    ahead.look_at(PAGE, None)
    qtbot.waitUntil(lambda: [one.box for one in taker.wanted] == [None])
    whole = taker.bring(0)
    qtbot.waitUntil(lambda: ahead.ready)
    ahead.look_at(PAGE, TOTAL)
    qtbot.waitUntil(lambda: len(taker.wanted) == 2)
    ahead.look_at(PAGE, None)
    assert taker.forgotten == [taker.wanted[1].key]
    for _ in range(2):
        kept = row(ahead, PAGE)
        assert kept is not None
        assert kept.image == whole.image
        assert kept.encoded is not None
    ahead.look_at(PAGE, TOTAL)  # and for one about the page while a box is in front
    kept = row(ahead, PAGE)
    assert kept is not None
    assert kept.image == whole.image
    qtbot.waitUntil(lambda: len(taker.wanted) == 3)
    assert taker.wanted[2].box == TOTAL
    ahead.look_at(OTHER, None)
    assert not ahead.ready
    qtbot.waitUntil(lambda: taker.wanted[-1].page == OTHER)
