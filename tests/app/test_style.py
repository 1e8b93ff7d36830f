import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from app import style, theme
from app.ask.button import IconButton, Look
from app.ask.icons import Icon


@pytest.mark.parametrize("dark", [False, True])
def test_every_picture_of_the_sheet_is_there_in_the_colour_of_its_scheme(dark: bool) -> None:
    palette = theme.palette_for(dark)
    sheet = style.sheet(palette)
    assert "%(" not in sheet
    files = [Path(name) for name in re.findall(r'url\("([^"]+)"\)', sheet)]
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert file.stem == "tick" or theme.muted(palette).name() in text


def test_colours_are_mixed_by_their_share() -> None:
    from PySide6.QtGui import QColor

    black, white = QColor("#000000"), QColor("#ffffff")
    assert style.mix(black, white, 0).name() == "#000000"
    assert style.mix(black, white, 1).name() == "#ffffff"
    assert style.mix(black, white, 0.5).name() in ("#7f7f7f", "#808080")


def test_choices_drop_down_as_a_list_of_rows_and_not_over_their_box(
    qtbot: QtBot, qapp: QApplication
) -> None:
    before = (qapp.style().objectName(), qapp.styleSheet())
    qapp.setStyle("Fusion")
    qapp.setStyleSheet(style.sheet(theme.palette_for(True)))
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["As the system", "Light", "Dark"])
    box.ensurePolished()
    option = QStyleOptionComboBox()
    option.initFrom(box)
    assert not box.style().styleHint(QStyle.StyleHint.SH_ComboBox_Popup, option, box)
    assert box.view().sizeHintForRow(0) >= 28
    qapp.setStyleSheet(before[1])
    qapp.setStyle(before[0])


@pytest.mark.parametrize("dark", [False, True])
def test_the_main_action_has_one_colour_in_panels_and_dialogs(qtbot: QtBot, dark: bool) -> None:
    palette = theme.palette_for(dark)
    button = IconButton(Icon.CHECK, "Done", Look.MAIN)
    qtbot.addWidget(button)
    button.setPalette(palette)
    image = button.grab().toImage()
    place = image.width() // 2, 4
    assert image.pixelColor(*place).name() == style.colours(palette)["main"].name()


@pytest.mark.parametrize("dark", [False, True])
def test_the_keyboard_is_seen_on_the_main_action(qtbot: QtBot, dark: bool) -> None:
    button = IconButton(Icon.CHECK, "Done", Look.MAIN)
    qtbot.addWidget(button)
    button.setPalette(theme.palette_for(dark))
    button.show()
    button.activateWindow()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    image = button.grab().toImage()
    edge, inside = (image.pixelColor(image.width() // 2, y) for y in (1, 4))
    assert abs(edge.lightness() - inside.lightness()) > 60
