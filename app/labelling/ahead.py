"""Takes the picture under a box while the answer is still typed, so that Enter only writes."""

from __future__ import annotations

import uuid
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from vlm.types import Box, PageRef

REST_MS = 120
"""How long a box rests before its picture is taken."""


class CropsAhead(QObject):
    """The picture of the one box in front, and those of rows whose box was faster.

    Signals:
        ended(object): `Taken` or `NotTaken` with the key of `take`, once for each.

    Args:
        taker: Takes the pictures.
    """

    ended = Signal(object)

    def __init__(self, taker: CropTaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._taker = taker
        self._place: tuple[PageRef, Box] | None = None
        self._key = ""
        """The taker's key for the box in front while its picture is on its way, else ""."""
        self._taken: Taken | None = None
        self._rows: dict[str, list[str]] = {}
        """Keys of rows that wait for a picture, by the taker's key for it."""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._begin)
        taker.ended.connect(self._on_taken)

    def look_at(self, page: PageRef | None, box: Box | None) -> None:
        """Say which box is in front; nothing without one."""
        place = (page, box) if page is not None and box is not None else None
        if place == self._place:
            return
        self._rest.stop()
        before, self._key, self._taken = self._key, "", None
        self._drop_unless_wanted(before)
        self._place = place
        if place is not None:
            self._rest.start()

    def take(self, key: str, page: PageRef, box: Box | None) -> None:
        """Have the picture of a row: at once when it is here already."""
        if box is None or (page, box) != self._place:
            self._rows[key] = [key]
            self._taker.take(Wanted(key, page, box))
        elif self._taken is not None:
            self.ended.emit(replace(self._taken, wanted=Wanted(key, page, box)))
        else:
            self._begin()
            self._rows[self._key].append(key)

    def forget(self, key: str) -> None:
        """Take no picture for this row and say nothing of it."""
        for taking, rows in list(self._rows.items()):
            if key in rows:
                rows.remove(key)
                self._drop_unless_wanted(taking)

    def _drop_unless_wanted(self, key: str) -> None:
        if key and key != self._key and not self._rows.get(key):
            self._rows.pop(key, None)
            self._taker.forget(key)

    @Slot()
    def _begin(self) -> None:
        self._rest.stop()
        if self._place is not None and not self._key and self._taken is None:
            self._key = uuid.uuid4().hex
            self._rows[self._key] = []
            self._taker.take(Wanted(self._key, *self._place))

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        taking = end.wanted.key
        rows = self._rows.pop(taking, None)
        if rows is None:
            return  # taken for somebody else
        if taking == self._key:
            self._key = ""
            self._taken = end if isinstance(end, Taken) else None
        for row in rows:
            self.ended.emit(replace(end, wanted=replace(end.wanted, key=row)))
