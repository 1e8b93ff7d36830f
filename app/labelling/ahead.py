"""Takes the picture of a row while its answer is still typed, so that Enter only writes."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.examples.pictures import Encoded, encoded
from app.task import CancelToken, Ended, Failed, Tasks
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


@dataclass(slots=True)
class _Waiting:
    """A picture that is made ready to be written, and the keys of the rows that wait for it."""

    taken: Taken
    rows: list[str]


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
        self._waiting: dict[Place, _Waiting] = {}
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
        if place in self._waiting:
            self._waiting[place].rows.append(key)
        elif place in self._taken:
            self._hand_out(self._taken[place], key)
        elif place != self._place:
            self._rows[key] = [key]
            self._taker.take(Wanted(key, page, box))
        else:
            self._begin()
            self._rows[self._key].append(key)

    def stop(self) -> None:
        """Take nothing more ahead; rows whose picture is here are given it as it is."""
        self.look_at(None, None)
        self._lane.stop()
        for place in list(self._waiting):
            self._end_waiting(place)

    def forget(self, key: str) -> None:
        """Take no picture for this row and say nothing of it."""
        for taking, rows in list(self._rows.items()):
            if key in rows:
                rows.remove(key)
                self._drop_unless_wanted(taking)
        for waiting in self._waiting.values():
            if key in waiting.rows:
                waiting.rows.remove(key)

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
                self._make_ready(self._place, _Waiting(end, rows))
                return
        for row in rows:
            self._hand_out(end, row)

    def _hand_out(self, end: Taken | NotTaken, key: str) -> None:
        self.ended.emit(replace(end, wanted=replace(end.wanted, key=key)))

    def _make_ready(self, place: Place, waiting: _Waiting) -> None:
        """Do the slow part of writing now, once for all rows of the place."""
        self._waiting[place] = waiting
        taken = waiting.taken

        def work(_: CancelToken) -> Generator[_Ready, None, None]:
            yield _Ready(place, encoded(taken.image, taken.look))

        task = self._lane.start(work)
        task.value.connect(self._on_ready)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_ready(self, ready: _Ready) -> None:
        place = ready.place
        waiting = self._waiting.get(place)
        if waiting is None:
            return
        waiting.taken = replace(waiting.taken, encoded=ready.encoded)
        if place in self._taken:
            self._taken[place] = waiting.taken
        self._end_waiting(place)

    @Slot(object)
    def _on_ended(self, ended: Ended) -> None:
        if isinstance(ended, Failed) and self._waiting:  # the oldest; who writes it tries again
            self._end_waiting(next(iter(self._waiting)))

    def _end_waiting(self, place: Place) -> None:
        """Give the rows of a place its picture, ready or not."""
        waiting = self._waiting.pop(place, None)
        if waiting is not None:
            for row in waiting.rows:
                self._hand_out(waiting.taken, row)
