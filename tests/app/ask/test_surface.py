import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.ask.button import IconButton
from app.ask.icons import Icon
from app.ask.surface import ICON, Notice
from app.theme import Tone

LONG = "A sentence that is so long that it does not fit on one line beside its button. " * 2


def ink(image: QImage, left: int, right: int, bottom: int) -> tuple[int, int]:
    """Return the first and the last row above `bottom` that is painted on between two columns."""
    ground = image.pixelColor(6, image.height() // 2)
    rows = [
        y
        for y in range(bottom)
        for x in range(left, right)
        if abs(image.pixelColor(x, y).lightness() - ground.lightness()) > 60
    ]
    return min(rows), max(rows)


@pytest.mark.parametrize("with_button", [False, True])
@pytest.mark.parametrize("text", ["xxxxxxx", LONG])
def test_the_icon_is_level_with_the_first_line(qtbot: QtBot, text: str, with_button: bool) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    if with_button:
        notice.add_button(IconButton(Icon.UNDO, "Undo"))
    notice.show_text(text, Tone.BAD, Icon.STOP)
    notice.setFixedWidth(320)
    notice.show()
    image = notice.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    top, bottom = ink(image, 10, 10 + ICON, image.height())
    first, last = ink(image, 10 + ICON + 8, 200, bottom + 5)
    assert abs((top + bottom) - (first + last)) / 2 <= 3
