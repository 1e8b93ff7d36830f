from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.search_line import SearchLine


def test_it_searches_once_when_the_fingers_rest(qtbot: QtBot) -> None:
    line = SearchLine("Search", "Search the list")
    qtbot.addWidget(line)
    line.show()
    told: list[str] = []
    line.searched.connect(told.append)
    with qtbot.waitSignal(line.searched):
        QTest.keyClicks(line, " total")
    assert told == ["total"]
    assert line.words == "total"


def test_it_says_nothing_after_it_was_hidden(qtbot: QtBot) -> None:
    line = SearchLine("Search", "Search the list")
    qtbot.addWidget(line)
    line.show()
    QTest.keyClicks(line, "x")
    with qtbot.assertNotEmitted(line.searched, wait=200):
        line.hide()
