"""The point of a page that stays where it is in the view while the pages are laid out anew."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from app.viewer.geometry import PageLayout


class Anchor:
    """Remembers the point from one zoom to the next, so that their roundings do not add up."""

    def __init__(self) -> None:
        self._about = QPointF()
        self._origin: QPointF | None = None
        self._page, self._across, self._down = 0, 0.0, 0.0

    def take(self, layout: PageLayout, about: QPointF, origin: QPointF, goes_on: bool) -> None:
        """Choose the point that shows at a place of the view.

        Args:
            layout: As it is shown now.
            about: The place, in the view.
            origin: The point of the desk at the view's top left.
            goes_on: Keep the point of the last time if it was at this place and nothing moved.
        """
        if goes_on and about == self._about and origin == self._origin:
            return
        desk = about + origin
        self._about, self._page = about, layout.at(desk.y())
        place = layout.rect(self._page)
        self._across = (desk.x() - place.x()) / place.width()
        self._down = (desk.y() - place.y()) / place.height()

    def origin(self, layout: PageLayout) -> QPointF:
        """Return what has to be at the view's top left for the point to be where it was."""
        place = layout.rect(self._page)
        x, y = self._across * place.width(), self._down * place.height()
        return place.topLeft() + QPointF(x, y) - self._about

    def settle(self, origin: QPointF) -> None:
        """Say what is at the view's top left now."""
        self._origin = origin
