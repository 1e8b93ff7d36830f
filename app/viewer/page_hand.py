"""The person's hand on the pages: mouse, wheel and keys become moves of the area or of the box."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent

from app.viewer.crop import CropTool
from app.viewer.geometry import fraction
from app.viewer.page_area import STEP, PageArea

WHEEL_ZOOM = 1.25
"""Zoom factor of one notch of the wheel."""
NOTCH = 120
"""Qt's angle units of one notch."""
OVERLAP = 48
"""Logical pixels that stay in view when a screen is turned."""
EDGE_MS = 30
"""How often the desk moves while a box is dragged beyond the edge."""
EDGE_STEP = 18
"""Logical pixels it then moves."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class PageHand(QObject):
    """Watches a page area's events.

    Signals:
        crop_changed(): The person left another box, or none.
        crop_moving(): The box changes under the person's hand.
        line_asked(object): A double click: (page, x, y), in page fractions.
    """

    crop_changed = Signal()
    crop_moving = Signal()
    line_asked = Signal(object)

    def __init__(self, area: PageArea, crop: CropTool) -> None:
        super().__init__(area)
        self._area = area
        self._crop = crop
        self._pan: QPointF | None = None
        self._space = False
        self._panned = False
        self._last = QPointF()
        self._edge = QTimer(self)
        self._edge.setInterval(EDGE_MS)
        self._edge.timeout.connect(self._on_edge)
        area.installEventFilter(self)
        area.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the events that are meant for the pages."""
        if watched is self._area:
            return self._on_area(event)
        match event:
            case QWheelEvent() if event.modifiers() & _CONTROL:
                self._on_wheel(event)
                return True
            case QMouseEvent():
                return self._on_mouse(event)
            case QNativeGestureEvent() if (
                event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
            ):
                self._area.zoom_to(self._area.zoom * (1 + event.value()), event.position())
                return True
            case _:
                return False

    def _on_area(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._on_key(event)
            if event.type() == QEvent.Type.KeyRelease and event.key() == Qt.Key.Key_Space:
                return self._on_space_up(event)
        if event.type() == QEvent.Type.FocusOut:
            self._space = False
        return False

    # Mouse

    def _on_wheel(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / NOTCH
        if notches:
            self._area.zoom_to(self._area.zoom * WHEEL_ZOOM**notches, event.position())

    def _on_mouse(self, event: QMouseEvent) -> bool:
        point = event.position()
        match event.type():
            case QEvent.Type.MouseButtonPress:
                return self._press(event)
            case QEvent.Type.MouseMove:
                self._move(point)
                return True
            case QEvent.Type.MouseButtonRelease:
                self._release(point)
                return True
            case QEvent.Type.MouseButtonDblClick if event.button() == Qt.MouseButton.LeftButton:
                self._ask_line(point)
                return True
            case _:
                return False

    def _press(self, event: QMouseEvent) -> bool:
        point = event.position()
        if event.button() == Qt.MouseButton.MiddleButton or self._space:
            self._pan = point
            self._panned = True
        elif event.button() == Qt.MouseButton.LeftButton:
            layout = self._area.layout_of_pages
            if layout is not None and not self._crop.press(layout, self._area.on_desk(point)):
                self._pan = point
            self._area.viewport().update()
        else:
            return False
        self._last = point
        self._show_cursor(point)
        return True

    def _move(self, point: QPointF) -> None:
        self._last = point
        if self._pan is not None:
            moved = self._pan - point
            self._area.scroll_by(moved.x(), moved.y())
            self._pan = point
        elif self._crop.dragging:
            self._drag_to(point)
            inside = self._area.viewport().rect().contains(point.toPoint())
            if inside:
                self._edge.stop()
            elif not self._edge.isActive():
                self._edge.start()
        self._show_cursor(point)

    def _drag_to(self, point: QPointF) -> None:
        layout = self._area.layout_of_pages
        if layout is not None and self._crop.move(layout, self._area.on_desk(point)):
            self._area.viewport().update()
            self.crop_moving.emit()

    def _release(self, point: QPointF) -> None:
        self._edge.stop()
        self._pan = None
        if self._crop.dragging and self._crop.release():
            self.crop_changed.emit()
        self._area.viewport().update()
        self._show_cursor(point)

    def _on_edge(self) -> None:
        """Move the desk under a box that is dragged beyond the edge of the view."""
        view = self._area.viewport().rect()
        point = self._last
        dx = EDGE_STEP * ((point.x() > view.right()) - (point.x() < view.left()))
        dy = EDGE_STEP * ((point.y() > view.bottom()) - (point.y() < view.top()))
        if not self._crop.dragging:
            self._edge.stop()
            return
        self._area.scroll_by(dx, dy)
        self._drag_to(point)

    def _ask_line(self, point: QPointF) -> None:
        layout = self._area.layout_of_pages
        if layout is None:
            return
        desk = self._area.on_desk(point)
        page = layout.at(desk.y())
        place = layout.rect(page)
        if place.contains(desk):
            x, y = fraction(desk, place, layout.rotation)
            self.line_asked.emit((page, x, y))

    def _show_cursor(self, point: QPointF) -> None:
        self._area.viewport().setCursor(self._cursor(point))

    def _cursor(self, point: QPointF) -> Qt.CursorShape:
        if self._pan is not None:
            return Qt.CursorShape.ClosedHandCursor
        if self._space:
            return Qt.CursorShape.OpenHandCursor
        layout = self._area.layout_of_pages
        if layout is None:
            return Qt.CursorShape.ArrowCursor
        desk = self._area.on_desk(point)
        held = self._crop.held
        grip = held if held is not None else self._crop.grip(layout, desk)
        if self._crop.dragging and held is None:
            return Qt.CursorShape.CrossCursor
        if grip is not None:
            return grip.cursor
        on_page = layout.rect(layout.at(desk.y())).contains(desk)
        return Qt.CursorShape.CrossCursor if on_page else Qt.CursorShape.ArrowCursor

    # Keys

    def _on_key(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in _ARROWS:
            return self._on_arrow(key, modifiers)
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return self._on_escape()
        if key == Qt.Key.Key_Space:
            return self._on_space_down(event)
        if modifiers & (_CONTROL | _ALT):
            return False
        screen = self._area.viewport().height() - OVERLAP
        match key:
            case Qt.Key.Key_PageDown:
                self._area.scroll_by(0, screen)
            case Qt.Key.Key_PageUp:
                self._area.scroll_by(0, -screen)
            case Qt.Key.Key_Home:
                self._area.go_to(0)
            case Qt.Key.Key_End:
                bar = self._area.verticalScrollBar()
                bar.setValue(bar.maximum())
            case _:
                return False
        return True

    def _on_arrow(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        dx, dy = _ARROWS[key]
        layout = self._area.layout_of_pages
        shows = self._crop.page in self._area.visible_pages()
        if layout is None or not (self._crop.selected and shows):
            if modifiers & (_CONTROL | _ALT | _SHIFT):
                return False
            self._area.scroll_by(dx * STEP, dy * STEP)
            return True
        far = 10 if modifiers & _SHIFT else 1
        change = self._crop.stretch if modifiers & (_CONTROL | _ALT) else self._crop.nudge
        if change(layout, dx * far, dy * far):
            self._area.viewport().update()
            self.crop_changed.emit()
        return True

    def _on_escape(self) -> bool:
        if self._crop.dragging:
            self._edge.stop()
            self._crop.cancel()
            self._area.viewport().update()
            return True
        if self._crop.box is None:
            return False
        self._crop.set(self._crop.page, None)
        self._area.viewport().update()
        self.crop_changed.emit()
        return True

    def _on_space_down(self, event: QKeyEvent) -> bool:
        if not event.isAutoRepeat():
            self._space, self._panned = True, False
            self._show_cursor(self._last)
        return True

    def _on_space_up(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat() or not self._space:
            return True
        self._space = False
        if not self._panned:
            screen = self._area.viewport().height() - OVERLAP
            back = bool(event.modifiers() & _SHIFT)
            self._area.scroll_by(0, -screen if back else screen)
        self._show_cursor(self._last)
        return True
