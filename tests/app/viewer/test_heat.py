from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.viewer import heat
from app.viewer.document_view import DocumentView
from tests.app.viewer.hand import area_of, point
from vlm.types import Box, HeatMap, PageRef, Quarter

RIGHT = HeatMap(Box(0.0, 0.0, 1.0, 1.0), 2, 2, (0, 255, 0, 255))
"""Much on the right half of a page."""


def test_the_scale_darkens_all_the_way() -> None:
    light = [QColor(colour).lightnessF() for colour in heat.scale()]
    grey = [QColor(colour) for colour in heat.scale()]
    luminance = [0.2126 * c.redF() + 0.7152 * c.greenF() + 0.0722 * c.blueF() for c in grey]
    assert len(light) == 256
    assert all(one >= other for one, other in zip(luminance, luminance[1:], strict=False))
    assert luminance[0] == pytest.approx(1)
    assert luminance[-1] < 0.4


def test_levels_flow_into_each_other() -> None:
    drawn = heat.drawn(HeatMap(Box(0, 0, 1, 1), 1, 2, (0, 255)))
    shown = [drawn.image.pixelColor(x, 4).green() for x in range(drawn.image.width())]
    assert shown == sorted(shown, reverse=True)
    assert len(set(shown)) > 5
    assert drawn.veil.pixelColor(0, 4).alpha() == 0, "nothing changes where nothing was looked at"


def test_each_map_goes_to_its_page() -> None:
    other = HeatMap(RIGHT.box, 1, 1, (9,), PageRef("a.pdf", 7))
    found = heat.heats(3, (RIGHT, other))
    assert sorted(found) == [3, 7]


@pytest.mark.parametrize(
    ("turn", "hot", "cold"), [(0, (0.9, 0.5), (0.1, 0.5)), (90, (0.5, 0.9), (0.5, 0.1))]
)
def test_it_lies_over_the_page_and_turns_with_it(
    qtbot: QtBot,
    view: DocumentView,
    turn: Quarter,
    hot: tuple[float, float],
    cold: tuple[float, float],
) -> None:
    area = area_of(view)
    area.rotate(turn)
    area.fit_to("page")
    before = area.viewport().grab().toImage()
    view.show_heat(heat.heats(0, (RIGHT,)))
    after = area.viewport().grab().toImage()
    for (x, y), changed in ((hot, True), (cold, False)):
        at = point(view, 0, x, y)
        assert (before.pixelColor(at) != after.pixelColor(at)) is changed
    view.show_heat({})
    assert area.viewport().grab().toImage() == before
