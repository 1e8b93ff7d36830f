"""The list of runs while runs come, go and move on."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.training.run_list import RunList, RunsModel
from app.training.values import Run, Sizes
from tests.app.training import made


def run(name: str) -> Run:
    return Run(Path("/runs") / name, made.plan(name), 1_700_000_000.0, Sizes(5, 5, 5, 5))


def test_runs_that_come_and_go_leave_the_selected_ones(qtbot: QtBot) -> None:
    model = RunsModel()
    shown = RunList(model)
    qtbot.addWidget(shown)
    a, b, c, d = (run(name) for name in "abcd")
    model.show((a, b, c))
    shown.selectAll()
    model.show((d, c, a))
    assert model.runs == (d, c, a)
    assert c.folder in shown.chosen() or a.folder in shown.chosen()
    assert d.folder not in shown.chosen()


def test_a_run_that_goes_on_is_painted_again(qtbot: QtBot) -> None:
    model = RunsModel()
    one = run("a")
    model.show((one,))
    one.process = 7
    with qtbot.waitSignal(model.dataChanged):
        model.show((one,))
