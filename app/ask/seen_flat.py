"""Lays what a model was shown of a photograph flat again, and the right way up, as it was shown."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF, QTransform

from vlm.types import View


def laid_flat(image: QImage, view: View) -> QImage:
    """Return what of a page the model was shown.

    Args:
        image: RGB; of the view's box, the page not turned.
        view: With an outline.

    Returns:
        RGB; as large as its sides are in the picture on average.
    """
    box, numbers = view.box, iter(view.outline)
    points = [
        QPointF(
            (x - box.x0) / box.width * image.width(), (y - box.y0) / box.height * image.height()
        )
        for x, y in zip(numbers, numbers, strict=True)
    ]
    sides = [_length(points[place - 1], point) for place, point in enumerate(points)]
    width, height = (sides[1] + sides[3]) / 2, (sides[0] + sides[2]) / 2
    found = QImage(max(1, round(width)), max(1, round(height)), QImage.Format.Format_RGB888)
    found.fill(Qt.GlobalColor.white)
    ends = QRectF(found.rect())
    corners = [ends.topLeft(), ends.topRight(), ends.bottomRight(), ends.bottomLeft()]
    way = QTransform.quadToQuad(QPolygonF(points), QPolygonF(corners))
    if not isinstance(way, QTransform):
        return image  # three corners on a line
    painter = QPainter(found)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(way)
    painter.drawImage(0, 0, image)
    painter.end()
    return found


def _length(one: QPointF, other: QPointF) -> float:
    return math.hypot(other.x() - one.x(), other.y() - one.y())
