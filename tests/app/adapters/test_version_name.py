"""A version's name is changed where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout
from pytestqt.qtbot import QtBot

from app.adapters.values import Version
from app.adapters.version_card import VersionCard
from finetune.adapters import AdapterLibrary
from tests.app.adapters.made import model, version


class Around(QDialog):
    """A window around a card, which Esc closes, and what the card told."""

    def __init__(self, card: VersionCard) -> None:
        super().__init__()
        self.card, self.other = card, QLineEdit()
        self.names: list[str] = []
        layout = QVBoxLayout(self)
        layout.addWidget(card)
        layout.addWidget(self.other)
        card.renamed.connect(lambda _, new: self.names.append(new))


@pytest.fixture
def around(qtbot: QtBot, tmp_path: Path) -> Around:
    version("invoices", model(tmp_path / "base"))
    card = VersionCard(Version(AdapterLibrary().get("invoices"), fits=True))
    made = Around(card)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    card.name.edit()
    qtbot.keyClicks(card.name.line, "Bills")
    return made


def test_escape_gives_up_the_name_and_not_the_window(qtbot: QtBot, around: Around) -> None:
    qtbot.keyClick(around.card.name.line, Qt.Key.Key_Escape)
    assert around.isVisible()
    assert not around.card.name.line.isVisible()
    assert around.names == []


def test_enter_and_going_elsewhere_take_it_once(qtbot: QtBot, around: Around) -> None:
    qtbot.keyClick(around.card.name.line, Qt.Key.Key_Return)
    assert around.names == ["Bills"]
    around.card.name.edit()
    qtbot.keyClicks(around.card.name.line, "Letters")
    around.other.setFocus()
    assert around.names == ["Bills", "Letters"]
    assert not around.card.name.line.isVisible()
