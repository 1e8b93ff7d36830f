from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.door import ModelsDoor
from app.models.presenter import Models
from app.models.values import ModelChoice
from tests.app.models.made import make_folder
from vlm import models as shipped
from vlm.hub import ModelName
from vlm.parts import Store
from vlm.speeds import Speeds
from vlm.types import ModelInfo, Timings

TINY = ModelName("owner", "tiny")


@pytest.fixture
def coming() -> list[str]:
    """The folder of a model that is being loaded, if there is one."""
    return []


@pytest.fixture
def door(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, coming: list[str]
) -> Iterator[ModelsDoor]:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shipped, "shipped_folders", lambda: ())
    made = ModelsDoor(coming=lambda: "".join(coming))
    yield made
    made.shutdown()
    if made.behind is not None:
        made.behind.dialog.close()


def opened(door: ModelsDoor, qtbot: QtBot) -> Models:
    door.open()
    behind = door.behind
    assert behind is not None
    qtbot.waitUntil(lambda: bool(behind.dialog.list.cards))
    return behind


def test_the_choice_comes_out(door: ModelsDoor, qtbot: QtBot) -> None:
    folder = make_folder(Store().folder(TINY))
    behind = opened(door, qtbot)
    with qtbot.waitSignal(door.chosen) as chosen:
        qtbot.mouseClick(behind.dialog.list.cards[folder].use, Qt.MouseButton.LeftButton)
    assert chosen.args == [ModelChoice(str(folder), "owner/tiny")]


def test_opening_again_shows_the_same_window(door: ModelsDoor, qtbot: QtBot) -> None:
    make_folder(Store().folder(TINY))
    first = opened(door, qtbot)
    first.dialog.accept()
    assert opened(door, qtbot) is first
    assert first.dialog.isVisible()


def test_speed_is_shown_after_an_answer_of_the_model_that_reads(
    door: ModelsDoor, qtbot: QtBot
) -> None:
    folder = make_folder(Store().folder(TINY))
    door.note(Timings(first_token=9))
    door.set_model(ModelInfo("tiny", str(folder), "SmolVLM", 1, "cpu", "float32", "r", True))
    door.note(Timings(first_token=1.5, tokens_per_second=20))
    qtbot.waitUntil(lambda: bool(Speeds().read()))
    card = opened(door, qtbot).dialog.list.cards[folder]
    assert card.speed.text().startswith("Starts to answer after 1.5 s")
    assert card.used.isVisible()


def test_the_model_that_is_being_loaded_is_no_longer_offered(
    door: ModelsDoor, coming: list[str], qtbot: QtBot
) -> None:
    folder = make_folder(Store().folder(TINY))
    coming.append(str(folder))
    card = opened(door, qtbot).dialog.list.cards[folder]
    assert card.used.isVisible()
    assert not card.use.isVisible()


def test_holding_it_costs_no_import() -> None:
    code = (
        "import sys, app.models.door;"
        "assert not {'psutil', 'filelock', 'httpx2', 'vlm.catalogue'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
