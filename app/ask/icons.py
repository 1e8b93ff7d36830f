"""The asking panel's small line icons, drawn in the colour of the text beside them."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

GRID = 16
"""Icons are drawn on a square of this size and scaled."""
STROKE = 1.5


class Icon(Enum):
    """What can be drawn."""

    CHECK = "check"
    CLOCK = "clock"
    QUESTION = "question"
    WARNING = "warning"
    CROSS = "cross"
    JUMP = "jump"
    PICTURE = "picture"
    COPY = "copy"
    AGAIN = "again"
    EYE = "eye"
    STOP = "stop"
    SEND = "send"
    CROP = "crop"
    PAGE = "page"
    PAGES = "pages"
    PEN = "pen"
    CHIP = "chip"
    LONGER = "longer"
    TARGET = "target"
    UNDO = "undo"
    NOT_THERE = "not there"


def _poly(*points: tuple[float, float], closed: bool = False) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    if closed:
        path.closeSubpath()
    return path


def _together(*paths: QPainterPath) -> QPainterPath:
    whole = QPainterPath()
    for path in paths:
        whole.addPath(path)
    return whole


def _round(x: float, y: float, width: float, height: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(x, y, width, height), radius, radius)
    return path


def _circle(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def _arc(rect: QRectF, start: float, span: float) -> QPainterPath:
    path = QPainterPath()
    path.arcMoveTo(rect, start)
    path.arcTo(rect, start, span)
    return path


def _eye() -> QPainterPath:
    path = QPainterPath(QPointF(1.5, 8))
    path.quadTo(QPointF(8, 0.5), QPointF(14.5, 8))
    path.quadTo(QPointF(8, 15.5), QPointF(1.5, 8))
    return _together(path, _circle(8, 8, 2))


_SHAPES: dict[Icon, QPainterPath] = {
    Icon.CHECK: _poly((3, 8.5), (6.5, 12), (13, 4.5)),
    Icon.CLOCK: _together(_circle(8, 8, 6), _poly((8, 4.5), (8, 8), (10.5, 9.5))),
    Icon.QUESTION: _together(
        _arc(QRectF(5.2, 2.4, 5.6, 5.6), 170, -230),
        _poly((8, 8.4), (8, 10.2)),
        _poly((8, 13), (8, 13.1)),
    ),
    Icon.WARNING: _together(
        _poly((8, 2.2), (14.3, 13.3), (1.7, 13.3), closed=True),
        _poly((8, 6.4), (8, 9.4)),
        _poly((8, 11.4), (8, 11.5)),
    ),
    Icon.CROSS: _together(_poly((4, 4), (12, 12)), _poly((12, 4), (4, 12))),
    Icon.JUMP: _together(_poly((5, 11), (11.5, 4.5)), _poly((6, 4.3), (11.7, 4.3), (11.7, 10))),
    Icon.PICTURE: _together(
        _round(2, 3, 12, 10, 2), _circle(5.6, 6.5, 0.9), _poly((3, 12), (8, 8), (13, 12.2))
    ),
    Icon.COPY: _together(
        _round(5.5, 5.5, 8, 8, 1.5), _poly((3.5, 10.5), (2.5, 10.5), (2.5, 2.5), (10.5, 2.5))
    ),
    Icon.AGAIN: _together(
        _arc(QRectF(3, 3, 10, 10), 40, 290), _poly((12.6, 1.9), (12.4, 5.0), (9.3, 5.2))
    ),
    Icon.EYE: _eye(),
    Icon.STOP: _round(4, 4, 8, 8, 1.5),
    Icon.SEND: _together(_poly((8, 13), (8, 3.2)), _poly((3.8, 7.2), (8, 3), (12.2, 7.2))),
    Icon.CROP: _together(
        _poly((4.5, 1.5), (4.5, 11.5), (14.5, 11.5)),
        _poly((1.5, 4.5), (11.5, 4.5), (11.5, 14.5)),
    ),
    Icon.PAGE: _together(
        _round(3.5, 1.8, 9, 12.4, 1.5),
        _poly((6, 5.5), (10, 5.5)),
        _poly((6, 8.2), (10, 8.2)),
        _poly((6, 10.9), (8.4, 10.9)),
    ),
    Icon.PAGES: _together(
        _round(2, 4.2, 8.2, 10.2, 1.5),
        _poly((5, 1.8), (12.6, 1.8), (13.8, 3), (13.8, 11.6)),
        _poly((4.4, 7.6), (7.8, 7.6)),
        _poly((4.4, 10.4), (7.8, 10.4)),
    ),
    Icon.PEN: _together(
        _poly((3, 13), (3.7, 10), (10.8, 2.9), (13.1, 5.2), (6, 12.3), closed=True)
    ),
    Icon.CHIP: _together(
        _round(4, 4, 8, 8, 1.5),
        *[_poly((x, 1.8), (x, 4)) for x in (6.3, 9.7)],
        *[_poly((x, 12), (x, 14.2)) for x in (6.3, 9.7)],
        *[_poly((1.8, y), (4, y)) for y in (6.3, 9.7)],
        *[_poly((12, y), (14.2, y)) for y in (6.3, 9.7)],
    ),
    Icon.LONGER: _together(
        _poly((2.5, 4), (13.5, 4)), _poly((2.5, 8), (13.5, 8)), _poly((2.5, 12), (7, 12))
    ),
    Icon.UNDO: _together(
        _poly((6, 3.2), (2.6, 6.6), (6, 10)),
        _poly((2.8, 6.6), (10, 6.6)),
        _arc(QRectF(6.8, 6.6, 6.4, 6.4), 90, -180),
        _poly((10, 13), (6.4, 13)),
    ),
    Icon.TARGET: _together(_circle(8, 8, 5.6), _circle(8, 8, 2.6), _circle(8, 8, 0.3)),
    Icon.NOT_THERE: _together(_circle(8, 8, 5.8), _poly((3.9, 12.1), (12.1, 3.9))),
}
_FILLED = {Icon.STOP}


def draw(painter: QPainter, icon: Icon, at: QRectF, colour: QColor) -> None:
    """Draw an icon into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(at.topLeft())
    painter.scale(at.width() / GRID, at.height() / GRID)
    painter.setPen(
        QPen(
            colour,
            STROKE,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
            Qt.PenJoinStyle.RoundJoin,
        )
    )
    painter.setBrush(colour if icon in _FILLED else Qt.BrushStyle.NoBrush)
    painter.drawPath(_SHAPES[icon])
    painter.restore()
