"""What was learned, from its measure to an answer: real window, real engine, real tiny model.

The adapter's numbers are random, so the test holds the way of an answer, not its words.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import main
from app.adapters import words
from app.settings import SettingsFile
from app.shell import Shell, Start
from app.single import Place, Wish
from tests import tiny
from tests.app.conftest import furniture
from tests.app.viewer.sample import draw_sample
from tests.finetune import tuning
from vlm import paths
from vlm.types import Answer

ENGINE_MS = 60_000
"""Milliseconds that importing and loading may take on a busy machine."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save("marked", tmp_path_factory.mktemp("model") / "marked")


@pytest.fixture(scope="module")
def run(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tuning.measured_run(tmp_path_factory.mktemp("runs"), model, 0.2)


@pytest.fixture
def desk(qtbot: QtBot, model: Path, tmp_path: Path) -> Iterator[Shell]:
    """The program of a person whose tuned version is gone since the last time."""
    settings = {
        "version": 1,
        "model_folder": str(model),
        "max_answer_tokens": 16,
        "adapters": {str(model): "gone"},
    }
    (paths.config_dir() / "settings.json").write_text(json.dumps(settings))
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    looks = (application.style().objectName(), application.palette(), application.styleSheet())
    place = Place(paths.data_dir())
    assert place.take()
    file = draw_sample(tmp_path / "invoice.pdf", pages=1)
    shell = main.build(application, Start(Wish((file,), None)), place)
    qtbot.addWidget(shell.window)
    qtbot.waitUntil(lambda: shell.furniture is not None)
    assert shell.crashes is not None
    shell.crashes.stop()  # pytest-qt watches for exceptions
    yield shell
    shell.window.close()
    shell.deleteLater()
    application.setStyle(looks[0])
    application.setPalette(looks[1])
    application.setStyleSheet(looks[2])


def reads(qtbot: QtBot, shell: Shell, active: str) -> None:
    """Wait until this version reads, "" for the model as it came."""
    door = furniture(shell).versions

    def ready() -> bool:
        return door.wearing.model is not None and door.wearing.active == active

    qtbot.waitUntil(ready, timeout=ENGINE_MS)


def ask(qtbot: QtBot, shell: Shell) -> Answer:
    panel, asking = furniture(shell).panel, furniture(shell).asking
    qtbot.waitUntil(lambda: panel.scope is not None, timeout=20_000)
    with qtbot.waitSignal(asking.finished, timeout=ENGINE_MS):
        QTest.keyClicks(panel.composer.line, "What is the number?")
        QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)
    answer = panel.cards[-1].answer
    assert answer is not None
    return answer


def test_from_the_measure_to_an_answer_by_what_was_learned(
    qtbot: QtBot, desk: Shell, model: Path, run: Path
) -> None:
    parts = furniture(desk)
    reads(qtbot, desk, "")
    assert "There is no adapter called gone." in desk.window.notice.text
    before = ask(qtbot, desk)
    assert before.adapter is None

    parts.gate.open(run)
    qtbot.waitUntil(lambda: parts.gate.window is not None)
    window = parts.gate.window
    assert window is not None
    qtbot.mouseClick(window.use, Qt.MouseButton.LeftButton)
    reads(qtbot, desk, "mine")
    assert window.used.isVisible()
    assert "+ mine" in parts.panel.head.chip.text()
    tuned = ask(qtbot, desk)
    assert tuned.adapter == "mine"
    assert tuned.text != before.text
    settings = SettingsFile(paths.config_dir() / "settings.json").load()
    assert settings.adapters == {str(model): "mine"}

    qtbot.waitUntil(lambda: bool(parts.versions.listing.fitting))
    chip = parts.versions.menu()
    assert chip is not None
    next(entry for entry in chip.actions() if entry.text() == words.BASE).trigger()
    reads(qtbot, desk, "")
    again = ask(qtbot, desk)
    assert (again.text, again.adapter) == (before.text, None)
