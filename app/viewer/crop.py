"""The person's box on a page: drawn, moved and resized on the desk, kept in page fractions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from PySide6.QtCore import QPointF, QRectF, Qt

from app.viewer.geometry import PageLayout, box_rect, rect_box
from vlm.types import Box, PageRef

SMALLEST_DRAG = 6
"""Logical pixels; a drag that is smaller either way draws nothing."""
SMALLEST_EDGE = 3
"""Logical pixels that a box keeps while it is resized."""
REACH = 7
"""Logical pixels around a handle that still take hold of it."""
BESIDE = 24
"""Logical pixels beside a page where a drag still starts a box on it."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A box on a page, as others see it."""

    page: PageRef
    box: Box


@dataclass(frozen=True, slots=True)
class Grip:
    """Where a box is held: -1 left/top, 1 right/bottom, 0 neither; (0, 0) is its inside."""

    dx: int
    dy: int

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape over this part of the box."""
        if self.dx == 0 and self.dy == 0:
            return Qt.CursorShape.SizeAllCursor
        if self.dy == 0:
            return Qt.CursorShape.SizeHorCursor
        if self.dx == 0:
            return Qt.CursorShape.SizeVerCursor
        falling = self.dx == self.dy
        return Qt.CursorShape.SizeFDiagCursor if falling else Qt.CursorShape.SizeBDiagCursor


INSIDE = Grip(0, 0)
HANDLES = tuple(Grip(dx, dy) for dx, dy in product((-1, 1, 0), (-1, 1, 0)) if (dx, dy) != (0, 0))
"""Corners first, so that they win where a box is small."""
ROOMY = 45
"""Logical pixels of a shorter edge that has room for handles between its corners."""


Change = Callable[[QRectF, QRectF], QRectF]
"""Makes another rectangle of a box's, given its page's."""


@dataclass(frozen=True, slots=True)
class _Drag:
    page: int
    start: QPointF
    grip: Grip | None
    rect: QRectF
    before: tuple[int, Box] | None


def shown_handles(rect: QRectF) -> tuple[Grip, ...]:
    """Return the handles of a box: corners alone around a line of text, so that it can be read."""
    roomy = min(rect.width(), rect.height()) >= ROOMY
    return HANDLES if roomy else tuple(one for one in HANDLES if one.dx and one.dy)


def handle_point(rect: QRectF, grip: Grip) -> QPointF:
    """Return the middle of a handle of a box."""
    centre = rect.center()
    return QPointF(
        centre.x() + grip.dx * rect.width() / 2, centre.y() + grip.dy * rect.height() / 2
    )


class CropTool:
    """At most one box; `selected` while it takes the keys and shows its handles."""

    def __init__(self) -> None:
        self.page = 0
        self.box: Box | None = None
        self.selected = False
        self._drag: _Drag | None = None

    @property
    def dragging(self) -> bool:
        """Whether the person holds the box right now."""
        return self._drag is not None

    @property
    def held(self) -> Grip | None:
        """What of the box is held; None while none is, or while it is drawn."""
        return None if self._drag is None else self._drag.grip

    def set(self, page: int, box: Box | None) -> None:
        """Replace the box; ends a drag."""
        self.page, self.box = page, box
        self.selected = box is not None
        self._drag = None

    def rect(self, layout: PageLayout) -> QRectF | None:
        """Return where the box lies on the desk."""
        if self.box is None or self.page >= layout.count:
            return None
        return box_rect(self.box, layout.rect(self.page), layout.rotation)

    def grip(self, layout: PageLayout, point: QPointF) -> Grip | None:
        """Return the part of the box under a point of the desk."""
        rect = self.rect(layout)
        if rect is None:
            return None
        if self.selected:
            for handle in shown_handles(rect):
                apart = handle_point(rect, handle) - point
                if max(abs(apart.x()), abs(apart.y())) <= REACH:
                    return handle
        return INSIDE if rect.contains(point) else None

    def press(self, layout: PageLayout, point: QPointF) -> bool:
        """Begin a drag; false when the point is neither on the box nor on or beside a page."""
        before = None if self.box is None else (self.page, self.box)
        grip = self.grip(layout, point)
        if grip is not None:
            rect = self.rect(layout)
            assert rect is not None
            self.selected = True
            self._drag = _Drag(self.page, point, grip, rect, before)
            return True
        self.selected = False
        page = layout.at(point.y())
        place = layout.rect(page)
        if not place.adjusted(-BESIDE, -BESIDE, BESIDE, BESIDE).contains(point):
            return False
        start = _clamped(point, place)
        self._drag = _Drag(page, start, None, QRectF(start, start), before)
        return True

    def move(self, layout: PageLayout, point: QPointF) -> bool:
        """Follow the pointer; true when the box changed."""
        drag = self._drag
        if drag is None:
            return False
        place = layout.rect(drag.page)
        if drag.grip is None:
            rect = QRectF(drag.start, _clamped(point, place)).normalized()
            if min(rect.width(), rect.height()) < SMALLEST_DRAG:
                return self._put(drag.before)
        elif drag.grip == INSIDE:
            rect = _inside(drag.rect.translated(point - drag.start), place)
        else:
            rect = _resized(drag.rect, drag.grip, _clamped(point, place))
        box = rect_box(rect, place, layout.rotation)
        return box is not None and self._put((drag.page, box))

    def release(self) -> bool:
        """End the drag; true when it left another box than before."""
        drag, self._drag = self._drag, None
        if drag is None:
            return False
        now = None if self.box is None else (self.page, self.box)
        if now != drag.before:
            self.selected = True
        return now != drag.before

    def cancel(self) -> None:
        """End the drag as if it had not been."""
        drag, self._drag = self._drag, None
        if drag is not None:
            self._put(drag.before)

    def nudge(self, layout: PageLayout, dx: float, dy: float) -> bool:
        """Move the box by logical pixels, within its page; true when it moved."""
        return self._shift(layout, lambda rect, place: _inside(rect.translated(dx, dy), place))

    def stretch(self, layout: PageLayout, dx: float, dy: float) -> bool:
        """Move the right and bottom edges by logical pixels; true when the box changed."""

        def stretched(rect: QRectF, place: QRectF) -> QRectF:
            right = max(rect.left() + SMALLEST_EDGE, min(place.right(), rect.right() + dx))
            bottom = max(rect.top() + SMALLEST_EDGE, min(place.bottom(), rect.bottom() + dy))
            return QRectF(rect.topLeft(), QPointF(right, bottom))

        return self._shift(layout, stretched)

    def _shift(self, layout: PageLayout, change: Change) -> bool:
        rect = self.rect(layout)
        if rect is None:
            return False
        place = layout.rect(self.page)
        box = rect_box(change(rect, place), place, layout.rotation)
        return box is not None and self._put((self.page, box))

    def _put(self, crop: tuple[int, Box] | None) -> bool:
        page, box = crop if crop is not None else (self.page, None)
        changed = (page, box) != (self.page, self.box)
        self.page, self.box = page, box
        return changed


def _clamped(point: QPointF, place: QRectF) -> QPointF:
    return QPointF(
        min(place.right(), max(place.left(), point.x())),
        min(place.bottom(), max(place.top(), point.y())),
    )


def _inside(rect: QRectF, place: QRectF) -> QRectF:
    left = min(max(rect.left(), place.left()), place.right() - rect.width())
    top = min(max(rect.top(), place.top()), place.bottom() - rect.height())
    return QRectF(QPointF(left, top), rect.size())


def _resized(rect: QRectF, grip: Grip, point: QPointF) -> QRectF:
    left, right, top, bottom = rect.left(), rect.right(), rect.top(), rect.bottom()
    if grip.dx < 0:
        left = point.x()
    elif grip.dx > 0:
        right = point.x()
    if grip.dy < 0:
        top = point.y()
    elif grip.dy > 0:
        bottom = point.y()
    if abs(right - left) < SMALLEST_EDGE or abs(bottom - top) < SMALLEST_EDGE:
        return rect
    return QRectF(QPointF(left, top), QPointF(right, bottom)).normalized()
