"""A tuned version is exported, imported, and written as a full model."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import dialogs
from app.adapters import merge
from tests.app.adapters import made
from tests.app.adapters.conftest import begin, press, ready, window
from tests.app.conftest import MakeShell


def test_exported_and_imported_with_a_sentence_for_each_refusal(
    qtbot: QtBot,
    make_shell: MakeShell,
    base: Path,
    two: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(base)
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    dialog = window(qtbot, shell)
    folders: list[Path] = []
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(folders.pop()))

    folders.append(tmp_path)
    press(dialog.cards["invoices"].menu(), "&Export for peft…")
    qtbot.waitUntil(lambda: "“invoices” is in" in dialog.status.text())
    assert (tmp_path / "invoices" / "adapter_model.safetensors").is_file()

    folders.append(tmp_path / "invoices")
    qtbot.mouseClick(dialog.bring, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "invoices 2" in dialog.cards)
    assert "is here now" in dialog.status.text()

    def shown(said: str) -> bool:
        return said in dialog.status.text()

    pickled = made.peft(tmp_path / "pickled")
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    for folder, sentence in (
        (made.peft(tmp_path / "wider", side=9), "another model"),
        (made.peft(tmp_path / "coded", my_code="os"), "my_code"),
        (pickled, "can hide programs"),
        (tmp_path, "no adapter_model"),
    ):
        folders.append(folder)
        qtbot.mouseClick(dialog.bring, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(partial(shown, sentence))
    qtbot.waitUntil(lambda: len(dialog.cards) == 4)
    dialog.accept()


CHILD = """
import sys, time
print('{"kind":"preparing","text":"Reading the model","fraction":0.5}', flush=True)
if sys.argv[1] == "fails":
    print('{"kind":"failed","code":"disk","message":"The disk is full."}', flush=True)
    sys.exit(1)
if sys.argv[1] == "waits":
    time.sleep(60)
"""


def test_a_full_model_is_written_by_a_process_that_can_be_stopped(
    qtbot: QtBot,
    make_shell: MakeShell,
    base: Path,
    two: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(base)
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    dialog = window(qtbot, shell)
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(tmp_path))
    given: list[tuple[Path, ...]] = []

    def export(how: str) -> None:
        def command(*paths: Path) -> list[str]:
            given.append(paths)
            return [sys.executable, "-c", CHILD, how]

        monkeypatch.setattr(merge, "merge_command", command)
        press(dialog.cards["invoices"].menu(), "Export as a &full model…")
        assert dialog.bar.isVisible()

    export("works")
    qtbot.waitUntil(lambda: "“invoices” is in" in dialog.status.text())
    assert given[0][0] == base
    assert given[0][2] == tmp_path / "invoices"
    export("fails")
    qtbot.waitUntil(lambda: dialog.status.text() == "The disk is full.")
    export("waits")
    qtbot.waitUntil(lambda: dialog.bar.value() == 50)
    assert "Reading the model" in dialog.status.text()
    qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Stopped" in dialog.status.text())
    assert not dialog.bar.isVisible()
    export("waits")
    dialog.accept()
