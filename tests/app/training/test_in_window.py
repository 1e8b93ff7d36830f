"""The whole program: from examples to a run that lives on, by clicks and keys."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.examples import shelf
from app.process import start_apart
from app.shell import Shell
from app.training import counting, words, work
from app.training.presenter import Training
from app.training.values import Phase
from app.training.watch import OUTPUT
from finetune import runs
from tests.app.adapters import made as versions
from tests.app.conftest import MakeShell, furniture
from tests.app.training import made
from tests.app.training.toy_worker import IS_ASKED
from vlm import paths


def open_training(qtbot: QtBot, shell: Shell) -> Training:
    shell.window.commands.train.trigger()
    door = furniture(shell).training
    qtbot.waitUntil(lambda: door.behind is not None and door.behind.window.isVisible())
    assert door.behind is not None
    return door.behind


def test_ctrl_t_opens_it_with_nothing_to_learn_from(qtbot: QtBot, shell: Shell) -> None:
    assert shell.window.commands.train.shortcut().toString() == "Ctrl+T"
    behind = open_training(qtbot, shell)
    qtbot.waitUntil(lambda: not behind.window.setup.start.isEnabled())
    assert behind.window.pages.currentWidget() is behind.window.setup
    opened = furniture(shell).examples_window
    behind.window.setup.examples.click()
    assert opened.window is not None
    assert opened.window.isVisible()
    assert behind.window.parent() is None, "else it stays above a page that is opened from it"
    shell.window.close()
    assert not behind.window.isVisible()


def test_without_examples_it_says_what_to_do_first_and_offers_that(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    window = open_training(qtbot, shell).window
    setup = window.setup
    qtbot.waitUntil(setup.label.isVisible)
    texts = "\n".join(one.text() for one in setup.findChildren(QLabel) if one.isVisible())
    assert words.NO_EXAMPLES in texts
    assert "First show it at least 10 different documents" in texts
    assert "learn from 0" not in texts
    assert "What it takes" not in texts, "nothing is known of that yet"
    setup.label.click()
    assert not window.isVisible()
    assert shell.window.commands.label.isChecked()


def test_esc_goes_one_step_back_and_then_out(qtbot: QtBot, shell: Shell) -> None:
    window = open_training(qtbot, shell).window
    for opener, page in (
        (window.setup.preview_pressed, window.preview),
        (window.setup.expert_pressed, window.expert),
    ):
        opener.emit()
        assert window.pages.currentWidget() is page
        qtbot.keyClick(page, Qt.Key.Key_Escape)
        assert window.isVisible()
        assert window.pages.currentWidget() is window.setup
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_what_reads_now_is_what_a_new_version_has_to_beat(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made.small_model(tmp_path / "small")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("vlm.models.shipped_folders", lambda: (folder,))
    monkeypatch.setattr(counting, "count_command", made.count_command)
    versions.version("Old ones", folder)
    made.fill(paths.data_dir() / shelf.NAME, 10)
    shell = make_shell()
    same = str(tmp_path / "elsewhere" / ".." / "small")
    wanted = replace(shell.settings, adapters={same: "Old ones"})
    furniture(shell).versions.settings_wanted.emit(wanted)
    behind = open_training(qtbot, shell)
    setup = behind.window.setup
    said = "It has to read these better than “Old ones”, which you use now."
    qtbot.waitUntil(lambda: said in setup.division.text(), timeout=20_000)
    qtbot.waitUntil(setup.start.isEnabled)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: behind.shown_run is not None, timeout=20_000)
    run = behind.shown_run
    assert run is not None
    readers = {(row.side, row.reader) for row in runs.read_rows(run.folder)}
    assert readers == {("train", ""), ("held_out", "Old ones")}


def test_a_run_from_before_is_said_and_shown(qtbot: QtBot, make_shell: MakeShell) -> None:
    run = made.frozen(work.root(), "Our invoices", epochs=1000)
    assert start_apart(made.toy_command(run), run / OUTPUT)
    qtbot.waitUntil(lambda: b'"step"' in (run / OUTPUT).read_bytes(), timeout=20_000)
    shell = make_shell()
    qtbot.waitUntil(lambda: "“Our invoices” is still being trained" in shell.window.notice.text)
    door = furniture(shell).training
    qtbot.waitUntil(lambda: "Training Our invoices · " in door.sign.text())
    assert door.sign.isVisible()
    assert door.behind is not None
    qtbot.mouseClick(door.sign, Qt.MouseButton.LeftButton)
    behind = door.behind
    assert behind.window.isVisible()
    qtbot.waitUntil(lambda: behind.window.pages.currentWidget() is behind.window.run)
    shown = behind.shown_run
    assert shown is not None
    assert shown.folder == run
    qtbot.mouseClick(behind.window.new, Qt.MouseButton.LeftButton)
    assert behind.window.pages.currentWidget() is behind.window.setup
    behind.window.close()
    qtbot.mouseClick(door.sign, Qt.MouseButton.LeftButton)
    assert behind.window.pages.currentWidget() is behind.window.run
    behind.window.close()
    behind.following.stop_and_keep(run)
    notice = shell.window.notice
    qtbot.waitUntil(lambda: "“Our invoices” has learned" in notice.text, timeout=20_000)
    qtbot.waitUntil(door.sign.isHidden)
    assert notice.way.isVisible()
    gate = furniture(shell).gate
    qtbot.mouseClick(notice.way, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: gate.window is not None and gate.window.isVisible())
    assert not notice.isVisible()


def test_the_measure_opens_from_the_run(qtbot: QtBot, shell: Shell) -> None:
    run = made.frozen(work.root(), "Our invoices")
    assert start_apart(made.toy_command(run), run / OUTPUT)
    behind = open_training(qtbot, shell)

    def measured() -> bool:
        found = behind.following.run(run)
        return found is not None and found.phase is Phase.MEASURED

    qtbot.waitUntil(measured, timeout=20_000)
    behind.window.list.choose(run)
    wanted: list[Path] = []
    furniture(shell).training.gate_wanted.connect(wanted.append)
    qtbot.mouseClick(behind.window.run.measure, Qt.MouseButton.LeftButton)
    assert wanted == [run]


def test_a_measure_is_stopped_and_asked_on_by_clicks(qtbot: QtBot, shell: Shell) -> None:
    run = made.frozen(work.root(), "Our invoices", seed=IS_ASKED, epochs=1)
    assert start_apart(made.toy_command(run), run / OUTPUT)
    behind = open_training(qtbot, shell)
    qtbot.waitUntil(lambda: behind.following.run(run) is not None)
    behind.window.list.choose(run)
    page = behind.window.run
    qtbot.waitUntil(page.leave.isVisible, timeout=20_000)
    assert page.pause.isVisible()
    assert not page.stop.isVisible()
    qtbot.mouseClick(page.leave, Qt.MouseButton.LeftButton)
    assert not page.leave.isEnabled()
    assert page.sentence.text() == words.LEAVING
    qtbot.waitUntil(page.resume.isVisible, timeout=20_000)
    assert not page.leave.isVisible()
    qtbot.mouseClick(page.resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.measure.isVisible, timeout=20_000)


def test_what_draws_curves_is_imported_in_pieces_and_whole() -> None:
    pieces = (
        "from app.training import warming;assert sum(1 for _ in warming.package('pyqtgraph')) > 50;"
    )
    told = [
        subprocess.check_output(
            [sys.executable, "-c", f"{how}import pyqtgraph; print(dir(pyqtgraph))"], timeout=60
        )
        for how in ("", pieces)
    ]
    assert told[0] == told[1]


def test_holding_it_costs_no_import() -> None:
    code = (
        "import sys, app.training.door;"
        "assert not {'numpy', 'psutil', 'pyqtgraph', 'tokenizers', 'finetune'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
