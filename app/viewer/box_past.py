"""The boxes that were on a document, so that the last change can be taken back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.viewer.crop import Crop
from vlm.types import Box

KEPT = 100

Spot = tuple[int, Box | None]
"""A page and the box on it, None without one."""


class BoxPast(QObject):
    """A line of changes with a place in it; begins without a box."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spots: list[Spot] = [(0, None)]
        self._now = 0

    def note(self, page: int, box: Box | None) -> None:
        """Take in a change; what was taken back before is forgotten."""
        spot = (page, box)
        before = self._spots[self._now]
        if spot == before or (box is None and before[1] is None):
            return
        self._spots = [*self._spots[: self._now + 1], spot][-KEPT:]
        self._now = len(self._spots) - 1

    @Slot(object)
    def note_crop(self, crop: Crop | None) -> None:
        """Take in what a view says of its box."""
        if crop is None:
            self.note(0, None)
        else:
            self.note(crop.page.page, crop.box)

    def can_step(self, by: int) -> bool:
        """Tell whether there is anything in that direction."""
        return 0 <= self._now + by < len(self._spots)

    def step(self, by: int) -> Spot | None:
        """Go back (-1) or forth (1); None where the line ends."""
        if not self.can_step(by):
            return None
        self._now += by
        return self._spots[self._now]
