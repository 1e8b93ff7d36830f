from __future__ import annotations

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app import icons
from app.models.buttons import ActionButton


def drawn(button: ActionButton) -> QImage:
    return button.icon().pixmap(button.iconSize()).toImage()


def test_words_do_not_stick_to_the_icon_before_them(qtbot: QtBot) -> None:
    worded, alone = ActionButton("Import…", "folder"), ActionButton("", "folder")
    for button in (worded, alone):
        qtbot.addWidget(button)
    assert drawn(alone).width() == drawn(alone).height()
    apart, size = drawn(worded), drawn(alone)
    assert apart.height() == size.height()
    room = apart.width() - size.width()
    assert room >= 3
    behind = [(x, y) for x in range(size.width(), apart.width()) for y in range(apart.height())]
    assert all(apart.pixelColor(*at).alpha() == 0 for at in behind)
    icons.tint_all(worded)
    assert drawn(worded) == apart, "also when the colours change"
