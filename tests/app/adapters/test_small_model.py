"""A model that does not load offers the small one; the note about that can be hushed for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ask import words
from app.errors import headline
from app.settings import Settings, SettingsFile
from tests.app.adapters import made
from tests.app.conftest import MakeShell, furniture
from vlm import paths
from vlm.errors import ModelIncomplete, ModelMissing
from vlm.types import ModelInfo

WAIT = 20_000


def saved() -> Settings:
    return SettingsFile(paths.config_dir() / "settings.json").load()


def test_a_model_that_does_not_load_offers_the_small_one(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = made.model(tmp_path / "small")
    monkeypatch.setenv("VLM_FAKE_MEMORY", "load")  # nothing loads, the small one neither
    settings = {"version": 1, "model_folder": "/models/large"}
    (paths.config_dir() / "settings.json").write_text(json.dumps(settings))
    shell = make_shell(sample=True)
    monkeypatch.setattr("vlm.models.default_folder", lambda: small)
    parts = furniture(shell)
    parts.versions.load(saved())
    head = parts.panel.head
    qtbot.waitUntil(head.small.isVisible, timeout=WAIT)
    assert head.choose.text() == "Choose another"
    assert head.retry.isVisible()

    qtbot.mouseClick(head.small, Qt.MouseButton.LeftButton)
    assert saved().model_folder == ""
    assert not head.small.isVisible()
    qtbot.waitUntil(head.retry.isVisible, timeout=WAIT)
    assert not head.small.isVisible(), "nothing smaller can take its place"
    assert head.choose.text() == "Choose a model"


def test_what_is_wrong_with_a_model_is_told_apart() -> None:
    gone, cut = headline(ModelMissing.code).title, headline(ModelIncomplete.code).title
    assert gone == "The model isn't there any more"
    assert cut == "This model can't be used"


def test_the_note_about_a_small_model_stays_hushed(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    (paths.config_dir() / "settings.json").write_text('{"model_folder": "/models/small"}')
    shell = make_shell(two[0])
    panel = furniture(shell).panel
    qtbot.waitUntil(panel.note.isVisible, timeout=WAIT)
    assert panel.note.text() == words.SMALL_MODEL
    qtbot.mouseClick(panel.hush, Qt.MouseButton.LeftButton)
    assert not panel.note.isVisible()
    shell.window.close()

    again = make_shell(two[0])
    door, panel = furniture(again).versions, furniture(again).panel
    qtbot.waitUntil(lambda: door.wearing.model is not None, timeout=WAIT)
    assert not panel.note.isVisible()
    assert door.wearing.model is not None
    assert saved().hushed == (door.wearing.model.name,)
    other = ModelInfo("Other", "/o", "idefics2", 9, "cpu", "fp32", "", True, small=True)
    panel.show_model(other)
    assert panel.note.isVisible(), "of another model it is told"
