"""Every window opens within the screen, so that its buttons can be reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.adapters.dialog import VersionsDialog
from app.batch.window import BatchWindow
from app.examples.window import ExamplesWindow
from app.gate.window import GateWindow
from app.models.dialog import ModelsDialog
from app.room import open_at
from app.training.window import TrainingWindow
from app.window import SIZE, Window

WINDOWS = (
    VersionsDialog,
    BatchWindow,
    ExamplesWindow,
    GateWindow,
    ModelsDialog,
    TrainingWindow,
)


@pytest.mark.parametrize("kind", WINDOWS)
def test_a_window_is_no_larger_than_the_screen_or_than_it_must_be(
    qtbot: QtBot, kind: type[QDialog]
) -> None:
    window = kind()
    qtbot.addWidget(window)
    free = window.screen().availableSize().expandedTo(window.minimumSize())
    assert window.width() <= free.width()
    assert window.height() <= free.height()


def test_the_main_window_is_no_larger_than_the_screen(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(tmp_path)
    qtbot.addWidget(window)
    free = window.screen().availableSize()
    assert (free.width(), free.height()) <= SIZE, "else this proves nothing"
    assert window.width() <= free.width()
    assert window.height() <= free.height()


def test_where_there_is_room_it_is_as_large_as_it_wants(qtbot: QtBot) -> None:
    window = QDialog()
    qtbot.addWidget(window)
    free = window.screen().availableSize()
    open_at(window, 300, 200)
    assert (window.width(), window.height()) == (300, 200)
    open_at(window, 300, 10_000)
    assert window.width() == 300
    assert window.height() < free.height()
