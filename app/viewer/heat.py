"""How much a model looked at parts of a page, as soft colour over the page. Knows maps and images.

The scale gets darker all the way from pale yellow to plum, so that it reads without seeing hues.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from vlm.types import Box, HeatMap

FINER = 8
"""Pixels that are drawn for a cell's edge; between cells the levels flow into each other."""
STOPS = ((0, "#ffffff"), (40, "#fff8d6"), (110, "#ffd866"), (180, "#f2885b"), (255, "#a63a79"))
"""Levels and their colours, which are multiplied with the page: print stays black."""
VEIL = 0.3
"""Opacity of the most over dark pages, where multiplying shows nothing."""


@dataclass(frozen=True, slots=True)
class Heat:
    """A map as it is painted over `box` of the page before its turn.

    `image` is multiplied with the page; `veil` is see-through where there is nothing to show.
    """

    box: Box
    image: QImage
    veil: QImage


Heats = Mapping[int, Sequence[Heat]]
"""By page."""


@cache
def scale() -> list[int]:
    """Return the colour of each level from 0 to 255, as Qt's numbers."""
    found: list[int] = []
    for (low, cold), (high, hot) in zip(STOPS, STOPS[1:], strict=False):
        one, other = QColor(cold), QColor(hot)
        for level in range(low if not found else low + 1, high + 1):
            part = (level - low) / (high - low)
            red = one.redF() + part * (other.redF() - one.redF())
            green = one.greenF() + part * (other.greenF() - one.greenF())
            blue = one.blueF() + part * (other.blueF() - one.blueF())
            found.append(QColor.fromRgbF(red, green, blue).rgb())
    return found


def drawn(heat: HeatMap) -> Heat:
    """Draw a map, levels flowing from cell to cell."""
    grey = QImage(
        bytes(heat.levels), heat.columns, heat.rows, heat.columns, QImage.Format.Format_Grayscale8
    )
    smooth = grey.scaled(
        heat.columns * FINER,
        heat.rows * FINER,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    colours = QImage(
        smooth.constBits(),
        smooth.width(),
        smooth.height(),
        smooth.bytesPerLine(),
        QImage.Format.Format_Indexed8,
    )
    colours.setColorTable(scale())
    image = colours.convertToFormat(QImage.Format.Format_RGB32)
    colours.setColorTable([_seen_through(colour, level) for level, colour in enumerate(scale())])
    return Heat(heat.box, image, colours.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))


def _seen_through(colour: int, level: int) -> int:
    pale = QColor(colour)
    pale.setAlphaF(VEIL * level / 255)
    return pale.rgba()


def heats(page: int, maps: Iterable[HeatMap]) -> Heats:
    """Draw an answer's maps; those that name no page belong to `page`."""
    found: dict[int, list[Heat]] = {}
    for one in maps:
        at = page if one.page is None else one.page.page
        found.setdefault(at, []).append(drawn(one))
    return found


def draw(painter: QPainter, size: tuple[float, float], heat: Heat) -> None:
    """Draw a map over a page.

    Args:
        painter: Draws the page upright from its top left corner on.
        size: The page's width and height.
        heat: The map.
    """
    width, height = size
    box = heat.box
    place = QRectF(box.x0 * width, box.y0 * height, box.width * width, box.height * height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    painter.drawImage(place, heat.image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.drawImage(place, heat.veil)
    painter.restore()
