from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.training.plot_place import DRAWING, PlotPlace


def test_that_there_are_no_curves_is_said_only_when_they_could_be_drawn(qtbot: QtBot) -> None:
    place = PlotPlace("There are none.")
    qtbot.addWidget(place)
    assert place.empty.text() == DRAWING
    place.allow()
    assert place.empty.text() == "There are none."
    assert not place.empty.isHidden()
