import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import theme
from app.remote.strip import RemoteStrip


def luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    parts = [linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF())]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read_in_both_schemes_also_after_a_change(qtbot: QtBot, dark: bool) -> None:
    strip = RemoteStrip()
    qtbot.addWidget(strip)
    strip.setPalette(theme.palette_for(not dark))
    strip.say("Pages leave.")
    strip.setPalette(theme.palette_for(dark))
    label = strip.findChildren(QLabel)[0]
    ground = luminance(theme.caution(strip.palette()))
    shown = strip.grab(label.geometry()).toImage()
    inks = [
        luminance(shown.pixelColor(x, y))
        for x in range(shown.width())
        for y in range(shown.height())
    ]
    ratios = [(max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) for ink in inks]
    assert max(ratios) >= 4.5


def test_it_is_there_as_long_as_it_has_something_to_say(qtbot: QtBot) -> None:
    strip = RemoteStrip()
    qtbot.addWidget(strip)
    assert not strip.isVisible()
    strip.say("Pages leave.")
    assert strip.isVisible()
    with qtbot.waitSignal(strip.off_pressed):
        QTest.mouseClick(strip.off, Qt.MouseButton.LeftButton)
    assert strip.isVisible(), "only who turns it off may say so"
    strip.say("")
    assert not strip.isVisible()
