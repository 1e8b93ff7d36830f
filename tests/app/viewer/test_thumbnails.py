from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.page_lane import Urgency
from app.pages import PageService
from app.viewer.thumbnails import PageList, Thumbnails
from vlm.types import PageSize

A4 = PageSize(595.0, 842.0)


def test_the_model_keeps_qts_rules(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = PageList()
    model.set_count(7)
    qtmodeltester.check(model)
    assert model.rowCount() == 7
    assert model.data(model.index(2)) == "3"
    assert model.data(model.index(2), Qt.ItemDataRole.AccessibleTextRole) == "Page 3"


def test_only_the_rows_that_show_are_wanted(qtbot: QtBot, pages: PageService) -> None:
    thumbnails = Thumbnails("a.pdf", pages)
    qtbot.addWidget(thumbnails)
    thumbnails.show_pages([A4] * 1000)
    thumbnails.resize(160, 600)
    thumbnails.show()
    wanted = thumbnails.wishes()
    assert [draw.page.page for _, draw in wanted] == list(range(len(wanted)))
    assert 3 <= len(wanted) <= 6
    assert {urgency for urgency, _ in wanted} == {Urgency.THUMBNAIL}
    thumbnails.scrollToBottom()
    assert thumbnails.wishes()[-1][1].page.page == 999


def test_a_hidden_list_wants_nothing(qtbot: QtBot, pages: PageService) -> None:
    thumbnails = Thumbnails("a.pdf", pages)
    qtbot.addWidget(thumbnails)
    thumbnails.show_pages([A4] * 10)
    assert thumbnails.wishes() == []


def test_choosing_is_told_and_following_is_not(qtbot: QtBot, pages: PageService) -> None:
    thumbnails = Thumbnails("a.pdf", pages)
    qtbot.addWidget(thumbnails)
    thumbnails.show_pages([A4] * 10)
    chosen: list[int] = []
    thumbnails.page_chosen.connect(chosen.append)
    thumbnails.follow(4)
    assert thumbnails.currentIndex().row() == 4
    assert chosen == []
    with qtbot.waitSignal(thumbnails.page_chosen):
        qtbot.keyClick(thumbnails, Qt.Key.Key_Down)
    assert chosen == [5]
