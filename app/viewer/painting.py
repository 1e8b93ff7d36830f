"""How pages and the boxes on them look. Knows painters and colours, not the mouse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen, QPixmap

from app import theme
from app.page_lane import Draw
from app.pages import PageService
from app.viewer.crop import handle_point, shown_handles
from app.viewer.geometry import PageLayout
from vlm.types import Quarter

SHADOW = 7
"""Logical pixels that a page's shadow reaches."""
HANDLE = 9
"""Logical pixels of a handle's edge."""


def draw_paper(painter: QPainter, place: QRectF, palette: QPalette) -> None:
    """Draw a white sheet with a soft shadow; `place` is in the painter's coordinates."""
    depth = 26 if not theme.is_dark(palette) else 60
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for step in range(1, SHADOW + 1):
        colour = QColor(0, 0, 0, round(depth * (1 - step / (SHADOW + 1)) ** 2))
        painter.setPen(QPen(colour, 1.2))
        ring = place.adjusted(-step + 0.5, -step + 1.5, step - 0.5, step + 1)
        painter.drawRoundedRect(ring, step, step)
    painter.fillRect(place, Qt.GlobalColor.white)


def draw_page(
    painter: QPainter,
    pages: PageService,
    layout: PageLayout,
    place: QRectF,
    images: Sequence[Draw],
) -> None:
    """Draw images of one page, coarse ones first; `place` is where the page lies now."""
    painter.save()
    width, height = turn(painter, place, layout.rotation)
    for draw in images:
        pixmap = pages.image(draw)
        if pixmap is None:
            continue
        box = draw.box
        target = QRectF(box.x0 * width, box.y0 * height, box.width * width, box.height * height)
        exact = abs(target.width() * layout.ratio - draw.width) < 0.01
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not exact)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
    painter.restore()


def turn(painter: QPainter, place: QRectF, rotation: Quarter) -> tuple[float, float]:
    """Make the painter draw a page upright into where it lies; return its upright extent."""
    if rotation == 0:
        painter.translate(place.topLeft())
        return place.width(), place.height()
    sideways = rotation in (90, 270)
    width = place.height() if sideways else place.width()
    height = place.width() if sideways else place.height()
    painter.translate(place.center())
    painter.rotate(rotation)
    painter.translate(-width / 2, -height / 2)
    return width, height


def draw_turned(painter: QPainter, place: QRectF, rotation: Quarter, pixmap: QPixmap) -> None:
    """Draw a picture of a whole page, scaled and turned."""
    painter.save()
    width, height = turn(painter, place, rotation)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(0, 0, width, height), pixmap, QRectF(pixmap.rect()))
    painter.restore()


def draw_matches(painter: QPainter, rects: Iterable[QRectF], current: Iterable[QRectF]) -> None:
    """Draw what a search found, like a marker pen; the current match stands out."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    for rect in rects:
        painter.fillRect(rect.adjusted(-1, -1, 1, 1), QColor("#ffec99"))
    for rect in current:
        painter.fillRect(rect.adjusted(-2, -2, 2, 2), QColor("#ffb454"))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def draw_evidence(painter: QPainter, rects: Iterable[QRectF], proven: bool = True) -> None:
    """Draw where the answer's words stand, or were read: a soft fill, rounded, with an underline.

    Args:
        painter: Draws.
        rects: Places.
        proven: Whether the page's own text has the words.
    """
    line = theme.good(_paper()) if proven else theme.accent(_paper())
    fill = QColor(line)
    fill.setAlpha(48)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for rect in rects:
        around = rect.adjusted(-3, -2, 3, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(around, 4, 4)
        painter.setPen(QPen(line, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(around.bottomLeft() + QPointF(3, 0), around.bottomRight() - QPointF(3, 0))


def draw_crop(painter: QPainter, rect: QRectF, place: QRectF, handles: bool) -> None:
    """Draw the person's box on a page: dimmed around it, with handles while it is selected."""
    accent = theme.accent(_paper())
    around = QPainterPath()
    around.addRect(place)
    hole = QPainterPath()
    hole.addRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(around - hole, QColor(28, 33, 41, 24))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(255, 255, 255, 170), 4.0, Qt.PenStyle.SolidLine, _FLAT, _MITER))
    painter.drawRect(rect)
    painter.setPen(QPen(accent, 2.0, Qt.PenStyle.SolidLine, _FLAT, _MITER))
    painter.drawRect(rect)
    if not handles:
        return
    painter.setPen(QPen(accent, 1.6))
    painter.setBrush(Qt.GlobalColor.white)
    for handle in shown_handles(rect):
        centre = handle_point(rect, handle)
        painter.drawRoundedRect(
            QRectF(centre.x() - HANDLE / 2, centre.y() - HANDLE / 2, HANDLE, HANDLE), 2.5, 2.5
        )


_FLAT = Qt.PenCapStyle.FlatCap
_MITER = Qt.PenJoinStyle.MiterJoin


@cache
def _paper() -> QPalette:
    """Pages stay white in the dark, so what lies on them keeps the light colours."""
    return theme.palette_for(False)
