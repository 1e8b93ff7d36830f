"""What the tests of tuned versions in the window share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.adapters.dialog import VersionsDialog
from app.settings import Settings, SettingsFile
from app.shell import Shell
from tests.app.adapters import made
from tests.app.conftest import furniture
from vlm import paths


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The model that reads, with two versions and one of another model."""
    base = made.model(tmp_path / "reader")
    made.version("invoices", base, made_at=2.0)
    made.version("letters", base, passed=False, made_at=1.0)
    made.version("foreign", made.model(tmp_path / "other", fill=7))
    return base


def begin(base: Path, **more: object) -> None:
    settings = {"version": 1, "model_folder": str(base), **more}
    (paths.config_dir() / "settings.json").write_text(json.dumps(settings))


def saved() -> Settings:
    return SettingsFile(paths.config_dir() / "settings.json").load()


def ready(qtbot: QtBot, shell: Shell, active: str) -> None:
    """Wait until this version reads."""
    door = furniture(shell).versions

    def reads() -> bool:
        return door.wearing.model is not None and door.wearing.active == active

    qtbot.waitUntil(reads, timeout=20_000)


def window(qtbot: QtBot, shell: Shell) -> VersionsDialog:
    shell.window.commands.versions.trigger()
    behind = furniture(shell).versions.behind
    assert behind is not None
    qtbot.waitUntil(lambda: bool(behind.dialog.cards))
    return behind.dialog


def menu(qtbot: QtBot, shell: Shell) -> QMenu:
    """Return what a click on the model chip opens."""
    door = furniture(shell).versions
    qtbot.waitUntil(lambda: bool(door.listing.fitting))
    found = door.menu()
    assert found is not None
    return found


def entries(of: QMenu) -> dict[str, bool]:
    return {action.text(): action.isChecked() for action in of.actions() if action.text()}


def press(of: QMenu, text: str) -> None:
    next(action for action in of.actions() if action.text() == text).trigger()
