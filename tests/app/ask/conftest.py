"""What the tests of asking share: a card and a panel, shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.ask.answer_card import AnswerCard
from app.ask.panel import AskPanel
from tests.app.ask.sample import CROPPED


@pytest.fixture
def card(qtbot: QtBot) -> AnswerCard:
    made = AnswerCard(CROPPED)
    qtbot.addWidget(made)
    made.resize(388, 200)
    made.show()
    return made


@pytest.fixture
def panel(qtbot: QtBot) -> AskPanel:
    made = AskPanel()
    qtbot.addWidget(made)
    made.resize(420, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
