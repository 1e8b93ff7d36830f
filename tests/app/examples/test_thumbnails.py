from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.examples import thumbnails
from app.examples.thumbnails import Thumbnails

PICTURE = QImage(4, 4, QImage.Format.Format_RGB32)


def test_a_picture_is_asked_for_once_until_it_comes(qtbot: QtBot) -> None:
    asked: list[str] = []
    pictures = Thumbnails(asked.append)
    assert pictures.get("one") is None
    assert pictures.get("one") is None
    assert asked == ["one"]
    pictures.put("one", PICTURE)
    found = pictures.get("one")
    assert found is not None
    assert found.size() == PICTURE.size()
    assert asked == ["one"]


def test_what_never_came_can_be_asked_for_again(qtbot: QtBot) -> None:
    asked: list[str] = []
    pictures = Thumbnails(asked.append)
    pictures.get("one")
    pictures.ask_again()
    pictures.get("one")
    assert asked == ["one", "one"]


def test_those_not_looked_at_for_longest_go_first(qtbot: QtBot) -> None:
    asked: list[str] = []
    pictures = Thumbnails(asked.append)
    for number in range(thumbnails.KEPT):
        pictures.put(str(number), PICTURE)
    pictures.get("0")
    pictures.put("new", PICTURE)
    assert pictures.get("0") is not None
    assert pictures.get("1") is None
    assert asked == ["1"]
