"""A row of widgets that starts a new line when they do not fit beside each other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class FlowRow(QWidget):
    """Left to right, then the next line.

    Args:
        widgets: In reading and tab order.
        gap: Pixels between widgets and between lines.
        inset: Pixels left free on both sides.
        together: Neighbours among `widgets` that stay on one line where they can.
    """

    def __init__(
        self,
        *widgets: QWidget,
        gap: int = 6,
        inset: int = 0,
        together: tuple[QWidget, ...] = (),
    ) -> None:
        super().__init__()
        self._inset = inset
        self._widgets = widgets
        self._gap = gap
        self._together = together
        self._heights: dict[int, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for widget in widgets:
            widget.setParent(self)

    def settle(self) -> None:
        """Take no room when all widgets are hidden; call it after showing or hiding some."""
        self.setVisible(any(not widget.isHidden() for widget in self._widgets))
        self._refresh()

    def _arrange(self, width: int, place: bool) -> int:
        """Place the widgets unless only measuring; return the height needed."""
        x, y, line = self._inset, 0, 0
        width -= self._inset
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint().boundedTo(QSize(width - self._inset, 10_000))
            if line and x + self._needed(widget, size.width()) > width:
                x, y, line = self._inset, y + line + self._gap, 0
            if place:
                widget.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line

    def _needed(self, widget: QWidget, own: int) -> int:
        """Return the width that has to be left for a widget to stay on this line."""
        if not self._together or widget is not self._together[0]:
            return own
        shown = [part.sizeHint().width() for part in self._together if not part.isHidden()]
        return sum(shown) + self._gap * (len(shown) - 1)

    def _refresh(self) -> None:
        self._heights.clear()
        self.updateGeometry()
        self._arrange(self.width(), place=True)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._refresh()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), place=True)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # Layouts ask for it hundreds of times for each word that streams into a card.
        height = self._heights.get(width)
        if height is None:
            height = self._heights[width] = self._arrange(width, place=False)
        return height

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(max(64, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 0)
