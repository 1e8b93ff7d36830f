"""A model that cannot be loaded: its card says why, and the one before it reads again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.model_card import AGAIN, USE, ModelCard
from app.settings import SettingsFile
from app.shell import Shell
from app.theme import Tone
from tests.app.conftest import MakeShell, furniture
from tests.app.models.made import make_folder
from vlm import models as shipped
from vlm import paths
from vlm.hub import ModelName
from vlm.parts import Store


@pytest.fixture
def good() -> Path:
    return make_folder(Store().folder(ModelName("owner", "good")))


@pytest.fixture
def bad() -> Path:
    return make_folder(Store().folder(ModelName("owner", "bad")))


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shipped, "shipped_folders", lambda: ())


def choose(folder: Path) -> None:
    settings = {"version": 1, "model_folder": str(folder)}
    (paths.config_dir() / "settings.json").write_text(json.dumps(settings))


def cut_short(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "ide')


def reads(shell: Shell) -> str:
    model = furniture(shell).versions.wearing.model
    return model.folder if model is not None else ""


def card_of(qtbot: QtBot, shell: Shell, folder: Path) -> ModelCard:
    door = furniture(shell).models
    door.open()
    assert door.behind is not None
    cards = door.behind.dialog.list.cards
    qtbot.waitUntil(lambda: folder in cards)
    return cards[folder]


def test_the_one_that_read_before_reads_again_and_it_is_said(
    qtbot: QtBot, make_shell: MakeShell, good: Path, bad: Path
) -> None:
    choose(good)
    shell = make_shell(sample=True)
    qtbot.waitUntil(lambda: reads(shell) == str(good))
    card = card_of(qtbot, shell, bad)
    cut_short(bad)
    qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "owner/bad could not be loaded" in shell.window.notice.text)
    assert (
        "it is damaged or cut short. Text layer only (no model) reads again."
        in shell.window.notice.text
    )
    qtbot.waitUntil(lambda: reads(shell) == str(good))
    assert SettingsFile(paths.config_dir() / "settings.json").load().model_folder == str(good)


def test_its_card_says_why_and_offers_another_try(
    qtbot: QtBot, make_shell: MakeShell, good: Path, bad: Path
) -> None:
    choose(bad)
    shell = make_shell(sample=True)
    qtbot.waitUntil(lambda: reads(shell) == str(bad))
    shell.window.close()

    whole = (bad / "config.json").read_text()
    cut_short(bad)
    shell = make_shell(sample=True)
    head = furniture(shell).panel.head
    qtbot.waitUntil(head.choose.isVisible)
    (bad / "config.json").write_text(whole)  # so that it is listed as one that runs here
    card = card_of(qtbot, shell, bad)
    qtbot.waitUntil(lambda: card.fit.text().startswith("Could not be loaded."))
    assert "is damaged or cut short" in card.fit.text()
    assert card.fit.text().endswith("Get it again, or choose another model.")
    assert card.mark.tone is Tone.BAD
    assert not card.used.isVisible()
    assert card.use.text() == AGAIN

    qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: reads(shell) == str(bad))
    assert card_of(qtbot, shell, bad).used.isVisible()
    assert card.use.text() == USE
    assert "could not be loaded" not in card.fit.text().lower()
