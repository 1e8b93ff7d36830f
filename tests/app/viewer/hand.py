"""The person at a document view: where things are on the screen, and drags that move."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.viewer.document_view import DocumentView
from app.viewer.page_area import PageArea
from vlm.types import Box

LEFT = Qt.MouseButton.LeftButton


class Blocker(Protocol):
    """What `qtbot.waitSignal` gives."""

    @property
    def args(self) -> list[Any] | None: ...


def only(blocker: Blocker) -> object:
    """Return the one value that a signal carried."""
    assert blocker.args is not None
    (value,) = blocker.args
    return value


def area_of(view: DocumentView) -> PageArea:
    return view.findChildren(PageArea)[0]


def point(view: DocumentView, page: int, x: float, y: float) -> QPoint:
    """Return where a fraction of an unturned page is in the viewport."""
    place = area_of(view).place(page)
    return QPointF(place.x() + x * place.width(), place.y() + y * place.height()).toPoint()


def drag(
    qtbot: QtBot, on: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT
) -> None:
    qtbot.mousePress(on, button, pos=start)
    qtbot.mouseMove(on, (start + end) / 2)
    qtbot.mouseMove(on, end)
    qtbot.mouseRelease(on, button, pos=end)


def wheel(on: QWidget, at: QPoint, notches: int, keys: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(on.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(on, event)


def action(view: DocumentView, text: str) -> None:
    next(found for found in view.actions() if found.text() == text).trigger()


def edges(box: Box | None) -> tuple[float, float, float, float]:
    assert box is not None
    return box.x0, box.y0, box.x1, box.y1


def crop_box(view: DocumentView) -> Box | None:
    crop = view.crop()
    return None if crop is None else crop[1]
