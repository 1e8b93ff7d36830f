"""What curves say to those who see them and to those who hear them."""

import pyqtgraph as graph
from pytestqt.qtbot import QtBot

from app.training.curves import Curve, Plot
from app.training.tale import Point


def test_numbers_at_and_of_curves_are_those_of_the_persons_country(
    qtbot: QtBot, german: None
) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show_curves([Curve("Learned", (Point(1_200, 0.25),))])
    assert plot.accessibleDescription() == "Learned: 0,25 at step 1.200"
    item = plot.findChildren(graph.PlotWidget)[0].getPlotItem()
    assert item is not None
    axis = item.getAxis("left")
    assert axis.tickStrings([0.5, 1.0, 1.5], 1.0, 0.5) == ["0,5", "1,0", "1,5"]
