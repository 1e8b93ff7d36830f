"""One run with the real process and a tiny real model: counted, started, followed, measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.training import work
from app.training.presenter import Training
from app.training.values import Phase
from finetune import launch, runs
from tests.app.training import made
from tests.finetune import tuning
from vlm import paths


def test_a_tiny_model_learns_beside_the_window(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = tuning.base(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr("vlm.models.shipped_folders", lambda: (base,))
    monkeypatch.setattr(work, "train_command", launch.train_command)
    file = paths.data_dir() / "examples.sqlite3"
    made.fill(file, 10)
    training = Training(file)
    qtbot.addWidget(training.window)
    window, setting = training.window, training.setting_up
    try:
        training.open()
        for key, text in {"epochs": "2", "watch_every": "2", "longest_answer": "18"}.items():
            line = window.expert.rows[key].control
            qtbot.waitUntil(lambda: setting.prepared is not None, timeout=20_000)
            line.setProperty("text", text)
            window.expert.rows[key].edited.emit()
        qtbot.waitUntil(lambda: "goes through" in window.preview.totals.text(), timeout=60_000)
        qtbot.waitUntil(window.setup.start.isEnabled, timeout=20_000)
        qtbot.mouseClick(window.setup.start, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: training.shown_run is not None, timeout=20_000)
        run = training.shown_run
        assert run is not None
        assert run.plan.epochs == 2
        qtbot.waitUntil(lambda: run.phase is Phase.MEASURED, timeout=200_000)
    finally:
        training.shutdown()
    rows = runs.read_rows(run.folder)
    learned = sum(row.side == "train" for row in rows)
    assert len(run.tale.losses) == run.plan.steps(learned + run.plan.replayed(learned))
    assert run.tale.scores
    assert run.gate is not None
    assert len(run.gate.rows) == run.sizes.held_out == 10
    assert (run.folder / runs.ADAPTER / "adapter_model.safetensors").is_file()
    assert window.run.sentence.text() == " ".join(run.gate.reasons)
