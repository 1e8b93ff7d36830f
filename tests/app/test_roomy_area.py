"""Areas that scroll up and down, with what is in them as wide as they are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from app.labels import label
from app.roomy_area import RoomyArea
from app.training.parts import scrolling

TEXT = "what is told here goes on for some lines " * 30


@pytest.mark.parametrize("roomy", [True, False])
def test_words_wrap_in_the_width_of_the_area(qtbot: QtBot, roomy: bool) -> None:
    inside = label(TEXT, wrap=True)
    area: QScrollArea = RoomyArea(inside, "Told", 40) if roomy else scrolling(inside, "Told")
    qtbot.addWidget(area)
    area.resize(240, 80)
    area.show()
    qtbot.waitUntil(lambda: inside.width() == area.viewport().width())
    assert not area.horizontalScrollBar().isVisible()
    assert area.verticalScrollBar().maximum() > 0
    assert area.accessibleName() == "Told"
    assert area.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_a_roomy_area_wants_the_height_of_its_words(qtbot: QtBot) -> None:
    area = RoomyArea(label(TEXT, wrap=True), "Told", 40)
    qtbot.addWidget(area)
    area.resize(400, 100)
    area.show()
    narrow = area.wanted()
    area.resize(800, 100)
    qtbot.waitUntil(lambda: area.wanted() < narrow)
    assert area.minimumSizeHint().height() == 40
