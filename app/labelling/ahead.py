"""Takes the picture of a row while its answer is still typed, so that Enter only writes."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.examples.pictures import Encoded, encoded
from app.task import CancelToken, Tasks
from vlm.types import Box, PageRef

REST_MS = 120
"""How long a box rests before its picture is taken."""
REST_PAGE_MS = 500
"""How long a page is looked at without a box before that of the whole page is."""

Place = tuple[PageRef, Box | None]


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is kept of a place."""

    place: Place
    encoded: Encoded


class CropsAhead(QObject):
    """The picture of what is in front, ready to be written, and those of rows that were faster.

    That of the whole page stays as long as the page does: it is taken once for all its rows.

    Signals:
        ended(object): `Taken` or `NotTaken` with the key of `take`, once for each.

    Args:
        taker: Takes the pictures.
    """

    ended = Signal(object)

    def __init__(self, taker: CropTaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._taker = taker
        self._place: Place | None = None
        self._key = ""
        """The taker's key for the place in front while its picture is on its way, else ""."""
        self._taken: dict[Place, Taken] = {}
        """Of the page in front: the place in front, and the whole page."""
        self._rows: dict[str, list[str]] = {}
        """Keys of rows that wait for a picture, by the taker's key for it."""
        self._lane = Tasks(1, self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._begin)
        taker.ended.connect(self._on_taken)

    @property
    def ready(self) -> bool:
        """Whether a row of what is in front need only be written."""
        taken = self._taken.get(self._place) if self._place is not None else None
        return taken is not None and taken.encoded is not None

    def look_at(self, page: PageRef | None, box: Box | None) -> None:
        """Say what is in front: a box, the whole page without one, nothing without a page."""
        place = (page, box) if page is not None else None
        if place == self._place:
            return
        self._rest.stop()
        before, self._key = self._key, ""
        self._drop_unless_wanted(before)
        self._place = place
        here = (place, (page, None))
        self._taken = {at: taken for at, taken in self._taken.items() if at in here}
        if place is not None and place not in self._taken:
            self._rest.start(REST_MS if box is not None else REST_PAGE_MS)

    def take(self, key: str, page: PageRef, box: Box | None) -> None:
        """Have the picture of a row: at once when it is here already."""
        place = (page, box)
        if place != self._place:
            self._rows[key] = [key]
            self._taker.take(Wanted(key, page, box))
        elif place in self._taken:
            self.ended.emit(replace(self._taken[place], wanted=Wanted(key, page, box)))
        else:
            self._begin()
            self._rows[self._key].append(key)

    def stop(self) -> None:
        """Take nothing more ahead."""
        self.look_at(None, None)
        self._lane.stop()

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
        if self._place is not None and not self._key and self._place not in self._taken:
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
            if isinstance(end, Taken) and self._place is not None:
                self._taken[self._place] = end
                self._encode(self._place, end)
        for row in rows:
            self.ended.emit(replace(end, wanted=replace(end.wanted, key=row)))

    def _encode(self, place: Place, taken: Taken) -> None:
        def work(_: CancelToken) -> Generator[_Ready, None, None]:
            yield _Ready(place, encoded(taken.image, taken.look))

        self._lane.start(work).value.connect(self._on_ready)

    @Slot(object)
    def _on_ready(self, ready: _Ready) -> None:
        taken = self._taken.get(ready.place)
        if taken is not None:
            self._taken[ready.place] = replace(taken, encoded=ready.encoded)
