"""Line icons tinted with the palette. The drawings are SVG files of ours in `assets/icons`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

import assets
from app import theme

_FOLDER = Path(assets.__file__).parent / "icons"
_SIZE = 20
"""Logical pixels that icons are drawn for."""
_NAME, _ROOM = "iconName", "iconRoom"


def pixmap(
    name: str, colour: QColor, size: int = _SIZE, ratio: float = 1, room: int = 0
) -> QPixmap:
    """Draw an icon in one colour.

    Args:
        name: File name in `assets/icons` without its ending.
        colour: Of all its lines.
        size: Logical pixels of an edge.
        ratio: Device pixels per logical pixel.
        room: Logical pixels left free behind it.
    """
    text = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    drawing = QSvgRenderer(QByteArray(text.replace("currentColor", colour.name()).encode()))
    image = QPixmap(QSize(size + room, size) * ratio)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    drawing.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def _ratio() -> float:
    """Return the device pixels per logical pixel of the sharpest screen."""
    return max(screen.devicePixelRatio() for screen in QGuiApplication.screens())


def icon(name: str, palette: QPalette, checkable: bool = False, room: int = 0) -> QIcon:
    """Return an icon for buttons and menus; Qt makes the disabled look from it."""
    ratio = _ratio()
    made = QIcon(pixmap(name, theme.muted(palette), ratio=ratio, room=room))
    if checkable:
        checked = pixmap(name, theme.accent(palette), ratio=ratio, room=room)
        made.addPixmap(checked, QIcon.Mode.Normal, QIcon.State.On)
    return made


def set_icon(holder: QAction | QAbstractButton, name: str, room: int = 0) -> None:
    """Give a button or an action an icon that `tint_all` finds again.

    Args:
        holder: The button or action.
        name: File name in `assets/icons` without its ending.
        room: Logical pixels left free behind the icon, where words follow.
    """
    holder.setProperty(_NAME, name)
    holder.setProperty(_ROOM, room)
    _tint(holder)


def tint_all(window: QWidget) -> None:
    """Draw the icons of a window anew after its colours have changed."""
    holders: list[QAction | QAbstractButton] = [*window.findChildren(QAction)]
    holders += window.findChildren(QAbstractButton)
    for holder in holders:
        _tint(holder)


def _tint(holder: QAction | QAbstractButton) -> None:
    name, room = holder.property(_NAME), holder.property(_ROOM)
    if isinstance(name, str) and isinstance(room, int):
        holder.setIcon(icon(name, QApplication.palette(), holder.isCheckable(), room))
