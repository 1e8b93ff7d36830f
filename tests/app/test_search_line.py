import pytest
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app import theme
from app.search_line import SearchLine
from app.style import sheet


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


@pytest.mark.parametrize("dark", [False, True])
def test_the_button_that_empties_it_looks_as_the_others_do(qtbot: QtBot, dark: bool) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    palette = theme.palette_for(dark)
    holder.setPalette(palette)
    holder.setStyleSheet(sheet(palette))
    line = SearchLine("Search", "Search the list", holder)
    line.resize(300, 36)
    line.setText("total")
    holder.show()
    middle = line.height() / 2

    def heights() -> list[int]:
        """Return how high the drawn pixels of the button lie."""
        drawn = line.grab(line.rect().adjusted(260, 4, -6, -4)).toImage()
        ground = drawn.pixelColor(0, 0)
        across, down = range(drawn.width()), range(drawn.height())
        return [y + 4 for y in down for x in across if drawn.pixelColor(x, y) != ground]

    qtbot.waitUntil(lambda: len(heights()) > 20)
    assert sum(heights()) / len(heights()) == pytest.approx(middle, abs=1.5)
    name = line.findChildren(QAction)[0].property("iconName")
    assert name == "close"
